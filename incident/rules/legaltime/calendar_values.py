"""What a calendar is: for every day the answer to "is it a working day here, and if not, why not?"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from incident.errors import Refused

FIRST_YEAR, LAST_YEAR = 1900, 2200
_SEARCH = 370
_DAY = timedelta(days=1)


class CalendarRefused(Refused, ValueError):
    """A calendar that is not known, cannot be made, or cannot answer. The message says what was asked for and what there is.

    Codes: `unknown_calendar`, `bad_calendar` (an ad hoc one with a fault in it), `out_of_calendar` (a day it cannot answer for).
    """

    def __init__(self, message: str, code: str = "unknown_calendar") -> None:
        super().__init__(message, code=code)


class Years(dict[int, Mapping[date, str]]):
    """The closed days of each year with their reasons, worked out when a year is first asked for and then kept."""

    def __init__(self, id: str, of: Callable[[int], Mapping[date, str]], first: int = FIRST_YEAR, last: int = LAST_YEAR) -> None:
        super().__init__()
        self._id, self._of, self._first, self._last = id, of, first, last

    def __missing__(self, year: int) -> Mapping[date, str]:
        if not self._first <= year <= self._last:
            raise CalendarRefused(
                f"The calendar {self._id!r} answers for the years {self._first} to {self._last}, not for {year}.", "out_of_calendar"
            )
        return self.setdefault(year, MappingProxyType(dict(sorted(self._of(year).items()))))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a place is closed. Compare and store by `id` and `version`; `closed` is a pure question.

    `covered_from` and `published_until` are the first and last year that the calendar speaks of with authority;
    outside them days are still computed, and deadlines say so. Both are None where nothing can change.
    `computed_until` is the last year for which more than weekends can be computed. `years` answers for 1900 to 2200.
    """

    id: str
    title: str
    version: str
    years: Years = field(compare=False, repr=False)
    covered_from: int | None = None
    published_until: int | None = None
    computed_until: int | None = None
    source: str = ""

    def closed(self, day: date) -> str | None:
        """Why `day` is not a working day, such as `Good Friday` or `Saturday`; None when it is one.

        Raises:
            CalendarRefused: `out_of_calendar`, for a day that the calendar cannot answer for.
        """
        return self.years[day.year].get(day)

    def next_open(self, day: date) -> date:
        """`day` itself when it is a working day, else the first one after it.

        Raises:
            CalendarRefused: `out_of_calendar`, also when a year passes without a working day.
        """
        first = day
        for _ in range(_SEARCH):
            if day not in self.years[day.year]:
                return day
            day += _DAY
        raise CalendarRefused(f"The calendar {self.id!r} has no working day within {_SEARCH} days of {first}.", "out_of_calendar")

    def between(self, first: date, last: date) -> Mapping[date, str]:
        """The closed days from `first` to `last`, both included, in order, each with its reason: enough for `frozen`.

        Raises:
            CalendarRefused: `out_of_calendar`.
        """
        closed = (item for year in range(first.year, last.year + 1) for item in self.years[year].items())
        return {day: why for day, why in closed if first <= day <= last}


@dataclass(frozen=True, slots=True)
class _Frozen(Calendar):
    """A span of a calendar, kept as plain days."""

    first: date = date.min
    last: date = date.min
    days: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)

    def closed(self, day: date) -> str | None:
        self._within(day)
        return self.days.get(day)

    def next_open(self, day: date) -> date:
        while self.closed(day) is not None:
            day += _DAY
        return day

    def between(self, first: date, last: date) -> Mapping[date, str]:
        self._within(first)
        self._within(last)
        return {day: why for day, why in sorted(self.days.items()) if first <= day <= last}

    def _within(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise CalendarRefused(
                f"The calendar {self.id!r} was frozen from {self.first} to {self.last} and cannot answer for {day}.", "out_of_calendar"
            )


def frozen(id: str, version: str, first: date, last: date, closed: Mapping[date, str]) -> Calendar:
    """The calendar `id` as it was when `between(first, last)` gave `closed`: it answers within that span and nowhere else.

    Raises:
        CalendarRefused: `bad_calendar`, when the span ends before it begins or a closed day lies outside it.
    """
    if last < first:
        raise CalendarRefused(f"The frozen calendar {id!r} ends on {last}, before it begins on {first}.", "bad_calendar")
    if outside := [day for day in closed if not first <= day <= last]:
        raise CalendarRefused(f"The frozen calendar {id!r} has {min(outside)}, outside {first} to {last}.", "bad_calendar")
    return _Frozen(id, id, version, Years(id, lambda year: {}), first=first, last=last, days=MappingProxyType(dict(closed)))
