"""Co-sign what another party says of us: that we acknowledged a notice."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acknowledging, linking, outcomes, wording
from incident.records import outbox
from incident.work import Work


def co_sign(work: Work, word_id: UUID, by: str) -> answers.Json:
    """What stood by one party's word is acknowledged by both: at the instant that was said, by whom it was said of. Receipt only,
    neither awareness nor admission. Doing it twice changes nothing.

    Raises:
        NotFound, NotAllowed: it is not said of the caller's party.
        Gone: the link has expired, was revoked or used up.
        Conflict: it stands no longer.
    """
    said = permission.answers_word(work, word_id, what="co-sign it")
    said = wording.held(work, said)
    if wording.ended(said, "co_signed"):
        return outcomes.word(work, word_id)
    linking.may_still_act(work)
    row, named = outbox.find(work.connection, said.notice_id), linking.named(work, by)
    linking.use(work, row, "acknowledged", named)
    acknowledging.end_word(work, said, "co_signed", named)
    detail = {"word": str(word_id), "word_of": str(said.said_by), "co_signed_by": named}
    if row.acknowledged_at is None:
        acknowledging.acknowledged(work, row, by=said.with_whom, how="verbal", at=said.occurred_at, detail=detail)
    return outcomes.word(work, word_id)
