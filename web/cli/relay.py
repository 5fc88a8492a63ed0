"""`demarche relay`: to which affected states a case is to be relayed and how far each relay came, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any

import rich_click as click

from web.cli import options
from web.cli.outcome import Answer, answering
from web.cli.paper import Paper, instant
from web.cli.service import service

_COLUMNS = ("state", "to", "standing", "due", "known since", "duty", "obligation", "notice")
_REASON = click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the act.")


@click.group(short_help="Relay a case to the states that it affects.")
def relay() -> None:
    """Relay a case to the states that it affects.

    Each affected state beside the deployment's own is a duty with its own clock, recipient and receipt. Its notice is prepared;
    an officer releases it, unless a clause lets it go at once. With --json: {cross_border, items}, as the API gives it.

    \b
    Examples:
      demarche relay list INCIDENT --party cert-ee
      demarche relay name INCIDENT DE --reason "Traffic of German hospitals was seen" --party cert-ee
      demarche relay log OBLIGATION --proof "call taken by N. N., 10:40 UTC" --party cert-ee
    """


@relay.command("list", short_help="Each affected state, and how far its relay came.")
@click.argument("incident", type=click.UUID)
@options.speaks
@answering
def listed(incident: Any, **who: Any) -> Answer:
    """Each affected state, and how far its relay came. With --json: {cross_border, items}.

    \b
    Examples:
      demarche relay list INCIDENT --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _shown(incident, who)


@relay.command(short_help="Name one more affected state.")
@click.argument("incident", type=click.UUID)
@click.argument("country", metavar="CODE")
@_REASON
@options.speaks
@answering
def name(incident: Any, country: str, reason: str, **who: Any) -> Answer:
    """Name one more affected state: its relay begins now. Naming it again changes nothing. With --json: {cross_border, items}.

    \b
    Examples:
      demarche relay name INCIDENT DE --reason "Traffic of German hospitals was seen" --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _changed(incident, "affected-states", country, reason, who)


@relay.command(short_help="Strike a state that was named by mistake.")
@click.argument("incident", type=click.UUID)
@click.argument("country", metavar="CODE")
@_REASON
@options.speaks
@answering
def strike(incident: Any, country: str, reason: str, **who: Any) -> Answer:
    """Strike a state that was named by mistake: whoever was told for it is told so. With --json: {cross_border, items}.

    \b
    Examples:
      demarche relay strike INCIDENT DE --reason "The addresses were Austrian" --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    return _changed(incident, "affected-states/strike", country, reason, who)


@relay.command(short_help="Release a relay that awaits an officer.")
@click.argument("notice", type=click.UUID)
@options.speaks
@answering
def release(notice: Any, **who: Any) -> Answer:
    """Let a prepared relay go, exactly as it was frozen. With --json: the notice.

    \b
    Examples:
      demarche relay release NOTICE --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    with service(**who) as node:
        _, found = node.post(f"/api/v1/notices/{notice}/release", {})
    return Answer(found, lambda paper: paper.line(f"Released to {found['to']} by {found['released_by']}: {found['digest']}"))


@relay.command("log", short_help="Log that a state was told by another way.")
@click.argument("obligation", type=click.UUID)
@click.option("--proof", metavar="TEXT", required=True, help="How it is known, such as who took the call.")
@click.option("--note", metavar="TEXT", default="", help="A note, if any.")
@options.speaks
@answering
def logged(obligation: Any, proof: str, note: str, **who: Any) -> Answer:
    """Log that a state was told by another way, as your party's word. With --json: the obligation.

    \b
    Examples:
      demarche relay log OBLIGATION --proof "call taken by N. N., 10:40 UTC" --party cert-ee

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 the node could not be reached.
    """
    with service(**who) as node:
        _, found = node.post(f"/api/v1/obligations/{obligation}/relays", {"proof": proof, "note": note})
    return Answer(found, lambda paper: paper.line(f"{found['title']}, to {found['relay_to']}: {found['verdict']}"))


def _changed(incident: Any, path: str, country: str, reason: str, who: dict[str, Any]) -> Answer:
    with service(**who) as node:
        node.post(f"/api/v1/incidents/{incident}/{path}", {"country": country.upper(), "reason": reason})
    return _shown(incident, who)


def _shown(incident: Any, who: dict[str, Any]) -> Answer:
    with service(**who) as node:
        found = node.get(f"/api/v1/incidents/{incident}/relays")
    return Answer(found, lambda paper: _draw(paper, found))


def _draw(paper: Paper, found: dict[str, Any]) -> None:
    if found["cross_border"]:
        paper.line(f"cross-border: {', '.join(found['cross_border'])}", "bold")
    rows = [row for each in found["items"] for row in _rows(each)]
    paper.table(_COLUMNS, rows, empty="No other state is named as affected.", spare=("notice", "known since", "duty"))


def _rows(each: dict[str, Any]) -> list[tuple[object, ...]]:
    head = (each["state"], each["to"] or "nobody registered", each["standing"].replace("_", " "))
    known, notice = instant(each["known_at"]), (each["notice"] or {}).get("id", "")
    duties = each["obligations"] or [{"due_at": None, "title": "", "id": ""}]
    return [(*head, instant(duty["due_at"]) or "no number", known, duty["title"], duty["id"], notice) for duty in duties]
