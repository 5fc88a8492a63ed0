"""Legal time: moments as people know them, calendars, counting rules, and deadlines with their reasons.

`deadline(period, anchor, place, basis=, cite=)` dates a period; `dated` does with a zone and a calendar at hand; `worked(case,
calendars)` reads and dates a case as a document states it; `moment(text, ...)` reads a time; `calendar(id)` answers which days
are closed, `adhoc(name, ...)` makes a calendar of plain values and `frozen(...)` one of days that were kept; `check(period)`
refuses a period that could never be counted; `zone(name)` is a zone of the pinned tzdata; `rules()` lists the counting rules.
"""

from incident.rules.legaltime.batch import Refusal, Worked, calendars_of, worked
from incident.rules.legaltime.calendars import Calendar, CalendarRefused, adhoc, calendar, frozen
from incident.rules.legaltime.counting import PeriodRefused, check, rules
from incident.rules.legaltime.dating import dated, deadline
from incident.rules.legaltime.moments import moment
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Period, Place
from incident.rules.legaltime.zones import NamedZone, TimeRefused, Zone, spoken, tzdata_version, zone

__all__ = [
    "Basis",
    "Because",
    "Calendar",
    "CalendarRefused",
    "Deadline",
    "Moment",
    "NamedZone",
    "Period",
    "PeriodRefused",
    "Place",
    "Refusal",
    "TimeRefused",
    "Worked",
    "Zone",
    "adhoc",
    "calendar",
    "calendars_of",
    "check",
    "dated",
    "deadline",
    "frozen",
    "moment",
    "rules",
    "spoken",
    "tzdata_version",
    "worked",
    "zone",
]
