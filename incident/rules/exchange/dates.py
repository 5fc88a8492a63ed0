"""Dates as records know them: to the year, month, day or minute, sometimes impossible, sometimes out of order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from incident.rules.exchange.records import Reading

Precision = Literal["year", "month", "day", "exact"]
FIRST_YEAR, LAST_YEAR = 1950, 2050
"""The years that the VERIS schema (1.4.1, `timeline.incident.year`) allows; outside them a year is a slip."""


@dataclass(frozen=True, slots=True)
class Known:
    """A date as far as it is known: `day` is None when `month` is, `time` (local) when `day` is. Always possible."""

    year: int
    month: int | None = None
    day: int | None = None
    time: time | None = None

    @property
    def precision(self) -> Precision:
        """How far it is known."""
        if self.month is None:
            return "year"
        if self.day is None:
            return "month"
        return "day" if self.time is None else "exact"

    @property
    def first(self) -> date:
        """The earliest day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def text(self) -> str:
        """`2014`, `2014-05`, `2014-05-03` or `2014-05-03T23:30:00`, as far as it is known."""
        words = (f"{self.year:04}", f"-{self.month or 0:02}", f"-{self.day or 0:02}")
        if self.time is not None:
            return f"{self.first.isoformat()}T{self.time.isoformat()}"
        return "".join(words[: len(self._parts)])

    def kept_to(self, parts: int) -> Known:
        """The same to its year (1), month (2) or day (3)."""
        return Known(self.year, self.month if parts > 1 else None, self.day if parts > 2 else None)

    def moved(self, weeks: int) -> Known:
        """Moved by whole weeks, known as far as before: a day stays the same day of the week at the same local time.

        A month or year moves with its first day and is then the month or year of that day.
        """
        on = self.first + timedelta(weeks=weeks)
        return replace(Known(on.year, on.month, on.day).kept_to(len(self._parts)), time=self.time)

    def agrees(self, other: Known, parts: int) -> bool:
        """Whether both name the same year (1), month (2) or day (3)."""
        return self._parts[:parts] == other._parts[:parts] and len(self._parts) >= parts <= len(other._parts)

    def precedes(self, other: Known) -> bool:
        """Whether it is earlier for certain, as far as both are known."""
        shared = min(len(self._parts), len(other._parts))
        return self._parts[:shared] < other._parts[:shared]

    @property
    def _parts(self) -> tuple[int, ...]:
        return tuple(part for part in (self.year, self.month, self.day) if part is not None)


def possible(reading: Reading, at: str, year: int | None, month: int | None, day: int | None) -> Known | None:
    """The date as far as it can exist; what cannot is dropped, with a fault at `at`. None without a usable year."""
    if year is None:
        if month is not None or day is not None:
            reading.fault(at, "no_year", "a date without its year cannot be placed; left out")
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        reading.fault(at, "impossible_date", f"the year {_short(year)} is outside {FIRST_YEAR} to {LAST_YEAR}; left out")
        return None
    if month is None:
        if day is not None:
            reading.fault(at, "impossible_date", f"day {_short(day)} has no month; kept to the year {year}")
        return Known(year)
    if not 1 <= month <= 12:
        reading.fault(at, "impossible_date", f"there is no month {_short(month)}; kept to the year {year}")
        return Known(year)
    if day is not None and not _exists(year, month, day):
        wrong = f"{year}-{month:02}-{_short(day)} does not exist; kept to the month {year}-{month:02}"
        reading.fault(at, "impossible_date", wrong)
        return Known(year, month)
    return Known(year, month, day)


def in_order(reading: Reading, at: str, occurred: Known | None, aware: Known | None) -> Known | None:
    """When somebody became aware, given when it occurred: nobody knows of an incident before it happens.

    An earlier awareness is kept to the month, or the year, in which both can be true; failing that the occurrence stands
    in for it. Either way it becomes a fault at `at`. Without an awareness the occurrence stands in, which is no fault.
    """
    if occurred is None or aware is None or not aware.precedes(occurred):
        return aware or occurred
    wrong = f"{aware.text} lies before the incident itself, {occurred.text}"
    for parts, name in ((2, "month"), (1, "year")):
        if aware.agrees(occurred, parts):
            kept = aware.kept_to(parts)
            reading.fault(at, "backward_date", f"{wrong}; kept to the {name} {kept.text}")
            return kept
    reading.fault(at, "backward_date", f"{wrong}; left out, and awareness taken from the incident")
    return occurred


def weeks_until(shift_to: date, occurred: Known | None, aware: Known) -> int:
    """How many whole weeks bring the earliest possible awareness into the seven days that end on `shift_to`."""
    earliest = aware.first if occurred is None else max(aware.first, occurred.first)
    return (shift_to - earliest).days // 7


def stated(reading: Reading, at: str, known: Known, zone: str) -> dict[str, object]:
    """The long form of a dated fact: `{at, precision, zone}`.

    A local time that the zone skips is kept to its day, and of one that it runs through twice the first is taken, each
    with a fault at `at`.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: when `zone` is not an IANA zone.
    """
    if known.time is None:
        return {"at": known.text, "precision": known.precision, "zone": zone}
    local = datetime.combine(known.first, known.time, ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        reading.fault(at, "skipped_time", f"{known.text} does not exist in {zone}; kept to the day")
        return stated(reading, at, known.kept_to(3), zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        reading.fault(at, "ambiguous_time", f"{known.text} happens twice in {zone}; the first is taken")
    return {"at": local.isoformat(), "precision": "exact", "zone": zone}


def _exists(year: int, month: int, day: int) -> bool:
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return 1 <= day <= last


def _short(number: int) -> str:
    """A number for a sentence, however long somebody made it."""
    return str(number) if abs(number) < 10**9 else "of more than nine digits"
