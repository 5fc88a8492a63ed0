"""Log that the recipient of a notice acknowledged it by word of mouth, until it co-signs or disputes that."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import Heard
from incident.actions.consequences import acting, outcomes, wording
from incident.errors import Conflict
from incident.records import outbox
from incident.records.outbox import asks
from incident.work import Work


def acknowledge_by_word(work: Work, notice_id: UUID, heard: Heard) -> answers.Json:
    """It stands by the word of the party that filed the case. The ladder of each duty to acknowledge stops for as long as it stands;
    nothing is met. The recipient is told, and asked to co-sign or dispute it. The same said again is the word that stands.

    Raises:
        NotFound, NotAllowed: the caller's party did not file the case.
        Invalid: it is said to have happened in the future.
        Conflict: the notice was not released, or is acknowledged.
    """
    row = outbox.find(work.connection, notice_id)
    permission.filed_case_of(work, row, what="log an acknowledgement of its notices")
    occurred_at = permission.not_in_the_future(work, heard.occurred_at)
    acting.widen(work, row.case_id)
    row = outbox.find(work.connection, notice_id)  # as it stands now that the case is held
    if row.released_at is None or row.cancelled_at is not None:
        raise Conflict("It was not released; nobody can have acknowledged it.", code="not_released")
    if row.acknowledged_at is not None:
        raise Conflict(f"It is acknowledged already, by {row.acknowledged_by}.", code="acknowledged")
    if row.recipient == work.actor.party:
        raise Conflict("It is a notice to your own party; acknowledge it.", code="own_notice")
    standing = [each for each in asks.words_about(work.connection, notice_id) if each.notice_id == notice_id and each.ended_at is None]
    return outcomes.word(work, standing[0].id if standing else wording.put(work, row, heard, occurred_at or work.now))
