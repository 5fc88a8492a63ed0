"""Acts as they are kept: who did what, when it is said to have happened, when it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
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
    into: list[db.Row] | None = None,
) -> UUID:
    """Write one act and its evidence. For what the node itself does, the case's filer is the party.

    With `into` the act is put there, and written by the caller in the same work.
    """
    id_ = new_id()
    who = party or work.actor.party or _filer(work, case)
    plain = _plain(detail or {})
    row = {
        "id": id_, "case_id": case, "obligation_id": obligation, "notice_id": notice, "kind": kind, "by_party": who,
        "by_name": by or work.actor.name, "occurred_at": occurred_at or work.now, "recorded_at": work.now, "detail": plain,
        "origin": work.node.settings.node_name,
    }  # fmt: skip
    if into is None:
        db.put(work.connection, {act: [row]})
    else:
        into.append(row)
    about = {"obligation": str(obligation)} if obligation else {}
    about |= {"notice": str(notice)} if notice else {}
    work.record(
        f"act.{kind}", case, {"act": str(id_), "occurred_at": occurred_at or work.now, "by_name": row["by_name"], "detail": plain, **about}
    )
    return id_


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
    return UUID(str(cases.find(work.connection, case).filed_by))


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in detail.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return answers.at(value)
    if isinstance(value, Mapping):
        return _plain(value)
    canonical.canonical(value)  # refuses what evidence could not hold
    return value
