"""`demarche word`, `demarche nudge` and `demarche call`: what is done to get an answer, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant, verdict

_COLUMNS = ("word", "of", "about", "with", "when", "state", "because", "said", "source", "notice")
_WITH = click.option("--with", "with_whom", metavar="NAME", required=True, help="Who was spoken to, by name.")
_SOURCE = click.option("--source", metavar="TEXT", required=True, help="By what it is known, such as a recorded line.")


@click.group(short_help="Log what another party acknowledged by word of mouth; co-sign or dispute it.")
def word() -> None:
    """Log what another party acknowledged by word of mouth; co-sign or dispute it.

    It stands by the word of the party that filed the case, and stops ladders, until the other side co-signs or disputes it. No duty
    is met before that. Receipt only, neither awareness nor admission. With --json: the word, as the API gives it.

    \b
    Examples:
      demarche word log NOTICE --with "Kari Nordmann" --source "duty telephone, line 3" --party cert-ee
      demarche word co-sign WORD --by "Kari Nordmann" --party halden-compute
      demarche word take-back WORD --reason "It was another case" --party cert-ee
    """


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    """One word, or all that are listed."""
    rows = [_row(each) for each in found.get("words", [found])]
    paper.table(_COLUMNS, rows, empty="Nothing stands by one party's word.", spare=("notice", "source", "said", "because"))


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    spoken = (each["with_whom"], instant(each["occurred_at"]), each["state"].replace("_", " "))
    return (each["id"], each["word_of"], each["party"], *spoken, each["ended_because"], each["said"], each["source"], each["notice"])


def _draw_nudged(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"Nudged {found['owed_by']}: {found['title']}, due {instant(found['due_at']) or 'without a number'}, {verdict(found)}")


def _draw_called(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"Kept in {found['incident']['incident_ref']}, as your party's word. It ends nothing.")


def _listed(found: calls.Json) -> calls.Json:
    return {"words": found["words"]}


_LIST = "demarche word list NOTICE --party cert-ee"
_LOG = 'demarche word log NOTICE --with "Kari Nordmann" --source "duty telephone, line 3" --party cert-ee'
_CO_SIGN = 'demarche word co-sign WORD --by "Kari Nordmann" --party halden-compute'
_DISPUTE = 'demarche word dispute WORD --by "Kari Nordmann" --reason "Nobody called" --party halden-compute'
_TAKE_BACK = 'demarche word take-back WORD --reason "It was another case" --party cert-ee'
_NUDGE = "demarche nudge OBLIGATION --party cert-ee"
_CALL = 'demarche call INCIDENT halden-compute --with "Kari Nordmann" --said "They look at it" --source "duty telephone" --party cert-ee'


@calls.call(word, "list", "What is said about a notice.", _LIST, draw=_draw, shape=_listed)
@click.argument("notice", type=click.UUID)
def listed(notice: UUID) -> calls.Request:
    """What is said about a notice, newest first, and whether it stands. With --json: {words: [...]}."""
    return calls.get(f"notices/{notice}")


@calls.call(word, "log", "Log that the recipient acknowledged by word of mouth.", _LOG, draw=_draw)
@click.argument("notice", type=click.UUID)
@_WITH
@_SOURCE
@click.option("--said", metavar="TEXT", default="", help="What was said.")
@calls.proof
@calls.at
def logged(notice: UUID, at: str | None, **heard: Any) -> calls.Request:
    """Log that the recipient of a notice acknowledged it by word of mouth. The same said again is the word that stands."""
    return calls.post(f"notices/{notice}/words", occurred_at=at, **heard)


@calls.call(word, "co-sign", "Confirm what is said of your party.", _CO_SIGN, draw=_draw)
@click.argument("word_id", metavar="WORD", type=click.UUID)
@calls.by
def co_signed(word_id: UUID, by: str) -> calls.Request:
    """Confirm what is said of your party: acknowledged at the instant that was said. Receipt only, neither awareness nor admission."""
    return calls.post(f"words/{word_id}/co-signatures", by=by)


@calls.call(word, "dispute", "Say that it is not so.", _DISPUTE, draw=_draw)
@click.argument("word_id", metavar="WORD", type=click.UUID)
@calls.by
@calls.reason
def disputed(word_id: UUID, by: str, reason: str) -> calls.Request:
    """Say that it is not so: the ladder goes on, and both sides' words stay on record."""
    return calls.post(f"words/{word_id}/disputes", by=by, reason=reason)


@calls.call(word, "take-back", "Take back what your party said.", _TAKE_BACK, draw=_draw)
@click.argument("word_id", metavar="WORD", type=click.UUID)
@calls.reason
def taken_back(word_id: UUID, reason: str) -> calls.Request:
    """Take back what your party said: the ladder goes on. Where the other party was not told yet, it is not told at all."""
    return calls.post(f"words/{word_id}/withdrawals", reason=reason)


@calls.call(None, "nudge", "Send whoever owes an obligation a reminder of it now.", _NUDGE, draw=_draw_nudged)
@click.argument("obligation", type=click.UUID)
def nudge(obligation: UUID) -> calls.Request:
    """Send whoever owes an obligation a reminder of it now.

    At most one in fifteen minutes goes to a party about an incident. With --json: the obligation, as the API gives it.
    """
    return calls.post(f"obligations/{obligation}/nudges")


@calls.call(None, "call", "Log a call about an incident.", _CALL, draw=_draw_called)
@click.argument("incident", type=click.UUID)
@click.argument("with_party", metavar="SLUG")
@_WITH
@click.option("--said", metavar="TEXT", required=True, help="What was said.")
@_SOURCE
@click.option("--about", metavar="OBLIGATION", type=click.UUID, help="Which duty it was about, if it was about one.")
@calls.proof
@calls.at
def call(incident: UUID, at: str | None, about: UUID | None, **heard: Any) -> calls.Request:
    """Log a call about an incident.

    With whom of which party you spoke, when, what was said, and by what that is known. It is your party's word, and ends nothing.
    With --json: {incident, obligations}.
    """
    return calls.post(f"incidents/{incident}/calls", about=str(about) if about else None, occurred_at=at, **heard)
