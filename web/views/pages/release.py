"""The release desk: nothing leaves unreleased."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import hold_notice, release_notice
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.acts import ReasonSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages


def _shown(work: Work, id_: UUID | None = None, tried: forms.Tried | None = None) -> str:
    return rendered(work, "release.html", nav="release", notices=board.release_desk(work), tried=tried)


@pages.get("/release")
@page
def desk(work: Work) -> str:
    """Notices that await an officer, with exactly what leaves and what stays."""
    return _shown(work)


@pages.post("/notices/<uuid:id_>/release")
@page
@forms.kept_when_refused(_shown)
def release(work: Work, id_: UUID) -> Response:
    """Let it go as it was frozen."""
    release_notice.release_notice(work, id_)
    door.flash("Released. It is on its way over every channel in use.", "done")
    return redirect(forms.back("/release"), 303)


@pages.post("/notices/<uuid:id_>/hold")
@page
@forms.kept_when_refused(_shown)
def hold(work: Work, id_: UUID) -> Response:
    """Hold it back, with the reason."""
    hold_notice.hold_notice(work, id_, forms.loaded(ReasonSchema(), reason=forms.text("reason"))["reason"])
    door.flash("Held back. The clocks that call for it run on.", "done")
    return redirect("/release", 303)
