"""`demarche ask`: what a recipient asks of those who told it, and what became of it, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant

_COLUMNS = ("ask", "from", "what", "asked", "by", "reason", "call back", "answer", "incident", "notice")
_WHAT = {"not_ours": "not ours", "human": "a person should call"}


@click.group(short_help="Ask those who told you, and answer what is asked of you.")
def ask() -> None:
    """Ask those who told you, and answer what is asked of you.

    An ask goes to the liaison of whoever filed the case. It ends nothing: what a notice announces stays owed until it is resolved.
    For more time there is `demarche claim more-time`. With --json: the ask, as the API gives it.

    \b
    Examples:
      demarche ask list --party cert-ee
      demarche ask human NOTICE --call-back "+47 22 00 00 00, until 07:00 CET" --by "Kari Nordmann" --reason "Scope" --party halden-compute
      demarche ask answer ASK "Called back at 10:40 UTC" --party cert-ee
    """


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    """One ask, or all that are listed."""
    rows = [_row(each) for each in found.get("items", [found])]
    paper.table(_COLUMNS, rows, empty="Nothing waits for an answer.", spare=("notice", "incident", "by", "answer", "call back"))


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    what = _WHAT.get(each["kind"], each["kind"])
    said = (each["reason"], each["call_back"], each["answer"] or "waits")
    return (each["id"], each["party"], what, instant(each["asked_at"]), each["by"], *said, each["incident"], each["notice"])


_LIST = "demarche ask list --party cert-ee"
_NOT_OURS = 'demarche ask not-ours NOTICE --by "Kari Nordmann" --reason "We run no such model" --party halden-compute'
_HUMAN = 'demarche ask human NOTICE --call-back "+47 22 00 00 00" --by "Kari Nordmann" --reason "Scope" --party halden-compute'
_ANSWER = 'demarche ask answer ASK "Called back at 10:40 UTC" --party cert-ee'


@calls.call(ask, "list", "What waits for an answer.", _LIST, draw=_draw)
def listed() -> calls.Request:
    """What waits for an answer, asked of your party or by it, oldest first. With --json: {items: [...]}."""
    return calls.get("asks")


@calls.call(ask, "not-ours", "Say that a notice is not for your party.", _NOT_OURS, draw=_draw)
@click.argument("notice", type=click.UUID)
@calls.by
@calls.reason
def not_ours(notice: UUID, by: str, reason: str) -> calls.Request:
    """Say that a notice is not for your party. The same asked again while it waits is the one that waits. With --json: the ask."""
    return calls.post(f"notices/{notice}/asks", kind="not_ours", by=by, reason=reason)


@calls.call(ask, "human", "Ask that a person calls.", _HUMAN, draw=_draw)
@click.argument("notice", type=click.UUID)
@click.option("--call-back", metavar="TEXT", required=True, help="A number, and the hours at which somebody answers it.")
@calls.by
@calls.reason
def human(notice: UUID, call_back: str, by: str, reason: str) -> calls.Request:
    """Ask that a person calls. The same asked again while it waits is the one that waits. With --json: the ask."""
    return calls.post(f"notices/{notice}/asks", kind="human", call_back=call_back, by=by, reason=reason)


@calls.call(ask, "answer", "Say what became of it.", _ANSWER, draw=_draw)
@click.argument("ask_id", metavar="ASK", type=click.UUID)
@click.argument("answer", metavar="TEXT")
def answered(ask_id: UUID, answer: str) -> calls.Request:
    """Say, as the filer, what became of it; it waits no longer. The first answer stands. With --json: the ask."""
    return calls.post(f"asks/{ask_id}/answers", answer=answer)
