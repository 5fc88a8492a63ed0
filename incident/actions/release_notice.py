"""Let a notice go that awaits an officer."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes
from incident.errors import Conflict
from incident.records import cases, outbox
from incident.records.outbox.tables import notice
from incident.work import Work


def release_notice(work: Work, notice_id: UUID) -> answers.Json:
    """Release it exactly as it was frozen; releasing twice is releasing once.

    Raises:
        NotFound, NotAllowed: not the caller's to release.
        Conflict: it was held back or replaced, or handling withheld all of it.
    """
    row = outbox.find(work.connection, notice_id)
    permission.files_cases(work, cases.find(work.connection, row.case_id), what="release its notices")
    acting.hold(work, [row.case_id])
    row = outbox.find(work.connection, notice_id)  # as it stands now
    if row.cancelled_at is not None:
        raise Conflict(f"This notice goes no further: {row.cancelled_because}", code="notice_cancelled")
    if not row.items:
        why = "; ".join(each.why for each in outbox.withheld_of(work.connection, [row.id]).get(row.id, ()))
        raise Conflict(f"There is nothing that may be released to this recipient: {why}", code="nothing_may_leave")
    if row.released_at is None:
        by = f"{work.actor.name} ({work.actor.slug})"
        work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(released_at=work.now, released_by=by))
        work.record("notice.released", row.case_id, {"notice": str(row.id), "to": str(row.recipient), "digest": row.digest})
        work.wake("route")
    return outcomes.notice(work, notice_id)
