"""The list of agreements and draft versions, where both begin, and what a version changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import publish_agreement, start_draft
from incident.errors import Invalid, NotFound
from incident.rules import terms
from incident.work import Work
from web import door
from web.door import page
from web.page_context import Json, rendered
from web.schemas.queries import AgainstQuery, load_query
from web.views.pages import forms, lab_page, lab_words
from web.views.pages.blueprint import pages

STATES = {"in_force": "In force", "awaiting": "Awaits signatures", "other": "Not in force"}
MANY = 8
"""From so many on they can be searched."""


@pages.get("/agreements")
@page
def agreements(work: Work) -> str:
    """Every version that the party is a party to, and every draft version of its own."""
    return _shown(work)


def _shown(work: Work, **values: Any) -> str:
    every = board.agreements(work)
    asked, state = request.args.get("q", "").strip()[:200], request.args.get("state", "")
    found = [each for each in every if _asked(each, asked) and state in ("", _state(each))]
    counts = {name: sum(_state(each) == name for each in every) for name in STATES}
    shared = {
        "agreements": found, "every": every, "many": len(every) >= MANY, "q": asked, "state": state, "states": STATES, "counts": counts,
        "drafts": board.drafts(work), "discarded": board.drafts(work, discarded=True), "library": lab_words.library(), "faults": [],
        "text": "",
    }  # fmt: skip
    return rendered(work, "agreements.html", nav="agreements", **shared | values)


def _asked(version: Json, asked: str) -> bool:
    words = " ".join([version["title"], version["name"], version["version"], *version["parties"]]).casefold()
    return all(word in words for word in asked.casefold().split())


def _state(version: Json) -> str:
    return "in_force" if version["in_force"] else "awaiting" if version["awaiting"] else "other"


@pages.post("/agreements")
@page
def publish(work: Work) -> Response | tuple[str, int]:
    """Put a version on record; its faults by pointer, with the text as it was sent."""
    text = ""
    try:
        text = _sent()
        found, new = publish_agreement.publish_agreement(work, text)
    except Invalid as refused:
        return _shown(work, faults=forms.pointers(refused), text=text), 422
    door.flash("Published. The other parties are asked to sign it." if new else "This version is on record already.", "done")
    return redirect(f"/agreements/{found['id']}", 303)


@pages.post("/agreements/drafts")
@page
def start(work: Work) -> Response | tuple[str, int]:
    """Begin a draft version: from a version on record, from the library, from a file or a text, or blank."""
    text = ""
    try:
        text, based_on = _beginning(work)
        made = start_draft.start_draft(work, text, based_on=based_on)
    except Invalid as refused:
        return _shown(work, faults=forms.pointers(refused), text=text), 422
    return redirect(f"/agreements/drafts/{made['id']}?view=source", 303)


def _beginning(work: Work) -> tuple[str, UUID | None]:
    """The text to begin with, and the version on record that it is of."""
    if version := forms.text("version"):
        id_ = _id(version)
        return str(board.agreement(work, id_)["text"]), id_
    if chosen := forms.text("library"):
        return next((each.text for each in lab_words.library() if each.id == chosen), ""), None
    if "blank" in request.form:
        return lab_words.blank(board.me(work)["uri"]), None
    return _sent(), None


@pages.get("/agreements/<uuid:id_>")
@page
def agreement(work: Work, id_: UUID) -> str:
    """One version in the lab, clause by clause."""
    return shown(work, id_)


def shown(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    """The page of a version, with a form that was refused."""
    found = lab_page.of_version(board.agreement(work, id_))
    return lab_page.shown(work, found, tried=tried, acts=board.agreement_acts(work, id_))


@pages.get("/agreements/<uuid:id_>/diff")
@page
def agreement_diff(work: Work, id_: UUID) -> str:
    """What the version changes against an earlier one."""
    asked = load_query(AgainstQuery(), request.args)
    return rendered(work, "agreement_diff.html", nav="agreements", compared=board.agreement_diff(work, id_, asked["against"]))


def _sent() -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        return forms.lines(str(request.form.get("text", "")))
    return terms.decoded(file.read())


def _id(entered: str) -> UUID:
    try:
        return UUID(entered)
    except ValueError as error:
        raise NotFound("There is no such agreement.") from error
