"""What we were told, and saying that we received it; also for whoever holds the link of one notice."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.errors import NotFound
from incident.work import Work
from web import door
from web.door import link_page, page
from web.page_context import rendered
from web.schemas.acts import AcknowledgementSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages

FIRST, MOST = 100, 1000


def _shown(work: Work, id_: UUID, *, by_link: bool = False, tried: forms.Tried | None = None) -> str:
    found = board.notice(work, id_)
    if found["to"] != work.actor.slug:
        raise NotFound("There is no such notice.")
    nav = {} if by_link else {"nav": "inbox"}
    action = request.path if by_link else f"/notices/{id_}/acknowledge"
    return rendered(work, "notice.html", notice=found, ack_action=action, by_link=by_link, tried=tried, **nav)


def _shown_by_link(work: Work, notice_id: UUID, tried: forms.Tried | None = None) -> str:
    return _shown(work, notice_id, by_link=True, tried=tried)


@pages.get("/inbox")
@page
def inbox(work: Work) -> str:
    """Every notice to the party, newest first."""
    shown = max(FIRST, min(request.args.get("show", FIRST, type=int), MOST))
    found = board.inbox(work, limit=shown + 1)
    more = f"/inbox?show={shown + FIRST}" if len(found) > shown and shown < MOST else None
    return rendered(work, "inbox.html", nav="inbox", notices=found[:shown], more_url=more)


@pages.get("/notices/<uuid:id_>")
@page
def notice(work: Work, id_: UUID) -> str:
    """One notice: what we were told, what we owe, Acknowledge."""
    return _shown(work, id_)


@pages.post("/notices/<uuid:id_>/acknowledge")
@page
@forms.kept_when_refused(_shown)
def acknowledge(work: Work, id_: UUID) -> Response:
    """Say that it was received."""
    acknowledge_notice.acknowledge_notice(work, id_, _done(forms.text("by") or work.actor.name))
    door.flash("Acknowledged: receipt only, neither awareness nor admission.", "done")
    return redirect(forms.back(f"/notices/{id_}"), 303)


@pages.get("/n/<token>")
@link_page
def linked(work: Work, notice_id: UUID) -> str:
    """The same for the holder of its link. Opening it records nothing."""
    return _shown_by_link(work, notice_id)


@pages.post("/n/<token>")
@link_page
@forms.kept_when_refused(_shown_by_link)
def acknowledge_linked(work: Work, notice_id: UUID) -> Response:
    """Say that it was received, as the holder of the link."""
    acknowledge_notice.acknowledge_notice(work, notice_id, _done(forms.text("by")))
    door.flash("Acknowledged: receipt only, neither awareness nor admission.", "done")
    return redirect(request.path, 303)


def _done(by: str) -> DoneBy:
    made: DoneBy = forms.loaded(AcknowledgementSchema(), by=by, note=forms.text("note"))
    return made
