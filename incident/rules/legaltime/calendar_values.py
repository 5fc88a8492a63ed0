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

    code = "unknown_calendar"

    def __init__(self, message: str, code: str | None = None) -> None:
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
    `source` says where the closing days come from, `evidence` how far that was checked (`read`, `secondary` for what others
    say of it, `computed`, `given`, `by definition`), `doubts` what is not settled,
    `lists` the source of the list of a year where each year has one.
    """

    id: str
    title: str
    version: str
    years: Years = field(compare=False, repr=False)
    covered_from: int | None = None
    published_until: int | None = None
    computed_until: int | None = None
    source: str = ""
    evidence: str = ""
    doubts: tuple[str, ...] = ()
    lists: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)

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

    def coverage(self, first: int, last: int) -> tuple[tuple[str, str], ...]:
        """What to know where a period from year `first` to year `last` leaves the years it speaks of: codes and sentences.

        `calendar_not_yet_published`, `calendar_not_computed` and `calendar_not_covered`; nothing when all is well.
        """
        found = []
        if self.computed_until is not None and last > self.computed_until:
            text = f"The calendar {self.id} is computed up to {self.computed_until}; after that only weekends are known."
            found.append(("calendar_not_computed", text))
        if self.published_until is not None and last > self.published_until:
            text = (
                f"The calendar {self.id} is published up to {self.published_until}; closing days after that are computed "
                "or provisional, and the date should be looked at again once the list is out."
            )
            found.append(("calendar_not_yet_published", text))
        if self.covered_from is not None and first < self.covered_from:
            text = f"The calendar {self.id} begins with {self.covered_from}; before that only weekends are known."
            found.append(("calendar_not_covered", text))
        return tuple(found)

    def between(self, first: date, last: date) -> Mapping[date, str]:
        """The closed days from `first` to `last`, both included, in order, each with its reason: enough for `frozen`.

        Raises:
            CalendarRefused: `out_of_calendar`.
        """
        closed = (item for year in range(first.year, last.year + 1) for item in self.years[year].items())
        return {day: why for day, why in closed if first <= day <= last}


class _NoYears(Years):
    """Of a frozen calendar no whole year can be asked: it may not hold one."""

    def __init__(self, id: str, first: date, last: date) -> None:
        super().__init__(id, lambda year: {})
        self._span = f"{first} to {last}"

    def __missing__(self, year: int) -> Mapping[date, str]:
        raise CalendarRefused(f"The calendar {self._id!r} was frozen from {self._span}; no whole year of it is kept.", "out_of_calendar")


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


def frozen(
    id: str,
    version: str,
    first: date,
    last: date,
    closed: Mapping[date, str],
    *,
    covered_from: int | None = None,
    published_until: int | None = None,
    computed_until: int | None = None,
) -> Calendar:
    """The calendar `id` as it was when `between(first, last)` gave `closed`: it answers within that span and nowhere else.

    With its years of then it says the same about its coverage too.

    Raises:
        CalendarRefused: `bad_calendar`, when the span ends before it begins or a closed day lies outside it.
    """
    if last < first:
        raise CalendarRefused(f"The frozen calendar {id!r} ends on {last}, before it begins on {first}.", "bad_calendar")
    if outside := [day for day in closed if not first <= day <= last]:
        raise CalendarRefused(f"The frozen calendar {id!r} has {min(outside)}, outside {first} to {last}.", "bad_calendar")
    return _Frozen(
        id=id,
        title=id,
        version=version,
        years=_NoYears(id, first, last),
        covered_from=covered_from,
        published_until=published_until,
        computed_until=computed_until,
        first=first,
        last=last,
        days=MappingProxyType(dict(closed)),
    )
