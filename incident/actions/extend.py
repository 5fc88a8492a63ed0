"""Grant more time, where a clause of the agreement allows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions import permission
from incident.actions.consequences import acting, outcomes, settling, writing
from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.records import obligations
from incident.records.obligations.tables import obligation, timer
from incident.work import Work


def extend(work: Work, obligation_id: UUID, until: datetime, clause: str, reason: str) -> answers.Json:
    """The creditor moves the due instant to `until` under `clause`.

    Granted after the due instant it stands beside the miss and moves nothing.

    Raises:
        NotAllowed: the clock is statutory, or the caller is not the creditor.
        Invalid: another clause than the one that allows it, or an instant that is not later.
        Conflict: the obligation is settled, or its clock has not started.
    """
    row = permission.grants(work, obligation_id, what="extend it")
    if row.extendable is None:
        raise NotAllowed(f"Nobody may extend this clock: {row.cite} has no clause for it.", code="not_extendable")
    if clause != row.extendable:
        raise Invalid([Fault("/clause", "wrong_clause", f"an extension rests on {row.extendable!r}, not {clause!r}")])
    if row.due_at is None or row.settled_as not in (None, "missed"):
        raise Conflict(f"There is no running clock to extend: it is {row.settled_as or 'not started'}.", code="not_running")
    if until <= row.due_at:
        raise Invalid([Fault("/until", "not_later", f"expected an instant after the present due instant {answers.at(row.due_at)}")])
    acting.widen(work, row.case_id)
    late = work.now > row.due_at
    acting.note(
        work, row.case_id, "extended", obligation=row.id,
        detail={"from": row.due_at, "until": until, "clause": clause, "reason": reason, "after_the_due_instant": late},
    )  # fmt: skip
    if not late:
        line = {
            "code": "extended",
            "text": f"Extended by the creditor until {answers.at(until)}: {reason}",
            "cite": clause,
            "at": answers.at(until),
        }
        target = until if row.target_at == row.due_at else row.target_at
        work.connection.execute(
            sa.update(obligation).where(obligation.c.id == row.id).values(due_at=until, target_at=target, because=[*row.because, line])
        )
        obligations.drop_timers(work.connection, [row.id])
        db.put(work.connection, {timer: writing.timer_rows({**row._mapping, "due_at": until, "target_at": target}, work.now)})
    settling.after_an_act(work, row.case_id, why="an extension")
    return outcomes.obligation(work, obligation_id)
