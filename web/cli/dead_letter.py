"""`demarche dead-letter`: what reached nobody, and what somebody does about it, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from incident.rules.escalation.on_call import LADDER
from web.cli import calls
from web.cli.paper import Paper

_COLUMNS = ("id", "state", "to", "contact", "channel", "incident_ref", "title", "left", "cause")


@click.group("dead-letter", short_help="See to what reached nobody.")
def dead_letter() -> None:
    """See to what reached nobody.

    The dead letters of the cases that your party filed or operates. Whoever runs a node sees those of all parties in `demarche outbox`.
    With --json: the notification, as the API gives it.

    \b
    Examples:
      demarche dead-letter list --party cert-ee
      demarche dead-letter way NOTIFICATION deputy email --party cert-ee
      demarche dead-letter call NOTIFICATION --with "Kari Nordmann" --said "Told all of it" --source "line 3" --party cert-ee
    """


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    """One notification, or all that are listed."""
    rows = [[*(each.get(column) for column in _COLUMNS[:-2]), _left(each), each["cause"]] for each in found.get("items", [found])]
    paper.table(_COLUMNS, rows, empty="No dead letters.", spare=("incident_ref", "title", "cause"))


def _left(each: dict[str, Any]) -> str:
    return ", ".join(f"{way['contact']} {way['channel']}" for way in each.get("left", []))


_LIST = "demarche dead-letter list --party cert-ee"
_TRY = "demarche dead-letter try NOTIFICATION --party cert-ee"
_WAY = "demarche dead-letter way NOTIFICATION deputy email --party cert-ee"
_CALL = 'demarche dead-letter call NOTIFICATION --with "Kari Nordmann" --said "Told all of it" --source "line 3" --party cert-ee'


@calls.call(dead_letter, "list", "What reached nobody, and which ways are left.", _LIST, draw=_draw)
def listed() -> calls.Request:
    """What reached nobody, and which ways are left, newest first, at most 100. With --json: {items: [...]}."""
    return calls.get("dead-letters")


@calls.call(dead_letter, "try", "Try the same way once more.", _TRY, draw=_draw)
@click.argument("notification", type=click.UUID)
def tried(notification: UUID) -> calls.Request:
    """Try the same way once more: due at once, with what is left of its schedule. With --json: the notification."""
    return calls.post(f"notifications/{notification}/tries")


@calls.call(dead_letter, "way", "Send it another way.", _WAY, draw=_draw)
@click.argument("notification", type=click.UUID)
@click.argument("contact", type=click.Choice(LADDER))
@click.argument("channel", metavar="KIND")
def another_way(notification: UUID, contact: str, channel: str) -> calls.Request:
    """Send it to CONTACT over a channel of that KIND. Where there is none, it comes back. With --json: the new notification."""
    return calls.post(f"notifications/{notification}/ways", contact=contact, channel=channel)


@calls.call(dead_letter, "call", "Log that the recipient was told on the telephone.", _CALL, draw=_draw)
@click.argument("notification", type=click.UUID)
@click.option("--with", "with_whom", metavar="NAME", required=True, help="Who was spoken to, by name.")
@click.option("--said", metavar="TEXT", required=True, help="What was said.")
@click.option("--source", metavar="TEXT", required=True, help="By what it is known, such as a recorded line.")
@calls.proof
@calls.at
def called(notification: UUID, at: str | None, **heard: Any) -> calls.Request:
    """Log that the recipient was told on the telephone, as your party's word. With --json: the notification."""
    return calls.post(f"notifications/{notification}/calls", occurred_at=at, **heard)
