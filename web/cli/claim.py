"""`demarche claim`: what a party says against a clock, and what the other side answers, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant

_COLUMNS = ("claim", "by", "what", "state", "agreed", "refused", "waits for", "reason")


@click.group(short_help="Dispute a clock, ask for more time, and answer what others claim.")
def claim() -> None:
    """Dispute a clock, ask for more time, and answer what others claim.

    A claim changes no fact. A disputed clock runs twice, each reading with its own verdict, until the other side agrees; what is
    only asked for takes effect when it is granted. A statutory clock is never extended. With --json: the claim, as the API gives it.

    \b
    Examples:
      demarche claim start OBLIGATION --at 2026-11-20T14:10:00+02:00 --reason "Our log says so" --party ee-ministry
      demarche claim more-time OBLIGATION --until 2026-12-01T17:00:00+02:00 --reason "Parts are late" --party halden-compute
      demarche claim agree CLAIM --party cert-ee
    """


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    """One claim, or all that are listed."""
    rows = [_row(each) for each in found.get("claims", [found])]
    paper.table(_COLUMNS, rows, empty="Nothing is claimed.", spare=("reason", "refused", "agreed"))


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    said = {
        "start": f"{each['fact']} of {each['about']} was {instant(each['earliest_at'])}",
        "more_time": f"{'extended' if each['holds'] else 'asks'} until {instant(each['until'])}",
        "waiver": "waived" if each["holds"] else "asks for a waiver",
    }
    answered = [", ".join(each[name]) for name in ("agreed", "refused", "awaiting")]
    return (each["id"], each["party"], said[each["kind"]], each["state"], *answered, each["reason"])


_LIST = "demarche claim list OBLIGATION --party cert-ee"
_START = 'demarche claim start OBLIGATION --at 2026-11-20T14:10:00+02:00 --reason "Our log says so" --party ee-ministry'
_MORE = 'demarche claim more-time OBLIGATION --until 2026-12-01T17:00:00+02:00 --reason "Parts are late" --party halden-compute'
_WAIVER = 'demarche claim waiver OBLIGATION --reason "We are not affected" --party halden-compute'
_AGREE = "demarche claim agree CLAIM --party cert-ee"
_REFUSE = 'demarche claim refuse CLAIM --reason "Your own mail is of 10:40" --party cert-ee'
_WITHDRAW = 'demarche claim withdraw CLAIM --reason "We were mistaken" --party ee-ministry'


def _listed(found: calls.Json) -> calls.Json:
    return {"claims": found["items"]}


@calls.call(claim, "list", "What is and was claimed about an obligation.", _LIST, draw=_draw, shape=_listed)
@click.argument("obligation", type=click.UUID)
def listed(obligation: UUID) -> calls.Request:
    """What is and was claimed about an obligation, oldest first. With --json: {claims: [...]}."""
    return calls.get(f"obligations/{obligation}/claims")


@calls.call(claim, "start", "Say that the clock started at another instant.", _START, draw=_draw)
@click.argument("obligation", type=click.UUID)
@click.option("--at", metavar="INSTANT", required=True, help="When the fact was: an instant with its offset, or a date with --precision.")
@click.option("--fact", metavar="NAME", help="Which fact; may be left out where the clock runs from one.")
@click.option("--about", metavar="SLUG", help="Whose fact; may be left out where only one party's can be meant.")
@click.option("--precision", metavar="WORD", help="exact (the default), hour, day, month or year.")
@click.option("--zone", metavar="ZONE", help="The zone of a date, or of a time without offset.")
@click.option("--proof", metavar="TEXT", help="What shows it, such as a file's SHA-256.")
@calls.reason
def start(obligation: UUID, **said: Any) -> calls.Request:
    """Say that the fact from which the clock runs was at another instant. Both readings run."""
    return calls.post(f"obligations/{obligation}/claims", kind="start", **said)


@calls.call(claim, "more-time", "Ask for more time, or say that it was given.", _MORE, draw=_draw)
@click.argument("obligation", type=click.UUID)
@click.option("--until", metavar="INSTANT", required=True, help="Until when, with its offset.")
@click.option("--holds", is_flag=True, help="It was given already, says your party: let both clocks run.")
@calls.reason
def more_time(obligation: UUID, **said: Any) -> calls.Request:
    """Ask for more time under the clause that knows of it; or with --holds put on record that it was given."""
    return calls.post(f"obligations/{obligation}/claims", kind="more_time", **said)


@calls.call(claim, "waiver", "Ask to be let off, or say that it was waived.", _WAIVER, draw=_draw)
@click.argument("obligation", type=click.UUID)
@click.option("--holds", is_flag=True, help="It was waived already, says your party: let both readings stand.")
@calls.reason
def waiver(obligation: UUID, **said: Any) -> calls.Request:
    """Ask for a waiver under the clause that knows of one; or with --holds put on record that it was given."""
    return calls.post(f"obligations/{obligation}/claims", kind="waiver", **said)


@calls.call(claim, "agree", "Counter-sign a claim of the other side.", _AGREE, draw=_draw)
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@calls.note
def agree(claim_id: UUID, note: str) -> calls.Request:
    """Counter-sign it: between the two sides the clock runs as claimed. What was recorded before stays."""
    return calls.post(f"claims/{claim_id}/agreements", note=note)


@calls.call(claim, "refuse", "Refuse a claim of the other side.", _REFUSE, draw=_draw)
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@calls.reason
def refuse(claim_id: UUID, reason: str) -> calls.Request:
    """Refuse it: both clocks run on, or what was asked for is not granted."""
    return calls.post(f"claims/{claim_id}/refusals", reason=reason)


@calls.call(claim, "withdraw", "Withdraw a claim of your own.", _WITHDRAW, draw=_draw)
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@calls.reason
def withdraw(claim_id: UUID, reason: str) -> calls.Request:
    """Withdraw it: what ran because of it lapses and stays on record; what was agreed stays agreed."""
    return calls.post(f"claims/{claim_id}/withdrawals", reason=reason)
