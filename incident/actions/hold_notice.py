"""Hold a notice back: it will not go, and the reason is kept."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes
from incident.errors import Conflict
from incident.records import cases, outbox
from incident.work import Work


def hold_notice(work: Work, notice_id: UUID, reason: str) -> answers.Json:
    """Cancel a notice that has not been released; the clocks that call for it go on.

    Raises:
        NotFound, NotAllowed: not the caller's to hold back.
        Conflict: it has been released already.
    """
    row = outbox.find(work.connection, notice_id)
    permission.files_cases(work, cases.find(work.connection, row.case_id), what="hold its notices back")
    acting.hold(work, [row.case_id])
    row = outbox.find(work.connection, notice_id)  # as it stands now
    if row.released_at is not None:
        raise Conflict("It has been released already and cannot be called back.", code="already_released")
    if row.cancelled_at is None:
        outbox.cancel(work.connection, [row.id], f"Held back: {reason}", work.now)
        work.record("notice.held", row.case_id, {"notice": str(row.id), "to": str(row.recipient), "reason": reason})
    return outcomes.notice(work, notice_id)
