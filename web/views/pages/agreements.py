"""Agreements in plain language, their acceptance, and publishing a version."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import accept_agreement, publish_agreement
from incident.errors import Invalid
from incident.rules import terms
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.queries import AgainstQuery, load_query
from web.views.pages import forms
from web.views.pages.blueprint import pages


@pages.get("/agreements")
@page
def agreements(work: Work) -> str:
    """Every version that the party is a party to."""
    return rendered(work, "agreements.html", nav="agreements", agreements=board.agreements(work), faults=[])


@pages.post("/agreements")
@page
def publish(work: Work) -> Response | tuple[str, int]:
    """Put a version on record; its faults by pointer, with the text as it was sent."""
    text = ""
    try:
        text = _sent()
        found, new = publish_agreement.publish_agreement(work, text)
    except Invalid as refused:
        values = {"agreements": board.agreements(work), "faults": forms.pointers(refused), "text": text}
        return rendered(work, "agreements.html", nav="agreements", **values), 422
    door.flash("Published. The other parties are asked to sign it." if new else "This version is on record already.", "done")
    return redirect(f"/agreements/{found['id']}", 303)


@pages.get("/agreements/<uuid:id_>")
@page
def agreement(work: Work, id_: UUID) -> str:
    """One version, clause by clause."""
    return shown(work, id_)


def shown(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    """The page of a version, with a form that was refused."""
    found = {"agreement": board.agreement(work, id_), "earlier": board.earlier_versions(work, id_), "acts": board.agreement_acts(work, id_)}
    return rendered(work, "agreement.html", nav="agreements", tried=tried, **found)


@pages.get("/agreements/<uuid:id_>/diff")
@page
def agreement_diff(work: Work, id_: UUID) -> str:
    """What the version changes against an earlier one."""
    asked = load_query(AgainstQuery(), request.args)
    return rendered(work, "agreement_diff.html", nav="agreements", compared=board.agreement_diff(work, id_, asked["against"]))


@pages.post("/agreements/<uuid:id_>/accept")
@page
def accept(work: Work, id_: UUID) -> Response:
    """Sign it for the party as it stands."""
    found = accept_agreement.accept_agreement(work, id_)
    waits = len(found["awaiting"])
    door.flash(f"Signed. {waits} more to sign." if waits else "Signed. Every party has now signed it.", "done")
    return redirect(f"/agreements/{id_}", 303)


def _sent() -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        return str(request.form.get("text", ""))
    return terms.decoded(file.read())
