"""Incidents: the matter with everything that hangs on it, and what is done with it as a whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.close_case import close_case
from incident.actions.commands import AffectedState, CloseCase, Reclassify
from incident.actions.name_affected_state import name_affected_state
from incident.actions.reclassify import reclassify
from incident.actions.reopen import reopen
from incident.actions.strike_affected_state import strike_affected_state
from incident.work import Work
from web.schemas.acts import AffectedStateSchema, CloseSchema, ReasonSchema, ReclassifySchema
from web.schemas.answers import items_of, page_of
from web.schemas.queries import PageQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import INCIDENT, Answer, Json, acting, body, etag
from web.views.api.paging import paged

incidents = Calls("incidents", description="The matter, with everything that hangs on it.")


@incidents.get("/incidents")
@acting(answers={200: page_of("Incident")}, query=PageQuery)
def get_incidents(work: Work, asked: dict[str, Any]) -> Answer:
    """The incidents that you filed or operate, newest first."""
    return paged(board.incidents(work, **asked))


@incidents.get("/incidents/<uuid:incident_id>")
@acting(answers={200: "Case"})
def get_incident(work: Work, incident_id: UUID) -> Answer:
    """One incident with its obligations, notices, notifications, facts, acts and reports."""
    return Answer(board.incident(work, incident_id), headers=etag(board.version(work, incident_id)))


@incidents.get("/incidents/<uuid:incident_id>/timeline")
@acting(answers={200: items_of("Entry")})
def get_timeline(work: Work, incident_id: UUID) -> Json:
    """What the evidence says, entry by entry, oldest first."""
    return {"items": board.timeline(work, incident_id)}


@incidents.get("/incidents/<uuid:incident_id>/relays")
@acting(answers={200: "Relays"})
def get_relays(work: Work, incident_id: UUID) -> Json:
    """To which affected states it is to be relayed: to whom there, by which clock, and how far each relay came."""
    return board.relays(work, incident_id)


@incidents.post("/incidents/<uuid:incident_id>/affected-states")
@acting(answers={200: "Acted"}, takes=body(AffectedStateSchema), refuses=(403, 412), if_match=INCIDENT)
def post_affected_state(work: Work, incident_id: UUID, given: AffectedState) -> Json:
    """Name one more affected state. Its relay begins now; naming it again changes nothing."""
    return name_affected_state(work, incident_id, given)


@incidents.post("/incidents/<uuid:incident_id>/affected-states/strike")
@acting(answers={200: "Acted"}, takes=body(AffectedStateSchema), refuses=(403, 412), if_match=INCIDENT)
def post_strike(work: Work, incident_id: UUID, given: AffectedState) -> Json:
    """Strike a state that was named by mistake. Whoever was told for it is told so; what has not left does not leave."""
    return strike_affected_state(work, incident_id, given)


@incidents.post("/incidents/<uuid:incident_id>/close")
@acting(answers={200: "Acted"}, takes=body(CloseSchema), refuses=(403, 412), if_match=INCIDENT)
def post_close(work: Work, incident_id: UUID, given: CloseCase) -> Json:
    """Close it. Each obligation is told whether it lapses, stays or is met elsewhere; everyone who was told is told again."""
    return close_case(work, incident_id, given)


@incidents.post("/incidents/<uuid:incident_id>/reclassify")
@acting(answers={200: "Acted"}, takes=body(ReclassifySchema), refuses=(403, 412), if_match=INCIDENT)
def post_reclassify(work: Work, incident_id: UUID, given: Reclassify) -> Json:
    """Change severity, label, countries or facts. It is planned again and everyone is told what changed."""
    return reclassify(work, incident_id, given)


@incidents.post("/incidents/<uuid:incident_id>/reopen")
@acting(answers={200: "Acted"}, takes=body(ReasonSchema), refuses=(403, 412), if_match=INCIDENT)
def post_reopen(work: Work, incident_id: UUID, given: dict[str, Any]) -> Json:
    """Open it again. What lapsed with the closing runs again, from the instants it always had."""
    return reopen(work, incident_id, given["reason"])
