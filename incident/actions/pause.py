"""Stop a clock for a while, where a clause names the ground."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions import permission
from incident.actions.commands import Ground
from incident.actions.consequences import acting, excusing, outcomes, settling, telling, writing
from incident.errors import Conflict
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations.tables import obligation, timer
from incident.rules.commitment import Excuse
from incident.rules.planning import Pause, standing_still
from incident.work import Work


def pause(work: Work, obligation_id: UUID, given: Ground) -> answers.Json:
    """The clock stands still from now on, at the longest for what the clause allows; then it runs again by itself.

    From the beginning its instants are those that it has if nobody resumes it. Begun after the due instant the pause stands
    beside the miss and moves nothing.

    Raises:
        NotFound, NotAllowed: not the caller's to pause, or no clause allows it, or all that it allows has been taken.
        Invalid: another ground or clause than those that allow it.
        Conflict: it stands still already, is settled, or its clock has not started.
    """
    row, sides = permission.takes_part(work, obligation_id, what="pause it")
    excuse = excusing.ground_of(row, "pause", given, sides)
    acting.widen(work, row.case_id)
    row = _running(work, obligation_id)
    late = row.settled_as is not None or work.now > row.due_at
    known = obligations.pauses(obligations.acts_about(work.connection, [row.id]).get(row.id, ()))
    ends_at = None if late else excusing.pause_ends_at(row, excuse, known, work.now)
    cause = acting.note(work, row.case_id, "paused", obligation=row.id, detail=_detail(work, row, excuse, given, sides, ends_at, late))
    if not late:
        _stop(work, row, Pause(work.now, ends_at, None, excuse.ground, excuse.cite), given)
    settling.after_an_act(work, row.case_id, why="a pause")
    extra = {"ground": excuse.ground, "clause": excuse.cite, "runs_again_at": answers.at(ends_at), "after_the_due_instant": late}
    telling.granted(work, obligations.find(work.connection, row.id), kind="paused", title=f"Paused: {row.title}", cause=cause, extra=extra)
    return outcomes.obligation(work, obligation_id)


def _running(work: Work, obligation_id: UUID) -> Row:
    """As it stands now that nobody else can change it."""
    row = obligations.find(work.connection, obligation_id)
    if row.paused_at is not None and (row.paused_until is None or work.now < row.paused_until):
        raise Conflict(f"Its clock stands still already, since {answers.at(row.paused_at)}.", code="already_paused")
    if row.settled_as not in (None, "missed", "unresolved"):
        raise Conflict(f"There is no running clock to stop: it is {row.settled_as}.", code="not_running")
    if row.due_at is None or row.predicted:
        raise Conflict("There is no running clock to stop: it has not started, or the duty has no number.", code="not_running")
    return row


def _detail(
    work: Work, row: Row, excuse: Excuse, given: Ground, sides: frozenset[str], ends_at: datetime | None, late: bool
) -> dict[str, Any]:
    return {
        "ground": excuse.ground, "clause": excuse.cite, "reason": given.reason, "provision": given.provision, "ends_at": ends_at,
        "from": {"target_at": row.target_at, "due_at": row.due_at}, "after_the_due_instant": late,
        **excusing.by_whom(work, row, excuse, sides),
    }  # fmt: skip


def _stop(work: Work, row: Row, begun: Pause, given: Ground) -> None:
    target_at, due_at = standing_still([begun], row.target_at, row.due_at)
    again = f"at the latest at {answers.at(begun.until)}" if begun.until else "and it is not known when"
    ground = excusing.spoken(begun.ground)
    text = f"Its clock stands still since {answers.at(work.now)} on the ground of {ground}, until it is resumed, {again}: {given.reason}"
    changed = {
        "target_at": target_at, "due_at": due_at, "paused_at": work.now, "paused_until": begun.until,
        "because": [*row.because, excusing.line("paused", text, begun.cite, work.now)],
    }  # fmt: skip
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(changed))
    obligations.drop_timers(work.connection, [row.id])
    db.put(work.connection, {timer: writing.timer_rows({**row._mapping, **changed}, work.now)})
