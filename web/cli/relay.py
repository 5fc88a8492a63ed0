"""`demarche relay`: to which affected states a case is to be relayed and how far each relay came, over HTTP like anybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import rich_click as click

from web.cli import calls
from web.cli.paper import Paper, instant

_COLUMNS = ("state", "to", "standing", "due", "known since", "duty", "obligation", "notice")


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


def _draw_released(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"Released to {found['to']} by {found['released_by']}: {found['digest']}")


def _draw_logged(paper: Paper, found: dict[str, Any]) -> None:
    paper.line(f"{found['title']}, to {found['relay_to']}: {found['verdict']}")


_LIST = "demarche relay list INCIDENT --party cert-ee"
_NAME = 'demarche relay name INCIDENT DE --reason "Traffic of German hospitals was seen" --party cert-ee'
_STRIKE = 'demarche relay strike INCIDENT DE --reason "The addresses were Austrian" --party cert-ee'
_RELEASE = "demarche relay release NOTICE --party cert-ee"
_LOG = 'demarche relay log OBLIGATION --proof "call taken by N. N., 10:40 UTC" --party cert-ee'


@calls.call(relay, "list", "Each affected state, and how far its relay came.", _LIST, draw=_draw)
@click.argument("incident", type=click.UUID)
def listed(incident: UUID) -> calls.Request:
    """Each affected state, and how far its relay came. With --json: {cross_border, items}."""
    return calls.get(f"incidents/{incident}/relays")


@calls.call(relay, "name", "Name one more affected state.", _NAME, draw=_draw)
@click.argument("incident", type=click.UUID)
@click.argument("country", metavar="CODE")
@calls.reason
def name(incident: UUID, country: str, reason: str) -> calls.Request:
    """Name one more affected state: its relay begins now. Naming it again changes nothing. With --json: {cross_border, items}."""
    where = f"incidents/{incident}"
    return calls.post(f"{where}/affected-states", f"{where}/relays", country=country.upper(), reason=reason)


@calls.call(relay, "strike", "Strike a state that was named by mistake.", _STRIKE, draw=_draw)
@click.argument("incident", type=click.UUID)
@click.argument("country", metavar="CODE")
@calls.reason
def strike(incident: UUID, country: str, reason: str) -> calls.Request:
    """Strike a state that was named by mistake: whoever was told for it is told so. With --json: {cross_border, items}."""
    where = f"incidents/{incident}"
    return calls.post(f"{where}/affected-states/strike", f"{where}/relays", country=country.upper(), reason=reason)


@calls.call(relay, "release", "Release a relay that awaits an officer.", _RELEASE, draw=_draw_released)
@click.argument("notice", type=click.UUID)
def release(notice: UUID) -> calls.Request:
    """Let a prepared relay go, exactly as it was frozen. With --json: the notice."""
    return calls.post(f"notices/{notice}/release")


@calls.call(relay, "log", "Log that a state was told by another way.", _LOG, draw=_draw_logged)
@click.argument("obligation", type=click.UUID)
@click.option("--proof", metavar="TEXT", required=True, help="How it is known, such as who took the call.")
@calls.note
def logged(obligation: UUID, proof: str, note: str) -> calls.Request:
    """Log that a state was told by another way, as your party's word. With --json: the obligation."""
    return calls.post(f"obligations/{obligation}/relays", proof=proof, note=note)
