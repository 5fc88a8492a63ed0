"""`demarche claim`: what a party says against a clock, and what the other side answers, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any

import rich_click as click

from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper, instant
from web.cli.service import service

_COLUMNS = ("claim", "by", "what", "state", "agreed", "refused", "waits for", "reason")
_REASON = click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the act.")


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


@claim.command("list", short_help="What is and was claimed about an obligation.")
@click.argument("obligation", type=click.UUID)
@options.speaks
@answering
def listed(obligation: Any, **who: Any) -> Answer:
    """What is and was claimed about an obligation, oldest first. With --json: {claims: [...]}.

    \b
    Examples:
      demarche claim list OBLIGATION --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    with service(**who) as node:
        found = node.get(f"/api/v1/obligations/{obligation}/claims")["items"]
    return Answer({"claims": found}, lambda paper: _table(paper, found))


@claim.command(short_help="Say that the clock started at another instant.")
@click.argument("obligation", type=click.UUID)
@click.option("--at", metavar="INSTANT", required=True, help="When the fact was: an instant with its offset, or a date with --precision.")
@click.option("--fact", metavar="NAME", help="Which fact; may be left out where the clock runs from one.")
@click.option("--about", metavar="SLUG", help="Whose fact; may be left out where only one party's can be meant.")
@click.option("--precision", metavar="WORD", help="exact (the default), hour, day, month or year.")
@click.option("--zone", metavar="ZONE", help="The zone of a date, or of a time without offset.")
@click.option("--proof", metavar="TEXT", help="What shows it, such as a file's SHA-256.")
@_REASON
@options.speaks
@answering
def start(obligation: Any, party: str | None, key: str | None, base_url: str | None, home: Any, **said: Any) -> Answer:
    """Say that the fact from which the clock runs was at another instant. Both readings run.

    \b
    Examples:
      demarche claim start OBLIGATION --at 2026-11-20T14:10:00+02:00 --reason "Our log says so" --party ee-ministry

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _made(obligation, {"kind": "start", **said}, party=party, key=key, base_url=base_url, home=home)


@claim.command("more-time", short_help="Ask for more time, or say that it was given.")
@click.argument("obligation", type=click.UUID)
@click.option("--until", metavar="INSTANT", required=True, help="Until when, with its offset.")
@click.option("--holds", is_flag=True, help="It was given already, says your party: let both clocks run.")
@_REASON
@options.speaks
@answering
def more_time(obligation: Any, until: str, holds: bool, reason: str, **who: Any) -> Answer:
    """Ask for more time under the clause that knows of it; or with --holds put on record that it was given.

    \b
    Examples:
      demarche claim more-time OBLIGATION --until 2026-12-01T17:00:00+02:00 --reason "Parts are late" --party halden-compute

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _made(obligation, {"kind": "more_time", "until": until, "holds": holds, "reason": reason}, **who)


@claim.command(short_help="Ask to be let off, or say that it was waived.")
@click.argument("obligation", type=click.UUID)
@click.option("--holds", is_flag=True, help="It was waived already, says your party: let both readings stand.")
@_REASON
@options.speaks
@answering
def waiver(obligation: Any, holds: bool, reason: str, **who: Any) -> Answer:
    """Ask for a waiver under the clause that knows of one; or with --holds put on record that it was given.

    \b
    Examples:
      demarche claim waiver OBLIGATION --reason "We are not affected" --party halden-compute

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _made(obligation, {"kind": "waiver", "holds": holds, "reason": reason}, **who)


@claim.command(short_help="Counter-sign a claim of the other side.")
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@click.option("--note", metavar="TEXT", default="", help="A note, if any.")
@options.speaks
@answering
def agree(claim_id: Any, note: str, **who: Any) -> Answer:
    """Counter-sign it: between the two sides the clock runs as claimed. What was recorded before stays.

    \b
    Examples:
      demarche claim agree CLAIM --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _posted(f"/api/v1/claims/{claim_id}/agreements", {"note": note}, **who)


@claim.command(short_help="Refuse a claim of the other side.")
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@_REASON
@options.speaks
@answering
def refuse(claim_id: Any, reason: str, **who: Any) -> Answer:
    """Refuse it: both clocks run on, or what was asked for is not granted.

    \b
    Examples:
      demarche claim refuse CLAIM --reason "Your own mail is of 10:40" --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _posted(f"/api/v1/claims/{claim_id}/refusals", {"reason": reason}, **who)


@claim.command(short_help="Withdraw a claim of your own.")
@click.argument("claim_id", metavar="CLAIM", type=click.UUID)
@_REASON
@options.speaks
@answering
def withdraw(claim_id: Any, reason: str, **who: Any) -> Answer:
    """Withdraw it: what ran because of it lapses and stays on record; what was agreed stays agreed.

    \b
    Examples:
      demarche claim withdraw CLAIM --reason "We were mistaken" --party ee-ministry

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _posted(f"/api/v1/claims/{claim_id}/withdrawals", {"reason": reason}, **who)


def _made(obligation: Any, said: dict[str, Any], **who: Any) -> Answer:
    given = {name: value for name, value in said.items() if value is not None}
    return _posted(f"/api/v1/obligations/{obligation}/claims", given, **who)


def _posted(path: str, body: dict[str, Any], **who: Any) -> Answer:
    with service(**who) as node:
        _, answer = node.post(path, body)
    return Answer(answer, lambda paper: _table(paper, [answer]))


def _table(paper: Paper, found: list[dict[str, Any]]) -> None:
    paper.table(_COLUMNS, [_row(each) for each in found], empty="Nothing is claimed.", spare=("reason", "refused", "agreed"))


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    said = {
        "start": f"{each['fact']} of {each['about']} was {instant(each['earliest_at'])}",
        "more_time": f"{'extended' if each['holds'] else 'asks'} until {instant(each['until'])}",
        "waiver": "waived" if each["holds"] else "asks for a waiver",
    }
    answered = [", ".join(each[name]) for name in ("agreed", "refused", "awaiting")]
    return (each["id"], each["party"], said[each["kind"]], each["state"], *answered, each["reason"])
