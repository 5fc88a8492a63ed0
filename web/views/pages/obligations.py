"""One obligation for those who see no more of its incident, and what can be done about any."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import acknowledge, extend, submit, waive
from incident.actions.commands import DoneBy
from incident.errors import NotFound
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.views.pages import forms
from web.views.pages.blueprint import pages


@pages.get("/obligations/<uuid:id_>")
@page
def obligation(work: Work, id_: UUID) -> str | Response:
    """Its derivation and history; parties of the case are taken to it in its place."""
    found = board.obligation(work, id_)
    try:
        board.version(work, UUID(found["incident"]))
    except NotFound:
        told = [each for each in board.inbox(work) if found["id"] in each["obligations"]]
        extra = {"notices": told[:1], "zone_names": forms.zone_names(), "back": f"/obligations/{id_}", "filer": None}
        return rendered(work, "obligation.html", nav="board", o=found, **extra)
    return redirect(f"/incidents/{found['incident']}#o-{id_}", 303)


@pages.post("/obligations/<uuid:id_>/acknowledge")
@page
def acknowledge_it(work: Work, id_: UUID) -> Response:
    """Acknowledge it by name."""
    acknowledge.acknowledge(work, id_, DoneBy(forms.text("by") or work.actor.name, note=forms.text("note")))
    return _done(id_, "Acknowledged: receipt only, neither awareness nor admission.")


@pages.post("/obligations/<uuid:id_>/submit")
@page
def submit_it(work: Work, id_: UUID) -> Response:
    """Record that its stage was submitted, with the proof."""
    done = DoneBy(forms.text("by") or work.actor.name, note=forms.text("note"), detail={"proof": forms.text("proof")})
    submit.submit(work, id_, forms.text("stage"), done)
    return _done(id_, "The submission is on record. Clocks that run from it are dated.")


@pages.post("/obligations/<uuid:id_>/extend")
@page
def extend_it(work: Work, id_: UUID) -> Response:
    """Grant more time under the clause that allows it."""
    until = forms.entered_instant(forms.text("until_date"), forms.text("until_time"), forms.text("until_zone"), "/until")
    extend.extend(work, id_, until, forms.text("clause"), forms.text("reason"))
    return _done(id_, "More time is granted, and on record.")


@pages.post("/obligations/<uuid:id_>/waive")
@page
def waive_it(work: Work, id_: UUID) -> Response:
    """Waive it under the clause that allows it."""
    waive.waive(work, id_, forms.text("reason"))
    return _done(id_, "Waived, and on record.")


def _done(id_: UUID, message: str) -> Response:
    door.flash(message, "done")
    return redirect(forms.back(f"/obligations/{id_}") + f"#o-{id_}", 303)
