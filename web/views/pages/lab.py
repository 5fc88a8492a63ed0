"""The agreement lab: draft versions and versions on record, read, written, mended, tried out, compared and proposed."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import (
    discard_draft,
    mend_draft,
    propose_draft,
    restore_draft,
    save_draft,
    undo_draft,
)
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.queries import AgainstQuery, load_query
from web.views.pages import forms, lab_page, lab_past, lab_words
from web.views.pages.blueprint import pages


@pages.get("/agreements/drafts/<uuid:id_>")
@page
def draft(work: Work, id_: UUID) -> Response | str:
    """A draft version in the lab; what it became, once it was proposed."""
    found = board.draft(work, id_)
    if found["proposed_as"]:
        return redirect(f"/agreements/{found['proposed_as']}", 303)
    return lab_page.shown(work, lab_page.of_draft(found))


@pages.post("/agreements/drafts/<uuid:id_>")
@page
def save(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """Save what was typed. What cannot be saved comes back with everything that was typed, and with what stands in its way."""
    typed = forms.lines(request.form.get("text", ""))
    try:
        with work.attempt():
            save_draft.save_draft(work, id_, typed, revision=_revision())
    except Invalid as refused:
        return _again(work, id_, typed, faults=forms.shown(refused)), 422
    except Conflict as refused:
        theirs = refused if refused.code == "changed_meanwhile" else None
        return _again(work, id_, typed, faults=forms.shown(refused), theirs=theirs), 409
    door.flash("Saved.", "done")
    return redirect(f"/agreements/drafts/{id_}?view=source", 303)


@pages.post("/agreements/drafts/<uuid:id_>/check")
@page
def check(work: Work, id_: UUID) -> str:
    """What the lint finds in a text that is being typed; nothing is saved."""
    subject = lab_page.of_draft(board.draft(work, id_))
    typed = forms.lines(request.form.get("text", ""))
    checked = board.lab(work, typed)
    lines = lab_words.lines(typed, checked["findings"])
    return rendered(work, "lab_checked.html", subject=subject, checked=checked, lines=lines, lab_words=lab_words, text=typed)


@pages.post("/agreements/drafts/<uuid:id_>/mend")
@page
def mend(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """Apply one fix, or all of them."""
    try:
        with work.attempt():
            code, pointer = forms.text("code"), forms.text("pointer")
            _, count = mend_draft.mend_draft(work, id_, revision=_revision(), code=code, pointer=pointer)
    except Conflict as refused:
        return _stands(work, id_, refused)
    door.flash(f"{count} {'fix' if count == 1 else 'fixes'} applied. “Undo” brings the text back as it was.", "done")
    return _back(id_)


@pages.post("/agreements/drafts/<uuid:id_>/undo")
@page
def undo(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """Bring back the text before the last change."""
    try:
        with work.attempt():
            undo_draft.undo_draft(work, id_, revision=_revision())
    except Conflict as refused:
        return _stands(work, id_, refused)
    door.flash("The text before the last change is back. “Undo” again brings the later one.", "done")
    return _back(id_)


@pages.post("/agreements/drafts/<uuid:id_>/discard")
@page
def discard(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """Put it away; it can be taken out again."""
    try:
        with work.attempt():
            found = discard_draft.discard_draft(work, id_)
    except Conflict as refused:
        return _stands(work, id_, refused)
    door.flash(f"{found['name']} is discarded. It stands under “Discarded”, and can be restored from there.", "done")
    return redirect("/agreements", 303)


@pages.post("/agreements/drafts/<uuid:id_>/restore")
@page
def restore(work: Work, id_: UUID) -> Response:
    """Take it out again."""
    restore_draft.restore_draft(work, id_)
    door.flash("Restored, as it was when it was discarded.", "done")
    return redirect(f"/agreements/drafts/{id_}", 303)


@pages.post("/agreements/drafts/<uuid:id_>/propose")
@page
def propose(work: Work, id_: UUID) -> Response | tuple[str, int]:
    """Put it on record as a version, for the parties to sign."""
    despite = forms.text("despite")
    try:
        with work.attempt():
            version = propose_draft.propose_draft(work, id_, revision=_revision(), despite=despite)
    except Invalid as refused:
        return _again(work, id_, None, faults=forms.shown(refused, {"despite": "Why it is meant so"}), despite=despite), 422
    except NotAllowed as refused:
        return _again(work, id_, None, faults=[forms.Shown("main", "The version", refused.message, refused.code)], despite=despite), 403
    except Conflict as refused:
        return _stands(work, id_, refused)
    door.flash("Proposed. The other parties are asked to sign it.", "done")
    return redirect(f"/agreements/{version['id']}", 303)


@pages.get("/agreements/drafts/<uuid:id_>/diff")
@page
def draft_diff(work: Work, id_: UUID) -> str:
    """What the draft version changes against a version on record."""
    against = load_query(AgainstQuery(), request.args)["against"]
    if against is None:
        raise NotFound("Say which version to compare with.")
    compared = board.draft_diff(work, id_, against)
    compared["new"]["id"] = f"drafts/{id_}"  # the page links to /agreements/ and this
    return rendered(work, "agreement_diff.html", nav="agreements", compared=compared)


@pages.get("/agreements/drafts/<uuid:id_>/what-if")
@page
def draft_what_if(work: Work, id_: UUID) -> str:
    """What it would do with a case that is described."""
    return lab_page.what_if_panel(work, lab_page.of_draft(board.draft(work, id_)))


@pages.get("/agreements/<uuid:id_>/what-if")
@page
def version_what_if(work: Work, id_: UUID) -> str:
    """What it would do with a case that is described."""
    return lab_page.what_if_panel(work, lab_page.of_version(board.agreement(work, id_)))


@pages.get("/agreements/drafts/<uuid:id_>/past")
@page
def draft_past(work: Work, id_: UUID) -> str:
    """What it would have done with the cases on record."""
    return lab_past.past(work, lab_page.of_draft(board.draft(work, id_)))


@pages.get("/agreements/<uuid:id_>/past")
@page
def version_past(work: Work, id_: UUID) -> str:
    """What it would have done with the cases on record."""
    return lab_past.past(work, lab_page.of_version(board.agreement(work, id_)))


def _again(work: Work, id_: UUID, typed: str | None, **values: object) -> str:
    """The page with what was typed, which is not saved, and the revision that stands now."""
    subject = lab_page.of_draft(board.draft(work, id_))
    view = {"view": "source"} if typed is not None else {}
    return lab_page.shown(work, subject, typed=typed, **view, **values)


def _stands(work: Work, id_: UUID, refused: Conflict) -> tuple[str, int]:
    return _again(work, id_, None, faults=forms.shown(refused)), 409


def _revision() -> int:
    entered = forms.text("revision")
    return int(entered) if entered.isdecimal() and entered.isascii() and len(entered) < 10 else 0


def _back(id_: UUID) -> Response:
    view = "source" if request.form.get("view") == "source" else "read"
    return redirect(f"/agreements/drafts/{id_}?view={view}", 303)
