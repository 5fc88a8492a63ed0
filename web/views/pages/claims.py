"""What is claimed against a clock on the pages: made, agreed to, refused, withdrawn."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident import board
from incident.actions import agree_to_claim, claim, refuse_claim, withdraw_claim
from incident.work import Work
from web import door
from web.door import page
from web.schemas.acts import ClaimSchema, NoteSchema, ReasonSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.obligations import shown as shown_obligation


def _shown(work: Work, id_: UUID, tried: forms.Tried | None = None) -> str:
    return shown_obligation(work, UUID(board.claim(work, id_)["obligation"]), tried)


@pages.post("/obligations/<uuid:id_>/claim")
@page
@forms.kept_when_refused(shown_obligation)
def claim_it(work: Work, id_: UUID) -> Response:
    """Claim another start, more time, or a waiver."""
    kind, entered = forms.text("kind"), {}
    date, time, zone = (forms.text(f"{kind}_{part}") for part in ("date", "time", "zone"))
    if kind == "start":
        entered = {"at": f"{date}T{forms.padded(time)}", "zone": zone}
    elif kind == "more_time":
        entered = {"until": forms.entered_instant(date, time, zone, "/until").isoformat()}
    holds = {"holds": True} if forms.text("holds") else {}
    made = claim.claim(work, id_, forms.loaded(ClaimSchema(), kind=kind, reason=forms.text("reason"), **entered, **holds))
    runs = "Both clocks run until the other side agrees." if made["holds"] else "It takes effect when it is granted."
    return _done(made["obligation"], f"The claim is on record. {runs}")


@pages.post("/claims/<uuid:id_>/agree")
@page
@forms.kept_when_refused(_shown)
def agree_to_theirs(work: Work, id_: UUID) -> Response:
    """Counter-sign it."""
    made = agree_to_claim.agree_to_claim(work, id_, forms.loaded(NoteSchema(), note=forms.text("note"))["note"])
    return _done(made["obligation"], "Agreed: between the two sides the clock runs as claimed. What was recorded before stays.")


@pages.post("/claims/<uuid:id_>/refuse")
@page
@forms.kept_when_refused(_shown)
def refuse_theirs(work: Work, id_: UUID) -> Response:
    """Refuse it."""
    made = refuse_claim.refuse_claim(work, id_, _reason())
    return _done(made["obligation"], "Refused, and on record." + (" Both clocks run on." if made["holds"] else ""))


@pages.post("/claims/<uuid:id_>/withdraw")
@page
@forms.kept_when_refused(_shown)
def withdraw_ours(work: Work, id_: UUID) -> Response:
    """Withdraw one's own."""
    made = withdraw_claim.withdraw_claim(work, id_, _reason())
    return _done(made["obligation"], "Withdrawn. What ran because of it lapses, and stays on record.")


def _reason() -> str:
    return str(forms.loaded(ReasonSchema(), reason=forms.text("reason"))["reason"])


def _done(obligation: str, message: str) -> Response:
    door.flash(message, "done")
    return redirect(forms.back(f"/obligations/{obligation}") + f"#o-{obligation}", 303)
