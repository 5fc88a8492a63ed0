"""Apply mechanical fixes of the lint to a draft version."""

from __future__ import annotations

from uuid import UUID

from incident import answers, law
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.errors import Conflict, Invalid
from incident.rules import terms
from incident.rules.vocabulary import vocabulary
from incident.work import Work


def mend_draft(work: Work, draft_id: UUID, *, revision: int, code: str = "", pointer: str = "") -> tuple[answers.Json, int]:
    """The draft version with the fix of the finding of that code at that pointer; with no code, with every fix that helps.

    Also answers how many findings were mended. Every other character of the text stays; it is one change, which can be undone.

    Raises:
        NotFound: there is none that the caller may know of.
        Conflict: it has another revision by now, is discarded or proposed, or there is nothing (any more) that can be mended so.
    """
    permission.speaks_for(work, what="write a draft version")
    row = drafts.held(work, draft_id, revision)
    text, count = _one(row.text, code, pointer) if code else _all(row.text)
    drafts.write(work, row, text)
    return drafts.shown(work, draft_id), count


def _one(text: str, code: str, pointer: str) -> tuple[str, int]:
    found = terms.written(text, vocabulary(), law.duties(), law.versions()).findings
    for finding in found:
        if (finding.code, finding.pointer) == (code, pointer) and finding.fix:
            changed = terms.mended_by(text, finding.fix)
            if changed is not None:
                return changed, 1
    raise Conflict(f"There is no finding {code} at {pointer or '/'} that can be mended without touching the rest.", code="cannot_be_mended")


def _all(text: str) -> tuple[str, int]:
    try:
        done = terms.mended(text, vocabulary(), law.duties(), law.versions())
    except Invalid as refused:
        raise Conflict("The text cannot be read as an agreement yet; mend its faults first.", code="cannot_be_mended") from refused
    if not done.mended:
        raise Conflict("Nothing in it can be mended mechanically.", code="cannot_be_mended")
    return done.text, len(done.mended)
