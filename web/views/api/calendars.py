"""The calendars that deadlines are counted with. They are public knowledge: everybody with a key reads the same."""

from __future__ import annotations

from typing import Any

from incident.errors import NotFound
from incident.rules.legaltime.calendar_years import year_of
from incident.rules.legaltime.calendars import CalendarRefused, Known, calendar, known
from incident.work import Work
from web.schemas.answers import items_of
from web.schemas.queries import CalendarQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import Json, acting

calendars = Calls("calendars", description="On which days a place is closed, and why.")


@calendars.get("/calendars")
@acting(answers={200: items_of("CalendarsOf")})
def get_calendars(work: Work) -> Json:
    """Every country with its categories and subdivisions. Together they are an id: `DE:public`, `DE-BY:public`, `EU:institution`."""
    return {"items": [_known(each) for each in known()]}


@calendars.get("/calendars/<string:calendar_id>")
@acting(answers={200: "Calendar"}, query=CalendarQuery)
def get_calendar(work: Work, calendar_id: str, asked: dict[str, Any]) -> Json:
    """The closed days of one year, with the source, how far it was checked, and whether the list of that year is out."""
    try:
        found = calendar(calendar_id)
    except CalendarRefused as refused:
        raise NotFound(refused.message, code=refused.code) from refused
    return year_of(found, asked["year"] or work.now.year).document()


def _known(each: Known) -> Json:
    return {"code": each.code, "name": each.name, "categories": list(each.categories), "subdivisions": list(each.parts)}
