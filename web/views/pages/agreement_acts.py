"""What an officer does about a version of an agreement: sign, suspend, resume, end."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident.actions.act_on_agreement import act_on_agreement
from incident.work import Work
from web import door
from web.door import page
from web.schemas.signing import act_given
from web.views.pages import forms
from web.views.pages.agreements import shown
from web.views.pages.blueprint import pages

_SAID = {"sign": "Signed.", "suspend": "The suspension is on record.", "resume": "Resumed, and on record.", "end": "The end is on record."}


@pages.post("/agreements/<uuid:id_>/acts")
@page
@forms.kept_when_refused(shown)
def act_on_it(work: Work, id_: UUID) -> Response:
    """Do it for the party; what was filled in comes back when it is refused."""
    day = forms.text("from")
    entered = {"kind": forms.text("kind"), "reason": forms.text("reason")}
    clauses = forms.text("reserved").replace(",", " ").split()
    at = forms.entered_instant(day, "00:00", forms.text("zone"), "/effective_at") if day else None
    given = act_given({name: value for name, value in entered.items() if value} | ({"reserved": clauses} if clauses else {}))
    act_on_agreement(work, id_, given.kind, effective_at=at, reserved=given.reserved, reason=given.reason)
    door.flash(_SAID[given.kind], "done")
    return redirect(f"/agreements/{id_}", 303)
