"""Put a draft version away. Nothing of it is lost: `restore_draft` takes it out again."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.records.agreements import drafts as records
from incident.work import Work


def discard_draft(work: Work, draft_id: UUID) -> answers.Json:
    """The draft version, discarded; discarding twice is discarding once.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it was proposed.
    """
    permission.speaks_for(work, what="discard a draft version")
    row = drafts.found(work, draft_id)
    if row.discarded_at is None:
        records.discard(work.connection, row, by=work.actor.name, now=work.now)
    return drafts.shown(work, draft_id)
