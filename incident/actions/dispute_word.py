"""Dispute what another party says of us: we did not acknowledge it."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import linking, outcomes, wording
from incident.records import outbox
from incident.work import Work


def dispute_word(work: Work, word_id: UUID, by: str, reason: str) -> answers.Json:
    """It stands no longer; both sides' words stay on record. The ladder goes on from where the time is now, and who said it is told.

    Raises:
        NotFound, NotAllowed: it is not said of the caller's party.
        Gone: the link has expired, was revoked or used up.
        Conflict: it stands no longer.
    """
    said = permission.answers_word(work, word_id, what="dispute it")
    said = wording.held(work, said)
    if wording.ended(said, "disputed"):
        return outcomes.word(work, word_id)
    linking.may_still_act(work)
    named = linking.named(work, by)
    linking.use(work, outbox.find(work.connection, said.notice_id), "disputed", named)
    wording.ends(work, said, "disputed", named, reason)
    return outcomes.word(work, word_id)
