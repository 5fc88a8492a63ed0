"""`demarche up`: the whole node in one process, with a demo world the first time."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import rich_click as click
from rich.console import Console

from incident import logs
from incident.errors import Refused
from incident.settings import Settings

if TYPE_CHECKING:
    from web.one_process import Running

EXIT_FAILED, EXIT_USAGE, EXIT_TAKEN = 1, 2, 3
_EXITS = {"bad_setting": EXIT_USAGE, "bad_home": EXIT_USAGE, "home_taken": EXIT_TAKEN, "port_taken": EXIT_TAKEN}
_SHOWN = 8  # people; the file has them all
_LOOPBACK = ("127.0.0.0/8", "::1/128")

_console = Console(highlight=False)


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where to listen. Default: DEMARCHE_HOST, or 127.0.0.1.")
@click.option("--port", metavar="NUMBER", help="The port; 0 takes any free one. Default: DEMARCHE_PORT, or 8000.")
@click.option("--home", type=click.Path(path_type=Path), help="The node's folder. Default: DEMARCHE_HOME, or ./.demarche.")
@click.option("--no-demo", is_flag=True, help="Start empty: no demo parties, no mail sink, no loopback webhooks.")
@click.option("--json", "as_json", is_flag=True, help="Say where it is as one JSON document on stdout: {base_url, adopted, demo}.")
def up(host: str | None, port: str | None, home: Path | None, no_demo: bool, as_json: bool) -> None:
    """Start the node: database, web, worker, beat and timekeeper in one process.

    The first start makes the database and loads the demo world; later ones keep everything. Ctrl-C stops it.

    Exit codes: 0 stopped when asked; 1 a part failed; 2 a setting cannot be used; 3 the port or the home is taken.
    """
    try:
        settings = Settings.from_environment(host=host, port=port, home=home)
        logs.configure(settings.log_level, settings.log_format)
        code = _run(settings, demo=not no_demo, as_json=as_json)
    except Refused as refusal:
        Console(stderr=True, highlight=False).print(refusal.message, markup=False, soft_wrap=True)
        code = _EXITS.get(refusal.code, EXIT_FAILED)
    else:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End here: every part was given its time, and a thread that waits for somebody else must not keep the process."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(settings: Settings, *, demo: bool, as_json: bool) -> int:
    from web import one_process  # only now: `--help` and a refused setting need not wait for it

    if as_json:
        settings = replace(settings, egress_allow=(*settings.egress_allow, *(_LOOPBACK if demo else ())))
        return one_process.run(settings, on_ready=lambda running: _say_as_json(running, demo=demo), demo=demo)
    if not demo:
        return one_process.run(settings, on_ready=_say_where)
    settings = replace(settings, egress_allow=(*settings.egress_allow, *_LOOPBACK))
    return one_process.run(settings, on_ready=_say_where_and_as_whom, demo=True)


def _say_as_json(running: Running, *, demo: bool) -> None:
    from web.demo import loader

    home = running.worker.settings.home
    if demo:
        loader.ensure(running.worker)
    said = {"base_url": running.base_url, "adopted": running.adopted, "demo": str(home / loader.FILE) if demo else None}
    click.echo(json.dumps(said))


def _say_where(running: Running) -> None:
    if running.adopted:
        _console.print("The database of the last run was still up, and carries on.")
    _console.print(f"\n  [bold]Démarche[/bold] is at [bold cyan]{running.base_url}[/bold cyan]\n")


def _say_where_and_as_whom(running: Running) -> None:
    from web.demo import loader

    world = loader.ensure(running.worker)
    _say_where(running)
    for person in world.people[:_SHOWN]:
        _console.print(f"  {person['party']:<16} {person['email']:<34} [bold]{person['password']}[/bold]", soft_wrap=True)
    _console.print(f"\n  Everybody, and the API keys: {running.worker.settings.home / loader.FILE}", soft_wrap=True)
    _console.print("  Ctrl-C stops it; everything is kept.\n")
