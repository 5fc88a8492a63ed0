"""Save what was written of a draft version, if nobody wrote in between."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.work import Work


def save_draft(work: Work, draft_id: UUID, text: str, *, revision: int) -> answers.Json:
    """The draft version with that text. `revision` is the one that was changed; saving what stands already changes nothing.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it has another revision by now (`changed_meanwhile`), or is discarded or proposed.
        Invalid: the text is larger than a document may be, or has characters that cannot be kept.
    """
    permission.speaks_for(work, what="write a draft version")
    drafts.keepable(text)
    row = drafts.held(work, draft_id, revision)
    if row.text != text:
        drafts.write(work, row, text)
    return drafts.shown(work, draft_id)
