"""Acts as they are kept: who did what, when it is said to have happened, when it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incident import answers, canonical, db
from incident.ids import new_id
from incident.records import cases
from incident.records.cases import Row
from incident.records.obligations.tables import act
from incident.work import Work


def widen(work: Work, case_id: UUID) -> None:
    """From here on in the name of the case's holder, with the case held until the work ends.

    Whoever changes anything of a case takes the case first, so that no two ever wait for each other.

    Raises:
        NotFound: the caller is no party of the case and was told nothing of it.
    """
    work.widen(case_id)
    cases.find(work.connection, case_id, for_update=True)


def hold(work: Work, ids: Iterable[UUID]) -> None:
    """Take these cases until the work ends, first of all, as everybody does."""
    if wanted := set(ids):
        work.holds(cases.hold(work.connection, wanted))


@dataclass(frozen=True, slots=True)
class Note:
    """One act to be written: what `note` is given."""

    case: UUID
    kind: str
    obligation: UUID | None = None
    notice: UUID | None = None
    by: str | None = None
    party: UUID | None = None
    occurred_at: datetime | None = None
    detail: Mapping[str, Any] | None = None


def note(
    work: Work,
    case: UUID,
    kind: str,
    *,
    obligation: UUID | None = None,
    notice: UUID | None = None,
    by: str | None = None,
    party: UUID | None = None,
    occurred_at: datetime | None = None,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one act and its evidence; its id. For what the node itself does, the case's filer is the party."""
    [id_] = note_all(work, [Note(case, kind, obligation, notice, by, party, occurred_at, detail)])
    return id_


def note_all(work: Work, notes: Iterable[Note]) -> list[UUID]:
    """Write these acts in one statement, in their order, and the evidence of each; their ids."""
    rows = [written(work, each) for each in notes]
    db.put(work.connection, {act: rows})
    return [row["id"] for row in rows]


def written(work: Work, given: Note) -> dict[str, Any]:
    """The act as a row, with its evidence; for who writes the row in the same work, together with others."""
    id_, plain = new_id(), _plain(given.detail or {})
    row = {
        "id": id_, "case_id": given.case, "obligation_id": given.obligation, "notice_id": given.notice, "kind": given.kind,
        "by_party": given.party or work.actor.party or _filer(work, given.case), "by_name": given.by or work.actor.name,
        "occurred_at": given.occurred_at or work.now, "recorded_at": work.now, "detail": plain, "origin": work.node.settings.node_name,
    }  # fmt: skip
    about = {"obligation": str(given.obligation)} if given.obligation else {}
    about |= {"notice": str(given.notice)} if given.notice else {}
    said = {"act": str(id_), "occurred_at": row["occurred_at"], "by_name": row["by_name"], "detail": plain, **about}
    work.record(f"act.{given.kind}", given.case, said)
    return row


def carry(work: Work, given: Row, *, to: UUID, **otherwise: object) -> None:
    """The same act, about the obligation that stands in place of the one it was done for, or beside it; `otherwise` is what its
    detail says differently there."""
    row = {name: value for name, value in given._mapping.items() if name != "position"} | {
        "id": new_id(),
        "obligation_id": to,
        "detail": {**given.detail, **_plain(otherwise), "carried_from": str(given.id)},
    }
    db.put(work.connection, {act: [row]})


def _filer(work: Work, case: UUID) -> UUID:
    if case not in work.filers:
        work.filers[case] = cases.find(work.connection, case).filed_by
    return work.filers[case]


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in detail.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return answers.at(value)
    if isinstance(value, Mapping):
        return _plain(value)
    canonical.canonical(value)  # refuses what evidence could not hold
    return value
