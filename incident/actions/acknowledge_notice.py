"""Acknowledge a notice: receipt only, neither awareness nor admission."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acknowledging, acting, linking, outcomes
from incident.records import outbox
from incident.work import Work


def acknowledge_notice(work: Work, notice_id: UUID, done: DoneBy) -> answers.Json:
    """The recipient acknowledges; every duty to acknowledge that the notice announces is met by it. Doing it twice changes nothing.

    By a link it is recorded of the link's holder, with the name as given, and uses the link up.

    Raises:
        NotFound: it was not sent to the caller.
        Gone: the link has expired, was revoked, or its notice withdrawn.
        Invalid: it is said to have happened in the future.
    """
    row = permission.receives(work, notice_id)
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    acting.widen(work, row.case_id)
    row = outbox.find(work.connection, notice_id)  # as it stands now that the case is held
    if row.acknowledged_at is None:
        by, how = linking.named(work, done.by), work.actor.how
        linking.use(work, row, "acknowledged", by)
        acknowledging.acknowledged(work, row, by=by, how=how, at=occurred_at or work.now, detail={"note": done.note})
    return outcomes.notice(work, notice_id)
