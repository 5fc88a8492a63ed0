"""The pages behind a one-time link: a neutral cover that anybody may fetch, and what its holder can do by a button."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from incident import board
from incident.actions import (
    acknowledge_notice,
    ask_for_help,
    ask_for_more_time,
    co_sign,
    dispute_word,
    open_notice,
)
from incident.errors import NotFound
from incident.work import Work
from web.door import link_page, renewed_link
from web.page_context import Json, rendered
from web.schemas.acts import AcknowledgementSchema, AsksSchema, MoreTimeSchema, NamedReasonSchema, NamedSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages


def _cover(work: Work, notice_id: UUID, tried: forms.Tried | None = None) -> str:
    found = board.cover(work, notice_id)
    before = tried is not None and "opened" in found["used"]  # a form on what was shown before was refused
    return _rendered(work, found, board.notice(work, notice_id) if before and found["shows"] else None, tried)


def _rendered(work: Work, cover: Json, notice: Json | None, tried: forms.Tried | None = None) -> str:
    return rendered(work, "link.html", cover=cover, notice=notice, base=_base(), tried=tried, zone_names=forms.zone_names())


def _base() -> str:
    """The path of the link itself."""
    return "/".join(request.path.split("/")[:3])


def _done() -> Response:
    """Back to the cover, which says what was recorded."""
    return redirect(_base(), 303)


@pages.get("/n/<token>")
def linked_before(token: str) -> Response:
    """A link of letters that were sent before links were good once."""
    return redirect(renewed_link(token), 303)


linked_before.enters_by = "link"  # type: ignore[attr-defined]


@pages.get("/l/<token>")
@link_page
def linked(work: Work, notice_id: UUID) -> str:
    """The cover. Fetching it, once or often, by a person or a scanner, records nothing."""
    return _cover(work, notice_id)


@pages.get("/l/<token>/<any(show, acknowledge, ask, more_time, co_sign, dispute):do>")
@link_page
def linked_again(work: Work, notice_id: UUID, do: str) -> Response:
    """Who comes by the address of a button comes to the cover."""
    return _done()


@pages.post("/l/<token>/show")
@link_page
def show_linked(work: Work, notice_id: UUID) -> str:
    """Show what was released, as far as its label lets it be shown to whoever holds a link; that is recorded as opened."""
    found = board.cover(work, notice_id)
    released = board.notice(work, notice_id) if found["shows"] else None  # read behind the recipient's walls, before the act goes beyond
    open_notice.open_notice(work, notice_id)
    return _rendered(work, found, released)


@pages.post("/l/<token>/acknowledge")
@link_page
@forms.kept_when_refused(_cover)
def acknowledge_linked(work: Work, notice_id: UUID) -> Response:
    """Say that it was received, as the holder of the link, under the name that is given."""
    done = forms.loaded(AcknowledgementSchema(), by=forms.text("by"), note=forms.text("note"))
    acknowledge_notice.acknowledge_notice(work, notice_id, done)
    return _done()


@pages.post("/l/<token>/ask")
@link_page
@forms.kept_when_refused(_cover)
def ask_linked(work: Work, notice_id: UUID) -> Response:
    """Say that it is not ours, or ask for a call."""
    entered = {name: forms.text(name) for name in ("kind", "by", "reason", "call_back")}
    ask_for_help.ask_for_help(work, notice_id, forms.loaded(AsksSchema(), **entered))
    return _done()


@pages.post("/l/<token>/more_time")
@link_page
@forms.kept_when_refused(_cover)
def more_time_linked(work: Work, notice_id: UUID) -> Response:
    """Ask for more time; refused at once where the clock is statutory."""
    until = forms.entered_instant(forms.text("until_date"), forms.text("until_time"), forms.text("until_zone"), "/until")
    entered = {name: forms.text(name) for name in ("obligation", "reason", "by")}
    given = forms.loaded(MoreTimeSchema(), until=until.isoformat(), **entered)
    ask_for_more_time.ask_for_more_time(work, notice_id, given["obligation"], given["until"], given["reason"], given["by"])
    return _done()


@pages.post("/l/<token>/co_sign")
@link_page
@forms.kept_when_refused(_cover)
def co_sign_linked(work: Work, notice_id: UUID) -> Response:
    """Confirm what another party says that we said."""
    named = forms.loaded(NamedSchema(), by=forms.text("by"))
    co_sign.co_sign(work, _word(work, notice_id), named["by"])
    return _done()


@pages.post("/l/<token>/dispute")
@link_page
@forms.kept_when_refused(_cover)
def dispute_linked(work: Work, notice_id: UUID) -> Response:
    """Dispute it."""
    given = forms.loaded(NamedReasonSchema(), by=forms.text("by"), reason=forms.text("reason"))
    dispute_word.dispute_word(work, _word(work, notice_id), given["by"], given["reason"])
    return _done()


def _word(work: Work, notice_id: UUID) -> UUID:
    found = board.cover(work, notice_id)["word"]
    if found is None:
        raise NotFound("Nobody says that you acknowledged it, or it was answered already.")
    return UUID(found["id"])
