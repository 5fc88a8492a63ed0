"""Bring back the text that a draft version had before its last change."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.errors import Conflict
from incident.work import Work


def undo_draft(work: Work, draft_id: UUID, *, revision: int) -> answers.Json:
    """The draft version with the text of the revision before; doing it again brings the later text back.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it has another revision by now, is discarded or proposed, or was never changed.
    """
    permission.speaks_for(work, what="write a draft version")
    row = drafts.held(work, draft_id, revision)
    if row.text_before is None:
        raise Conflict("This draft version was not changed yet; there is nothing to undo.", code="nothing_to_undo")
    drafts.write(work, row, row.text_before)
    return drafts.shown(work, draft_id)
