"""Open a notice: somebody at its recipient has it before their eyes."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, linking, outcomes
from incident.records import outbox
from incident.records.outbox.tables import notice
from incident.work import Work


def open_notice(work: Work, notice_id: UUID) -> answers.Json:
    """Record who opened it first, when and how; the notice. It stops no clock and no ladder.

    Never follows from a fetch: scanners and previews fetch links.

    Raises:
        NotFound: it was not sent to the caller.
        Gone: the link has expired, was revoked, or its notice withdrawn.
    """
    row = permission.receives(work, notice_id)
    acting.widen(work, row.case_id)
    row = outbox.find(work.connection, notice_id)  # as it stands now that the case is held
    by, how = linking.named(work, "" if work.actor.means == "link" else work.actor.name), work.actor.how
    linking.use(work, row, "opened", by)
    if row.opened_at is None and row.acknowledged_at is None:
        values = {"opened_at": work.now, "opened_by": by, "opened_how": how}
        work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(values))
        outbox.opened(work.connection, row.id, by, work.now)
        acting.note(work, row.case_id, "opened", notice=row.id, by=by, party=row.recipient, detail={"how": how})
    return outcomes.notice(work, notice_id)
