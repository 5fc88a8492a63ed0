"""Say that a notice was collected from the inbox: received by a machine, opened and acknowledged by nobody."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, receipts
from incident.errors import NotFound
from incident.records.outbox.tables import notification
from incident.work import Work


def collect_notice(work: Work, notification_id: UUID) -> answers.Json:
    """`{id, notice, state, received_at}`. What the notice performs is received by it. Doing it twice is doing it once.

    Raises:
        NotFound: it does not lie in the caller's inbox.
    """
    party = permission.speaks_for(work, what="collect what lies in its inbox")
    this = sa.select(notification).where(notification.c.id == notification_id)
    row = work.connection.execute(this).first()
    if row is None or row.party_id != party or row.kind != "inbox" or row.notice_id is None or row.sent_at is None:
        raise NotFound("There is no such notice in your inbox.")
    permission.receives(work, row.notice_id)
    if row.delivered_at is None:
        acting.widen(work, row.case_id)
        row = work.connection.execute(this.with_for_update()).one()
        receipts.collected(work, row)
        row = work.connection.execute(this).one()
    return {"id": str(row.id), "notice": str(row.notice_id), "state": row.state, "received_at": answers.at(row.delivered_at)}
