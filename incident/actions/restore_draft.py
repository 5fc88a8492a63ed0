"""Take a discarded draft version out again."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.records.agreements import drafts as records
from incident.work import Work


def restore_draft(work: Work, draft_id: UUID) -> answers.Json:
    """The draft version as it was when it was discarded; one that is not discarded stays as it is.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it was proposed.
    """
    permission.speaks_for(work, what="restore a draft version")
    row = drafts.found(work, draft_id)
    if row.discarded_at is not None:
        records.restore(work.connection, row)
    return drafts.shown(work, draft_id)
