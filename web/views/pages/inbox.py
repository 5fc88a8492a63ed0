"""What we were told: saying that we received it, that it is not ours, that a person should call, that we need more time."""

from __future__ import annotations

from uuid import UUID

from flask import Response as Empty
from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import acknowledge_notice, ask_for_help, ask_for_more_time, open_notice, revoke_links
from incident.actions.commands import DoneBy
from incident.errors import NotFound
from incident.work import Work
from web import door
from web.door import page
from web.page_context import rendered
from web.schemas.acts import AcknowledgementSchema, AsksSchema, MoreTimeSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages

FIRST, MOST = 100, 1000


def shown(work: Work, id_: UUID, *, tried: forms.Tried | None = None) -> str:
    """The page of a notice that we were sent; `tried` is a form on it that was refused."""
    found = board.notice(work, id_)
    if found["to"] != work.actor.slug:
        raise NotFound("There is no such notice.")
    return rendered(work, "notice.html", nav="inbox", notice=found, tried=tried, zone_names=forms.zone_names())


@pages.get("/inbox")
@page
def inbox(work: Work) -> str:
    """Every notice to the party, newest first."""
    count = max(FIRST, min(request.args.get("show", FIRST, type=int), MOST))
    found = board.inbox(work, limit=count + 1)
    more = f"/inbox?show={count + FIRST}" if len(found) > count and count < MOST else None
    return rendered(work, "inbox.html", nav="inbox", notices=found[:count], more_url=more)


@pages.get("/notices/<uuid:id_>")
@page
def notice(work: Work, id_: UUID) -> str:
    """One notice: what we were told, what we owe, Acknowledge."""
    return shown(work, id_)


@pages.post("/notices/<uuid:id_>/acknowledge")
@page
@forms.kept_when_refused(shown)
def acknowledge(work: Work, id_: UUID) -> Response:
    """Say that it was received."""
    acknowledge_notice.acknowledge_notice(work, id_, _done(forms.text("by") or work.actor.name))
    door.flash("Acknowledged: receipt only, neither awareness nor admission.", "done")
    return redirect(forms.back(f"/notices/{id_}"), 303)


@pages.post("/notices/<uuid:id_>/open")
@page
def open_it(work: Work, id_: UUID) -> Response:
    """Somebody who is signed in has it before their eyes; the page sends this by itself once it is shown."""
    open_notice.open_notice(work, id_)
    return Empty(status=204)


@pages.post("/notices/<uuid:id_>/ask")
@page
@forms.kept_when_refused(shown)
def ask(work: Work, id_: UUID) -> Response:
    """Say that it is not ours, or ask for a call."""
    entered = {name: forms.text(name) for name in ("kind", "reason", "call_back")}
    ask_for_help.ask_for_help(work, id_, forms.loaded(AsksSchema(), by=forms.text("by") or work.actor.name, **entered))
    return _told(id_, "It is put before those who told you. What you owe stays owed until that is resolved.")


@pages.post("/notices/<uuid:id_>/more-time")
@page
@forms.kept_when_refused(shown)
def more_time(work: Work, id_: UUID) -> Response:
    """Ask for more time for one of its duties."""
    until = forms.entered_instant(forms.text("until_date"), forms.text("until_time"), forms.text("until_zone"), "/until")
    entered = {name: forms.text(name) for name in ("obligation", "reason")}
    given = forms.loaded(MoreTimeSchema(), until=until.isoformat(), by=forms.text("by") or work.actor.name, **entered)
    ask_for_more_time.ask_for_more_time(work, id_, given["obligation"], given["until"], given["reason"], given["by"])
    return _told(id_, "More time is asked for. The clock runs on as it stands until that is granted.")


@pages.post("/notices/<uuid:id_>/revoke-links")
@page
def revoke(work: Work, id_: UUID) -> Response:
    """Make the links that were sent with it open nothing any more."""
    revoke_links.revoke_links(work, id_)
    return _told(id_, "The links of this notice open nothing any more.")


def _told(id_: UUID, message: str) -> Response:
    door.flash(message, "done")
    return redirect(f"/notices/{id_}", 303)


def _done(by: str) -> DoneBy:
    made: DoneBy = forms.loaded(AcknowledgementSchema(), by=by, note=forms.text("note"))
    return made
