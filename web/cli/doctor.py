"""`demarche doctor`: is this node well, and what to do where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from incident.errors import Refused
from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper

_CODES = {"ok": 0, "warn": 1, "bad": 2}


@click.command()
@click.option("--only-faults", is_flag=True, help="Leave out what is well.")
@options.home
@answering
def doctor(only_faults: bool, home: Path | None) -> Answer:
    """Look a node over: is it well, and what to do where it is not.

    Runs the audit and looks at settings, home, disk, signing key, calendars, time zones, clocks, roles, walls, migrations, queues,
    sweeps, channels, broker and certificates. It sends nothing to anybody, and it works when the database or Redis is down: then
    it says so. With --json: {state, lines: [{name, state, said, do}]}; state is ok, warn or bad.

    \b
    Examples:
      demarche doctor
      demarche doctor --only-faults
      demarche doctor --json | jq '.lines[] | select(.state != "ok")'

    Exit codes: 0 all is well; 1 something deserves a look; 2 something is bad, or a setting cannot be used.
    """
    try:
        found = _lines(home)
    except Refused as refused:  # settings that cannot be read: the one thing that hides all others
        found = [{"name": "settings", "state": "bad", "said": refused.message, "do": "Set it as the message says."}]
    worst = max((each["state"] for each in found), key=_CODES.__getitem__, default="ok")
    shown = [each for each in found if not only_faults or each["state"] != "ok"]
    document: dict[str, Any] = {"state": worst, "lines": shown}
    return Answer(document, lambda paper: _draw(paper, document), _CODES[worst])


def _lines(home: Path | None) -> list[dict[str, str]]:
    from web.doctor import examined

    return [each.as_json() for each in examined(options.settings(home))]


def _draw(paper: Paper, document: dict[str, Any]) -> None:
    columns = ("state", "name", "said", "do")
    paper.table(columns, [[each[column] for column in columns] for each in document["lines"]], empty="All is well.")
