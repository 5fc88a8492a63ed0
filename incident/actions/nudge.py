"""Nudge a debtor: a reminder now."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes, telling
from incident.errors import Conflict
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.outbox.tables import notice
from incident.work import Work

EVERY = timedelta(minutes=15)


def nudge(work: Work, obligation_id: UUID) -> answers.Json:
    """Send the party that owes this a reminder of it at once; at most one in fifteen minutes to a party about a case.

    Raises:
        NotFound, NotAllowed: the caller neither filed the case nor is owed this.
        Conflict: there is nothing to remind of, the party was not told of it, or it was nudged a moment ago.
    """
    row = permission.chases(work, obligation_id, what="nudge")
    acting.widen(work, row.case_id)
    row = obligations.looked_at(work.connection, [obligation_id])[obligation_id]
    _check(work, row)
    id_ = acting.note(work, row.case_id, "nudged", obligation=row.id, detail={"to": str(row.debtor)})
    incident = cases.find(work.connection, row.case_id)
    telling.remind(work, [telling.Reminder(incident, row, f"nudge:{id_}", "duty_desk", "reminder")])
    return outcomes.obligation(work, obligation_id)


def _check(work: Work, row: Row) -> None:
    if row.settled_as not in (None, "missed", "unresolved"):
        raise Conflict(f"There is nothing to remind of: it is {row.settled_as}.", code="not_running")
    if not telling.knows(work, cases.find(work.connection, row.case_id), row, row.debtor):
        raise Conflict("The party that owes it was not told of it yet; release its notice first.", code="not_told")
    lately = sa.select(sa.func.max(notice.c.created_at)).where(
        notice.c.recipient == row.debtor, notice.c.case_id == row.case_id, notice.c.effect_key.like("nudge:%")
    )
    last = work.connection.execute(lately).scalar()
    if last is not None and work.now < last + EVERY:
        again_at = answers.at(last + EVERY)
        raise Conflict(f"It was nudged a moment ago; another nudge may go to it from {again_at}. A call may serve.", code="nudged_lately")
