"""One year of a calendar as people and programs read it: every closed day, the weekend, the source, and what to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from incident.rules.legaltime.calendars import Calendar
from incident.rules.legaltime.zones import weekday


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the place is closed: by `name`, because it is part of the weekend, or both."""

    on: date
    name: str | None
    weekend: bool


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year of `calendar`. `weekend` names the weekdays that are closed in it; `notes` are about the year, doubts about the file."""

    calendar: Calendar
    year: int
    weekend: tuple[str, ...]
    days: tuple[ClosedDay, ...]
    notes: tuple[str, ...]

    @property
    def named(self) -> tuple[ClosedDay, ...]:
        """The days that have a name of their own."""
        return tuple(each for each in self.days if each.name)

    @property
    def source(self) -> str:
        """Where the closing days of this year come from."""
        listed = self.calendar.lists.get(self.year)
        return f"{self.calendar.source}. For {self.year}: {listed}" if listed else self.calendar.source

    def document(self) -> dict[str, object]:
        """The same as JSON."""
        made = self.calendar
        place, _, category = made.id.partition(":")
        country, _, part = place.partition("-")
        return {
            "id": made.id, "title": made.title, "jurisdiction": country if category else None, "subdivision": part or None,
            "category": category or None, "year": self.year, "weekend": list(self.weekend), "version": made.version,
            "covered_from": made.covered_from, "published_until": made.published_until, "computed_until": made.computed_until,
            "source": self.source, "evidence": made.evidence, "doubts": list(made.doubts), "notes": list(self.notes),
            "closed": [
                {"on": each.on.isoformat(), "weekday": weekday(each.on), "name": each.name, "weekend": each.weekend} for each in self.days
            ],
        }  # fmt: skip


def year_of(calendar: Calendar, year: int) -> CalendarYear:
    """That year of it.

    Raises:
        CalendarRefused: `out_of_calendar`, for a year outside 1900 to 2200.
    """
    days = tuple(_day(on, why) for on, why in calendar.years[year].items())
    off = sorted({each.on.weekday() for each in days if each.weekend})
    weekend = tuple(weekday(date(2024, 1, 1 + each)) for each in off)  # 1 January 2024 was a Monday
    return CalendarYear(calendar, year, weekend, days, tuple(text for _, text in calendar.coverage(year, year)))


def _day(on: date, why: str) -> ClosedDay:
    alone = weekday(on)
    name = why.removesuffix(f" and {alone}")
    return ClosedDay(on, None if why == alone else name, why == alone or name != why)
