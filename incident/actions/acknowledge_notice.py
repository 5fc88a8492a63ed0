"""Acknowledge a notice: receipt only, neither awareness nor admission."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, delivering, outcomes, settling
from incident.records import obligations, outbox
from incident.records.outbox.tables import notice
from incident.work import Work


def acknowledge_notice(work: Work, notice_id: UUID, done: DoneBy) -> answers.Json:
    """The recipient acknowledges; every duty to acknowledge that the notice announces is met by it. Doing it twice changes nothing.

    Raises:
        NotFound: it was not sent to the caller.
        Invalid: it is said to have happened in the future.
    """
    row = permission.receives(work, notice_id)
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    if row.acknowledged_at is not None:
        return outcomes.notice(work, notice_id)
    recipient = row.recipient
    acting.widen(work, row.case_id)
    means = {"means": "the holder of the link"} if work.actor.means == "link" else {}
    when = occurred_at or work.now
    work.connection.execute(
        sa.update(notice)
        .where(notice.c.id == row.id)
        .values(acknowledged_at=when, acknowledged_by=done.by, acknowledged_how=work.actor.how)
    )
    outbox.acknowledged(work.connection, row.id, done.by, work.now)
    acting.note(work, row.case_id, "notice_acknowledged", notice=row.id, by=done.by, occurred_at=when, detail={"note": done.note, **means})
    delivering.performed(work, row.case_id, row, "received", {"acknowledged_by": done.by})
    for each in obligations.by_ids(work.connection, row.obligations):
        if each.debtor == recipient and each.discharged_by == "acknowledged" and each.settled_as in (None, "missed"):
            acting.note(work, row.case_id, "acknowledged", obligation=each.id, notice=row.id, by=done.by, occurred_at=when, detail=means)
    settling.after_an_act(work, row.case_id, why="an acknowledgement")
    return outcomes.notice(work, notice_id)
