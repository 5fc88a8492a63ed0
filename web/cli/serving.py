"""`demarche web` and `demarche timekeeper`: two of the processes of a node in production; the others are Celery's own."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import rich_click as click

from incident import logs
from incident.errors import Refused
from incident.settings import BadSetting, Settings
from web.cli.outcome import REFUSED, USAGE

if TYPE_CHECKING:
    from flask import Flask

_TARGET = "web.cli.serving:application"
_THREADS = "DEMARCHE_WEB_THREADS"  # between this module's two halves alone
_BACKLOG = 1024
_PATIENCE = 30  # seconds that a worker process gets to answer what it has begun; the first reports of a cold one take some
_LOOK_UP = 1.0  # seconds between looks at whether the parent is still there
_TO_ROOT: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {name: {"handlers": [], "level": "INFO", "propagate": True} for name in ("_granian", "granian.access")},
}
"""The server's own lines go the way of all others."""


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where to listen. Default: DEMARCHE_HOST, or 127.0.0.1.")
@click.option("--port", metavar="NUMBER", help="The port. Default: DEMARCHE_PORT, or 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each; each may hold a connection.")
def web(host: str | None, port: str | None, workers: int, threads: int) -> None:
    """Serve the pages and the API, as a process of its own.

    Needs DATABASE_URL as demarche_web. While the database is away, requests are answered with 503. Ends when asked by SIGINT or
    SIGTERM, after answering what it has begun. SIGTERM first makes /readyz say 503 for DEMARCHE_DRAIN_SECONDS while all is still
    answered, so that a balancer sends the next request elsewhere; a second signal ends that.

    \b
    Examples:
      DATABASE_URL=postgresql://demarche_web:…@db/demarche REDIS_URL=redis://redis:6379/0 demarche web --workers 4

    Exit codes: 0 stopped when asked; 1 it could not serve; 2 a setting cannot be used.
    """
    try:
        settings = _checked_settings(host, port)
        _serve(settings, _address(settings.host), workers, threads)
    except Refused as refused:
        sys.exit(_told(refused))


def _serve(settings: Settings, address: str, workers: int, threads: int) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    from web import draining

    # The processes that answer read their settings for themselves.
    os.environ |= {"DEMARCHE_HOST": settings.host, "DEMARCHE_PORT": str(settings.port), _THREADS: str(threads)}
    server = Server(
        _TARGET,
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        backlog=_BACKLOG,
        log_dictconfig=_TO_ROOT,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE,
        websockets=False,
    )
    try:
        server.signal_handler_interrupt = draining.before(server.signal_handler_interrupt, settings.drain_seconds)  # type: ignore[method-assign]
        server.serve()
    except RuntimeError as error:  # with a stack that is of no use to whoever chose the port
        why = str(error).split("\n", 1)[0]
        raise Refused(f"Cannot listen on {settings.host} port {settings.port}: {why}.", code="bad_address") from error
    finally:
        draining.forget()


@click.command()
def timekeeper() -> None:
    """Keep time: wake the workers when something is due, as a process of its own.

    Needs DATABASE_URL as demarche_worker, and REDIS_URL; does the work itself while Redis does not answer. Touches
    $DEMARCHE_HOME/timekeeper.heartbeat every few seconds while all is well. Ends when asked by SIGINT or SIGTERM.

    \b
    Examples:
      DATABASE_URL=postgresql://demarche_worker:…@db/demarche REDIS_URL=redis://redis:6379/0 demarche timekeeper

    Exit codes: 0 stopped when asked; 1 it failed; 2 a setting cannot be used.
    """
    from web import one_process

    try:
        code = one_process.run_timekeeper(Settings.from_environment())
    except Refused as refused:
        code = _told(refused)
    sys.exit(code)


def application() -> Flask:
    """The WSGI application of one process that answers, from the environment.

    It is warm: the laws are read before the first report comes, which would otherwise wait for them, as would all beside it.
    """
    from incident.rules.regimes import catalogue
    from incident.work import open_node
    from web import create_app
    from web.wake import open_wake

    threading.Thread(target=_end_with, args=(os.getppid(),), name="end with the parent", daemon=True).start()
    settings = Settings.from_environment()
    logs.configure(settings.log_level, settings.log_format)
    url = settings.needed_database_url()
    catalogue()
    app = create_app(open_node(settings, url, wake=open_wake(url, settings.broker_url), pool_size=int(os.environ.get(_THREADS, "8"))))
    _rarely_collect()
    return app


def _rarely_collect() -> None:
    """A request makes many objects and hardly a cycle; to look for some after every 700 objects took half a millisecond of a filing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _end_with(parent: int) -> None:
    """End this process soon after the one that started it: killed, that one could not say so, and the port would stay taken."""
    while os.getppid() == parent:
        time.sleep(_LOOK_UP)
    os._exit(1)


def _checked_settings(host: str | None, port: str | None) -> Settings:
    """What the processes that answer will find too; told here once rather than by each of them again and again."""
    settings = Settings.from_environment(host=host, port=port)
    settings.needed_database_url()
    if settings.port == 0:
        raise BadSetting("DEMARCHE_PORT (--port)", "a number from 1 to 65535", "is 0")
    settings.signing_key()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _address(host: str) -> str:
    """The number of a host by name."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][4][0])
    except OSError as error:
        raise BadSetting("DEMARCHE_HOST (--host)", "an address of this machine", f"is {host!r} ({error.strerror})") from error


def _told(refused: Refused) -> int:
    """Say it; the exit code."""
    click.echo(f"Error: {refused.message}", err=True)
    return USAGE if refused.code in ("bad_setting", "bad_home") else REFUSED
