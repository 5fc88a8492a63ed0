"""Dead letters: what reached nobody is a task, until somebody has seen to it."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions.go_another_way import go_another_way
from incident.actions.tell_by_call import tell_by_call
from incident.actions.try_again import try_again
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.letters import ToldByCallSchema, WaySchema
from web.views.pages import forms
from web.views.pages.blueprint import pages


def _shown(work: Work, id_: UUID | None = None, tried: forms.Tried | None = None) -> str:
    return rendered(work, "dead_letters.html", nav="letters", letters=board.dead_letters(work), tried=tried)


@pages.get("/dead-letters")
@page
def dead_letters(work: Work) -> str:
    """What reached nobody, what was tried, and what can be done."""
    return _shown(work)


@pages.post("/dead-letters/<uuid:id_>/try")
@page
@forms.kept_when_refused(_shown)
def try_letter(work: Work, id_: UUID) -> Response:
    """The same way once more."""
    try_again(work, id_)
    door.flash("It is on its way again.", "done")
    return redirect("/dead-letters", 303)


@pages.post("/dead-letters/<uuid:id_>/way")
@page
@forms.kept_when_refused(_shown)
def send_another_way(work: Work, id_: UUID) -> Response:
    """By another contact or channel."""
    contact, _, channel = forms.text("way").partition(" ")
    given = forms.loaded(WaySchema(), contact=contact, channel=channel)
    go_another_way(work, id_, given["contact"], given["channel"])
    door.flash("It is on its way. Where that contact has no such channel, it comes back here and says so.", "done")
    return redirect("/dead-letters", 303)


@pages.post("/dead-letters/<uuid:id_>/call")
@page
@forms.kept_when_refused(_shown)
def log_call(work: Work, id_: UUID) -> Response:
    """Somebody was told on the telephone."""
    fields = {name: forms.text(name) for name in ("with_whom", "said", "source")}
    tell_by_call(work, id_, **forms.loaded(ToldByCallSchema(), **fields))
    door.flash("Kept, as your party's word: the recipient was told by telephone.", "done")
    return redirect("/dead-letters", 303)
