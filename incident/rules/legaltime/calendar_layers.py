"""How the closed days of a year come about: named days and weekends, then days and recurring spans closed or opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from incident.rules.legaltime.zones import weekday


class Yearly(Protocol):
    """Days that are closed every year by one rule."""

    def days(self, year: int) -> Mapping[date, str]:
        """Its days in that calendar year, named."""

    def plain(self) -> list[object]:
        """The rule as plain values, for a digest."""


OfYear = Callable[[int], Mapping[date, str]]
_LEAP = 2000  # so that 29 February is a day of the year; years without it pass over it


@dataclass(frozen=True, slots=True)
class Recurring:
    """A span of days closed every year, both ends included; one that ends before it begins runs over the new year."""

    first: tuple[int, int]
    last: tuple[int, int]
    name: str
    since: int | None = None

    def days(self, year: int) -> Mapping[date, str]:
        """Its days in that calendar year, such as 1 to 3 January and 29 to 31 December."""
        return {day: self.name for day in days_of(year) if self._holds(day)}

    def plain(self) -> list[object]:
        """The two ends and the first year."""
        return [*self.first, *self.last, self.since]

    def _holds(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last and (self.since is None or day.year >= self.since)
        begun = day.year if here >= self.first else day.year - 1
        return not self.last < here < self.first and (self.since is None or begun >= self.since)


@dataclass(frozen=True, slots=True)
class AfterEaster:
    """A day so many days after Easter Sunday of the Gregorian calendar; before it when negative (Good Friday is -2)."""

    offset: int
    name: str
    since: int | None = None

    def days(self, year: int) -> Mapping[date, str]:
        """Its day in that year; none before `since`."""
        return {} if self.since is not None and year < self.since else {easter(year) + timedelta(days=self.offset): self.name}

    def plain(self) -> list[object]:
        """The offset and the first year."""
        return ["easter", self.offset, self.since]


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Butcher's algorithm."""
    golden, century, of_century = year % 19, year // 100, year % 100
    moved = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moved + 15) % 30
    weekday_of = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday_of) // 451
    month, day = divmod(epact + weekday_of - 7 * late + 114, 31)
    return date(year, month, day + 1)


def recurring(first: tuple[int, int], last: tuple[int, int], name: str, since: int | None = None) -> Recurring:
    """The span from (month, day) to (month, day); `since` is the first year in which one begins.

    Raises:
        ValueError: when one of the two is no day of the year.
    """
    for month, day in (first, last):
        date(_LEAP, month, day)
    return Recurring(first, last, name, since)


@dataclass(frozen=True, slots=True)
class Layer:
    """Closed days by name and by weekday, with corrections: `closed` and `yearly` add or rename, `opened` opens whatever it is."""

    named: OfYear
    weekend: OfYear
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: frozenset[date] = frozenset()
    yearly: tuple[Yearly, ...] = ()

    def year(self, year: int) -> Mapping[date, str]:
        """Every closed day of that year with its reason; a holiday at the weekend is `German Unity Day and Saturday`."""
        named, weekend = self.corrected(year), self.weekend(year)
        reasons = {day: f"{name} and {weekend[day]}" if day in weekend else name for day, name in named.items()}
        return {day: why for day, why in {**weekend, **reasons}.items() if day not in self.opened}

    def corrected(self, year: int) -> Mapping[date, str]:
        """The named days of that year, corrected: a rule of every year names only what has no name of its own."""
        yearly = {day: name for rule in self.yearly for day, name in rule.days(year).items()}
        named = {**yearly, **self.named(year), **{day: name for day, name in self.closed.items() if day.year == year}}
        return {day: name for day, name in named.items() if day not in self.opened}

    def plain(self) -> list[object]:
        """The corrections as plain values, for a digest."""
        closed = sorted([day.isoformat(), name] for day, name in self.closed.items())
        return [closed, sorted(day.isoformat() for day in self.opened), [each.plain() for each in self.yearly]]


def weekdays(off: frozenset[int]) -> OfYear:
    """Every day on one of those weekdays (Monday is 0), named."""
    return lambda year: {day: weekday(day) for day in days_of(year) if day.weekday() in off}


def nothing(year: int) -> Mapping[date, str]:
    """No day."""
    return {}


def days_of(year: int) -> tuple[date, ...]:
    """Every day of that year."""
    first = date(year, 1, 1)
    return tuple(first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days))
