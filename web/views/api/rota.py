"""Who of your party is on call, and when nobody can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from incident import board
from incident.actions.drop_rota_calendar import drop_rota_calendar
from incident.actions.set_rota import set_rota
from incident.actions.set_rota_calendar import set_rota_calendar
from incident.rules.commitment import OnCall
from incident.work import Work
from web.schemas.answers import items_of
from web.schemas.rota import RotaCalendarSchema, RotaSchema
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting, body

rota = Calls("rota", description="Who is on call, by weekly windows and a calendar, and the hours in which nobody can be reached.")


@rota.get("/rota")
@acting(answers={200: "Rota"})
def get_rota(work: Work) -> Json:
    """Who of your party is on call, with the next two weeks as they come to."""
    return board.rota(work)


@rota.put("/rota")
@acting(answers={200: "Rota"}, takes=body(RotaSchema))
def put_rota(work: Work, given: Sequence[OnCall]) -> Json:
    """Say by weekly windows who is on call; those before are replaced, turns from a calendar stay."""
    return set_rota(work, given)


@rota.put("/rota/calendar")
@acting(answers={200: "Rota"}, takes=body(RotaCalendarSchema))
def put_rota_calendar(work: Work, given: dict[str, Any]) -> Json:
    """Have turns from an iCalendar text, or from a URL that is read within a minute and then every hour.

    A calendar that cannot be read changes nothing: `calendar.trouble` says why, and the turns that were read before stay.
    """
    return set_rota_calendar(work, given["mapping"], text=given["text"], url=given["url"])


@rota.delete("/rota/calendar")
@acting(answers={200: "Rota"})
def delete_rota_calendar(work: Work) -> Json:
    """Have no turns from a calendar any more; the weekly windows stay."""
    return drop_rota_calendar(work)


@rota.get("/reach")
@acting(answers={200: items_of("PartyReach")})
def get_reach(work: Work) -> Json:
    """The hours of the next two weeks in which nobody can be reached: of you and of those you have a deployment with."""
    return {"items": [{"party": slug, **each} for slug, each in board.reach(work).items()]}
