"""Let a clock run again that was paused."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions import permission
from incident.actions.consequences import acting, excusing, outcomes, settling, telling, writing
from incident.errors import Conflict
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.records.obligations.tables import obligation, timer
from incident.rules.planning import Pause, standing_still
from incident.work import Work


def resume(work: Work, obligation_id: UUID, reason: str) -> answers.Json:
    """The clock runs again from now on; its instants are later by the time that it stood still, and by no more.

    Raises:
        NotFound, NotAllowed: not the caller's to resume: it is for those who may pause it on that ground.
        Conflict: it does not stand still, or it is settled.
    """
    row, sides = permission.takes_part(work, obligation_id, what="resume it")
    acting.widen(work, row.case_id)
    row = obligations.find(work.connection, obligation_id)
    if row.paused_at is None or (row.paused_until is not None and work.now >= row.paused_until):
        ended = f": its pause ended by itself at {answers.at(row.paused_until)}" if row.paused_until else ""
        raise Conflict(f"Its clock does not stand still{ended}.", code="not_paused")
    if row.settled_as is not None:
        raise Conflict(f"There is no clock to resume: it is {row.settled_as}.", code="not_running")
    acts = obligations.acts_about(work.connection, [row.id]).get(row.id, [])
    begun = next(each for each in reversed(obligations.pauses(acts)) if each.resumed_at is None)
    _allowed(row, begun, sides)
    cause = acting.note(
        work, row.case_id, "resumed", obligation=row.id, detail={"reason": reason, "ground": begun.ground, "clause": begun.cite}
    )
    _start(work, row, begun, next(each.detail["from"] for each in reversed(acts) if each.kind == "paused"), reason)
    settling.after_an_act(work, row.case_id, why="a resumption")
    after = obligations.find(work.connection, row.id)
    telling.granted(work, after, kind="resumed", title=f"Runs again: {row.title}", cause=cause, extra={"clause": begun.cite})
    return outcomes.obligation(work, obligation_id)


def _allowed(row: Row, begun: Pause, sides: frozenset[str]) -> None:
    for each in allowing.excuses(row, "pause"):
        if (each.ground, each.cite) == (begun.ground, begun.cite):
            excusing.may_take(each.by, sides, f"resume it, under {each.cite}")


def _start(work: Work, row: Row, begun: Pause, before: dict[str, str | None], reason: str) -> None:
    """From the instants that it had before the pause: what stood still is added, no more."""
    was = [datetime.fromisoformat(at) if at else None for at in (before["target_at"], before["due_at"])]
    ended = Pause(begun.since, begun.ends_at, work.now, begun.ground, begun.cite)
    target_at, due_at = standing_still([ended], was[0], was[1])
    stood = work.now - begun.since - timedelta(microseconds=(work.now - begun.since).microseconds)
    text = f"It runs again since {answers.at(work.now)}, after it stood still for {stood}: {reason}"
    changed = {
        "target_at": target_at, "due_at": due_at, "paused_at": None, "paused_until": None,
        "because": [*row.because, excusing.line("resumed", text, begun.cite, work.now)],
    }  # fmt: skip
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(changed))
    obligations.drop_timers(work.connection, [row.id])
    db.put(work.connection, {timer: writing.timer_rows({**row._mapping, **changed}, work.now)})
