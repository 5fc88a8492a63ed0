"""What we were told, and saying that we received it; also for whoever holds the link of one notice."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.errors import Fault, Invalid, NotFound
from incident.work import Work
from web import door
from web.door import link_page, page
from web.page_context import rendered
from web.views.pages import forms
from web.views.pages.blueprint import pages


@pages.get("/inbox")
@page
def inbox(work: Work) -> str:
    """Every notice to the party, newest first."""
    return rendered(work, "inbox.html", nav="inbox", notices=board.inbox(work))


@pages.get("/notices/<uuid:id_>")
@page
def notice(work: Work, id_: UUID) -> str:
    """One notice: what we were told, what we owe, Acknowledge."""
    return _shown(work, id_, f"/notices/{id_}/acknowledge", by_link=False)


@pages.post("/notices/<uuid:id_>/acknowledge")
@page
def acknowledge(work: Work, id_: UUID) -> Response:
    """Say that it was received."""
    acknowledge_notice.acknowledge_notice(work, id_, DoneBy(forms.text("by") or work.actor.name, note=forms.text("note")))
    door.flash("Acknowledged: receipt only, neither awareness nor admission.", "done")
    return redirect(forms.back(f"/notices/{id_}"), 303)


@pages.get("/n/<token>")
@link_page
def linked(work: Work, notice_id: UUID) -> str:
    """The same for the holder of its link. Opening it records nothing."""
    return _shown(work, notice_id, request.path, by_link=True)


@pages.post("/n/<token>")
@link_page
def acknowledge_linked(work: Work, notice_id: UUID) -> Response:
    """Say that it was received, as the holder of the link."""
    by = forms.text("by")
    if not by:
        raise Invalid([Fault("/by", "required", "expected the name of the person who received it")])
    acknowledge_notice.acknowledge_notice(work, notice_id, DoneBy(by, note=forms.text("note")))
    door.flash("Acknowledged: receipt only, neither awareness nor admission.", "done")
    return redirect(request.path, 303)


def _shown(work: Work, id_: UUID, ack_action: str, *, by_link: bool) -> str:
    found = board.notice(work, id_)
    if found["to"] != work.actor.slug:
        raise NotFound("There is no such notice.")
    nav = {} if by_link else {"nav": "inbox"}
    return rendered(work, "notice.html", notice=found, ack_action=ack_action, by_link=by_link, **nav)
