"""What the liaison does to get an answer: nudge, log a call, log an acknowledgement by word, answer what recipients ask."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import (
    acknowledge_by_word,
    answer_ask,
    co_sign,
    dispute_word,
    log_call,
    nudge,
    take_back_word,
)
from incident.work import Work
from web import door
from web.door import page
from web.schemas.acts import AnswerSchema, CallSchema, HeardSchema, ReasonSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.inbox import shown as shown_notice
from web.views.pages.incident import shown as shown_case
from web.views.pages.obligations import shown as shown_obligation


def _shown_with_its_case(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    return shown_case(work, UUID(board.notice(work, id_)["incident"]), tried)


def _shown_word(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    said = board.word(work, id_)
    if said["word_of"] == work.actor.slug:
        return shown_case(work, UUID(said["incident"]), tried)
    return shown_notice(work, UUID(said["notice"]), tried=tried)


@pages.post("/obligations/<uuid:id_>/nudge")
@page
@forms.kept_when_refused(shown_obligation)
def nudge_it(work: Work, id_: UUID) -> Response:
    """Send a reminder now."""
    nudge.nudge(work, id_)
    return _back(f"/obligations/{id_}", "A reminder goes out now.")


@pages.post("/incidents/<uuid:id_>/call")
@page
@forms.kept_when_refused(shown_case)
def log_a_call(work: Work, id_: UUID) -> Response:
    """Keep what was said on the telephone."""
    log_call.log_call(work, id_, forms.loaded(CallSchema(), **_heard(), with_party=forms.text("with_party"), about=forms.text("about")))
    return _back(f"/incidents/{id_}", "The call is on record, as your party's word.")


@pages.post("/notices/<uuid:id_>/acknowledged-by-word")
@page
@forms.kept_when_refused(_shown_with_its_case)
def log_an_acknowledgement(work: Work, id_: UUID) -> Response:
    """Log that its recipient acknowledged on the telephone."""
    made = acknowledge_by_word.acknowledge_by_word(work, id_, forms.loaded(HeardSchema(), **_heard()))
    return _back(f"/incidents/{made['incident']}", "It stands by your party's word until the other side co-signs. Nothing is met by it.")


@pages.post("/words/<uuid:id_>/co-sign")
@page
@forms.kept_when_refused(_shown_word)
def co_sign_it(work: Work, id_: UUID) -> Response:
    """Confirm what another party says of us."""
    made = co_sign.co_sign(work, id_, work.actor.name)
    return _back(f"/notices/{made['notice']}", "Acknowledged by both: receipt only, neither awareness nor admission.")


@pages.post("/words/<uuid:id_>/dispute")
@page
@forms.kept_when_refused(_shown_word)
def dispute_it(work: Work, id_: UUID) -> Response:
    """Dispute what another party says of us."""
    made = dispute_word.dispute_word(work, id_, work.actor.name, _reason())
    return _back(f"/notices/{made['notice']}", "Disputed, and on record; who said it is told.")


@pages.post("/words/<uuid:id_>/take-back")
@page
@forms.kept_when_refused(_shown_word)
def take_it_back(work: Work, id_: UUID) -> Response:
    """Take back what we said of another party."""
    made = take_back_word.take_back_word(work, id_, _reason())
    return _back(f"/incidents/{made['incident']}", "Taken back; the ladder goes on.")


@pages.post("/asks/<uuid:id_>/answer")
@page
def answer_it(work: Work, id_: UUID) -> Response:
    """Say what became of what a recipient asked."""
    made = answer_ask.answer_ask(work, id_, forms.loaded(AnswerSchema(), answer=forms.text("answer"))["answer"])
    return _back(f"/incidents/{made['incident']}", "Answered, and on record.")


def _heard() -> dict[str, object]:
    """What was heard; without a time it was just now."""
    date, time, zone = (forms.text(f"heard_{part}") for part in ("date", "time", "zone"))
    at = {"occurred_at": forms.entered_instant(date, time, zone, "/occurred_at").isoformat()} if date or time else {}
    return {**{name: forms.text(name) for name in ("with_whom", "said", "source", "proof")}, **at}


def _reason() -> str:
    return str(forms.loaded(ReasonSchema(), reason=forms.text("reason"))["reason"])


def _back(default: str, message: str) -> Response:
    door.flash(message, "done")
    return redirect(forms.back(default), 303)
