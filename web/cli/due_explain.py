"""`demarche due --explain`: one obligation computed again from what was kept with it, in this process and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from incident.answers import Json, at, because
from incident.errors import Refused, Unavailable
from incident.rules.planning import pauses_of, standing_still
from incident.rules.planning.rederiving import Difference, InputsFault, differences, recomputed
from web.cli import options
from web.cli.outcome import DONE, Answer
from web.cli.paper import Paper
from web.cli.service import service

DIFFERENT = 3
_VERSIONS = ("rule_version", "calendar_version", "tzdata_version")


def answered(obligation: UUID, *, party: str | None, key: str | None, base_url: str | None, home: Path | None) -> Answer:
    """The steps, and every difference between the record and what follows from the kept inputs; exit code 3 when there is one.

    Asked as a party, the node is asked over HTTP; else its database is read.

    Raises:
        Refused: there is no such obligation, or what is to be read cannot be reached, which is no difference and no 3.
    """
    try:
        if party or key or base_url:
            with service(party=party, key=key, base_url=base_url, home=home) as node:
                found = node.get(f"/api/v1/obligations/{obligation}")
        else:
            found = _from_the_database(obligation, home)
    except Unavailable as error:
        raise Refused(error.message, code=error.code) from error
    document = explained(found)
    return Answer(document, lambda paper: _draw(paper, document), DIFFERENT if document["differences"] else DONE)


def explained(obligation: Mapping[str, Any]) -> Json:
    """The obligation as the API gives it, computed again: what is recorded, what follows, line by line, and the differences."""
    inputs = obligation["inputs"]
    shown = {name: obligation[name] for name in ("id", "title", "commitment", "target_at", "due_at", *_VERSIONS)}
    if not inputs:
        return shown | {"computed": None, "because": [], "differences": []}
    try:
        made = recomputed(inputs)
        found = [*differences(inputs, [line["text"] for line in obligation["because"]]), *_in_the_columns(obligation)]
    except InputsFault as fault:
        unreadable = Difference("the kept inputs", None, str(fault))
        return shown | {"computed": None, "because": [], "differences": [_plain(unreadable)]}
    deadline = made.deadline
    computed = {
        "target_at": at(deadline.target_at if deadline else made.planned_for),
        "due_at": at(deadline.due_at) if deadline else None,
        **{name: getattr(deadline, name) if deadline else None for name in _VERSIONS},
    }
    found += [Difference(name, obligation[name], computed[name]) for name in _VERSIONS if deadline and obligation[name] != computed[name]]
    return shown | {"computed": computed, "because": because(made.because), "differences": [_plain(each) for each in found]}


def _in_the_columns(obligation: Mapping[str, Any]) -> list[Difference]:
    """Where the instants that the board shows are not those that were computed; what was granted in time moves them."""
    result = obligation["inputs"]["result"]
    target_at, due_at = _granted(_instant(result["target_at"]), _instant(result["due_at"]), obligation.get("acts", ()))
    pairs = {"target_at on the board": (obligation["target_at"], target_at), "due_at on the board": (obligation["due_at"], due_at)}
    return [Difference(what, shown, at(kept)) for what, (shown, kept) in pairs.items() if _instant(shown) != kept]


def _granted(
    target_at: datetime | None, due_at: datetime | None, acts: Iterable[Mapping[str, Any]]
) -> tuple[datetime | None, datetime | None]:
    """The same instants after every extension and pause, in the order in which they were granted."""
    still: list[tuple[str, datetime, Mapping[str, Any]]] = []
    for act in acts:
        detail = act["detail"]
        if act["kind"] == "extended" and not detail["after_the_due_instant"]:
            target_at, due_at = standing_still(pauses_of(still), target_at, due_at)
            until, still = _instant(detail["until"]), []
            target_at, due_at = until if target_at == due_at else target_at, until
        elif act["kind"] in ("paused", "resumed"):
            still.append((act["kind"], datetime.fromisoformat(act["recorded_at"]), detail))
    return standing_still(pauses_of(still), target_at, due_at)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _from_the_database(obligation: UUID, home: Path | None) -> Json:
    from incident import board
    from web.cli import database

    with database.worker_node(options.settings(home), snapshot=True) as node, node.work() as work:
        return board.obligation(work, obligation)


def _plain(each: Difference) -> Json:
    return {"what": each.what, "recorded": each.recorded, "computed": each.computed}


def _draw(paper: Paper, document: Json) -> None:
    paper.line(f"{document['title']} ({document['commitment']})")
    if document["computed"] is None and not document["differences"]:
        paper.line("Its clock has not started: there is nothing to compute.")
        return
    for line in document["because"]:
        paper.line(f"  {line['text']}" + (f" [{line['cite']}]" if line["cite"] else ""))
    for each in document["differences"]:
        paper.line(f"DIFFERENT: {each['what']}: on record {each['recorded']}, computed {each['computed']}")
    if not document["differences"]:
        paper.line(f"As recorded: target {document['target_at']}, due {document['due_at'] or 'at no legal instant'}.")
