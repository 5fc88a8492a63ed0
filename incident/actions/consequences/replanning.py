"""Planning a case again: what stays, what is dated anew, what is superseded, what lapses, what is new."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.actions.consequences import acting, beside, readings, writing
from incident.actions.consequences.planning import Matter, plan_anew, state_of
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations.tables import obligation, timer
from incident.rules.case import Case
from incident.rules.planning import FIRST, NOT_PLANNED, STATED, Planned, Verdict, fate
from incident.rules.planning.rederiving import same_question
from incident.work import Work

_OPEN = (None, "missed", "unresolved")


@dataclass(slots=True)
class Replan:
    """What a re-plan came to: the case and plan, every live obligation's id by its key, and what changed.

    `rows` and `acts` are the obligations and acts of the case as they were read, before anything changed.
    """

    case: Case
    planned: list[Planned]
    rows: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)
    ids: dict[Any, UUID] = field(default_factory=dict)
    added: list[UUID] = field(default_factory=list)
    redated: list[UUID] = field(default_factory=list)
    superseded: list[UUID] = field(default_factory=list)
    lapsed: list[UUID] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.redated or self.superseded or self.lapsed)


def replan(work: Work, matter: Matter, *, why: str, may_lapse: bool = True, retime: bool = False) -> Replan:
    """Plan the case anew from the facts and acts on record, and bring its obligations in step; each change is an act or a new row.

    With `may_lapse` False only dates move: what an act sets in motion never takes a duty away. `retime` sets the timers of
    whatever runs anew, for a case whose timers were dropped when it was closed. In a closed case nothing begins, comes back or
    moves of what the closing ended.
    """
    case_id = matter.values["id"]
    readings.end_what_is_said(work, case_id)
    facts, rows, acts = state_of(work, case_id)
    case, planned = plan_anew(work, matter, facts, rows, acts)
    live = {readings.key_of(row): row for row in rows if row.superseded_by is None}
    result = Replan(case, planned, rows, acts)
    for each in planned:
        row = live.pop(each.key, None)
        if _ended_with_the_case(matter, each):
            continue
        if row is None:
            if each.reading != STATED:
                readings.started(work, obligations.find(work.connection, _add(work, case_id, each, result)))
            elif may_lapse or each.occurrence not in (FIRST, NOT_PLANNED):  # what an act sets in motion may come again
                _add(work, case_id, each, result)
        else:
            _bring_in_step(work, row, each, acts, result, why)
    for row in live.values():
        if row.reading != STATED:
            result.lapsed += readings.lapse(work, row, f"{why}: this reading runs no more")
        elif may_lapse and row.settled_as in _OPEN and row.occurrence != NOT_PLANNED:
            acting.note(work, case_id, "lapsed", obligation=row.id, detail={"why": why})
            obligations.settle(work.connection, row.id, Verdict.LAPSED, work.now)
            result.lapsed.append(row.id)
    if retime:
        _set_timers(work, case_id)
    if result.changed:
        work.record(
            "case.replanned",
            case_id,
            {"why": why, **{name: [str(i) for i in getattr(result, name)] for name in ("added", "redated", "superseded", "lapsed")}},
        )
    return result


def _ended_with_the_case(matter: Matter, each: Planned) -> bool:
    """Whether the closing ends what is of that kind: then acts that come after it, such as a late delivery, start no clock."""
    if matter.values["status"] != "closed":
        return False
    return fate(matter.values["closed_as"], each.commitment.source.kind).act != "stays"


def _add(work: Work, case_id: UUID, each: Planned, result: Replan) -> UUID:
    row = writing.obligation_row(case_id, each, work.now)
    db.put(work.connection, {obligation: [row]})
    db.put(work.connection, {timer: writing.timer_rows(row, work.now)})
    result.ids[each.key] = row["id"]
    result.added.append(row["id"])
    return UUID(str(row["id"]))


def _bring_in_step(work: Work, row: Row, each: Planned, acts: Collection[Row], result: Replan, why: str) -> None:
    result.ids[each.key] = row.id
    if _stands(row, each, acts):
        return
    fresh = beside.kept_up(writing.obligation_row(row.case_id, each, work.now), row, acts, work.now)
    if row.settled_as == "lapsed" and not _ended_for_good(row, acts):
        acting.note(work, row.case_id, "revived", obligation=row.id, detail={"why": why})
        _redate(work, row, fresh, each, result, settled_as=None, settled_at=None)
        return
    dated = (row.target_at, row.due_at) == (fresh["target_at"], fresh["due_at"]) or same_question(row.inputs, each)
    same = dated and (row.provisional, row.predicted) == (fresh["provisional"], fresh["predicted"])
    if same or row.settled_as in ("waived", "lapsed") or _extended(row, acts):
        return
    if row.predicted or row.due_at is None:  # its clock has only now become real: an event on the same obligation
        if row.settled_as is None:
            acting.note(work, row.case_id, "redated", obligation=row.id, detail=_moved(row, fresh, why))
            _redate(work, row, fresh, each, result)
        return
    new = _supersede(work, row, each, acts, result)
    acting.note(work, row.case_id, "superseded", obligation=row.id, detail={**_moved(row, fresh, why), "by": str(new)})


def _stands(row: Row, each: Planned, acts: Collection[Row]) -> bool:
    """Whether the plan comes to what is on record, and nothing has stopped the clock: nearly always, and then no row need be made."""
    planned = (each.target_at, each.deadline and each.deadline.due_at, each.provisional, each.predicted)
    same = (row.target_at, row.due_at, row.provisional, row.predicted) == planned
    return same and row.settled_as != "lapsed" and not any(act.obligation_id == row.id and act.kind in beside.SAID for act in acts)


def _redate(work: Work, row: Row, fresh: dict[str, Any], each: Planned, result: Replan, **also: Any) -> None:
    values = {name: fresh[name] for name in writing.DATED}
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(**values, **also))
    obligations.drop_timers(work.connection, [row.id])
    db.put(work.connection, {timer: writing.timer_rows({**fresh, "id": row.id}, work.now)})
    result.redated.append(row.id)


def _supersede(work: Work, row: Row, each: Planned, acts: Collection[Row], result: Replan) -> UUID:
    """The new obligation stands in place of the old one, which keeps its reasons and, if it was missed, its verdict."""
    fresh = beside.kept_up(writing.obligation_row(row.case_id, each, work.now), row, acts, work.now)
    kept = {} if row.settled_as else {"settled_as": "superseded", "settled_at": work.now}
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(superseded_by=fresh["id"], **kept))
    db.put(work.connection, {obligation: [fresh]})
    db.put(work.connection, {timer: writing.timer_rows(fresh, work.now)})
    obligations.drop_timers(work.connection, [row.id])
    for act in acts:
        if act.obligation_id == row.id and act.kind in ("submitted", "acknowledged", "sent", "received", "confirmed", *beside.KINDS):
            acting.carry(work, act, to=fresh["id"], **beside.carried(act, each, acts))
    result.ids[each.key] = fresh["id"]
    result.superseded.append(row.id)
    result.added.append(fresh["id"])
    return UUID(str(fresh["id"]))


def _set_timers(work: Work, case_id: UUID) -> None:
    running = [row for row in obligations.of_case(work.connection, case_id) if row.superseded_by is None and row.settled_as is None]
    obligations.drop_timers(work.connection, [row.id for row in running])
    db.put(work.connection, {timer: [each for row in running for each in writing.timer_rows(row._mapping, work.now)]})


def _ended_for_good(row: Row, acts: Iterable[Row]) -> bool:
    kinds = [act.kind for act in acts if act.obligation_id == row.id and act.kind in ("lapsed", "met_elsewhere", "revived")]
    return bool(kinds) and kinds[-1] == "met_elsewhere"


def _extended(row: Row, acts: Iterable[Row]) -> bool:
    return any(act.obligation_id == row.id and act.kind == "extended" for act in acts)


def _moved(row: Row, fresh: dict[str, Any], why: str) -> dict[str, Any]:
    return {
        "why": why,
        "from": {"target_at": row.target_at, "due_at": row.due_at},
        "to": {"target_at": fresh["target_at"], "due_at": fresh["due_at"]},
    }
