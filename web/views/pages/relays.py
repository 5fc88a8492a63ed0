"""The affected states of a case: naming and striking them, and logging that one was told by another way."""

from __future__ import annotations

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from incident.actions import log_relay, name_affected_state, strike_affected_state
from incident.actions.commands import DoneBy
from incident.work import Work
from web import door
from web.door import page
from web.schemas.acts import AffectedStateSchema, RelayedSchema
from web.views.pages import forms
from web.views.pages.blueprint import pages
from web.views.pages.incident import shown
from web.views.pages.obligations import shown as shown_where_seen


@pages.post("/incidents/<uuid:id_>/affected-states")
@page
@forms.kept_when_refused(shown)
def name_state(work: Work, id_: UUID) -> Response:
    """Name one more affected state."""
    entered = {"country": forms.text("country").upper(), "reason": forms.text("reason")}
    given = forms.loaded(AffectedStateSchema(), **entered)
    name_affected_state.name_affected_state(work, id_, given)
    door.flash(f"{given.country} is named as affected. Its relay begins now.", "done")
    return redirect(f"/incidents/{id_}#relays", 303)


@pages.post("/incidents/<uuid:id_>/affected-states/<string:country>/strike")
@page
@forms.kept_when_refused(lambda work, id_, country, tried=None: shown(work, id_, tried))
def strike_state(work: Work, id_: UUID, country: str) -> Response:
    """Strike a state that was named by mistake."""
    given = forms.loaded(AffectedStateSchema(), country=country, reason=forms.text("reason"))
    strike_affected_state.strike_affected_state(work, id_, given)
    door.flash(f"{country} is named no more. Whoever was told for it is told so.", "done")
    return redirect(f"/incidents/{id_}#relays", 303)


@pages.post("/obligations/<uuid:id_>/relay")
@page
@forms.kept_when_refused(shown_where_seen)
def relayed(work: Work, id_: UUID) -> Response:
    """Log that the state was told by another way."""
    given = forms.loaded(RelayedSchema(), by=forms.text("by") or work.actor.name, proof=forms.text("proof"), note=forms.text("note"))
    log_relay.log_relay(work, id_, DoneBy(given["by"], note=given["note"], detail={"proof": given["proof"]}))
    door.flash("On record, as your party's word, with its proof.", "done")
    return redirect(forms.back(f"/obligations/{id_}"), 303)
