"""Take back what we said of another party: that it acknowledged a notice."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes, wording
from incident.work import Work


def take_back_word(work: Work, word_id: UUID, reason: str) -> answers.Json:
    """It stands no longer, and the ladder goes on. Where the other party was not told yet, it is not told at all.

    Raises:
        NotFound, NotAllowed: another party said it.
        Conflict: it was co-signed, or stands no longer.
    """
    said = permission.said_word(work, word_id, what="take it back")
    said = wording.held(work, said)
    if wording.ended(said, "taken_back"):
        return outcomes.word(work, word_id)
    wording.ends(work, said, "taken_back", work.actor.name, reason)
    return outcomes.word(work, word_id)
