"""Keeping what a deadline was computed from: the offsets of its zone and the closed days of its calendar, for the span it asked of.

Plain values that JSON can hold. Thawed, they answer as they did then, whatever has become of the zone data and the calendars.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from incident.rules.legaltime.calendar_values import Calendar, frozen
from incident.rules.legaltime.zones import NamedZone, Zone, changes, weekday

Plain = dict[str, Any]
_INSTANT = timedelta(microseconds=1)
_MARGIN = timedelta(days=10)
_NOTHING = timedelta()


def span_of(instants: Sequence[datetime]) -> tuple[date, date]:
    """The days to keep for a deadline that these instants belong to: whole months, some days beyond the first and the last of them.

    Whole months, so that the deadlines of one season keep the same.
    """
    first, last = (min(instants) - _MARGIN).date(), (max(instants) + _MARGIN).date()
    following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return first.replace(day=1), following - timedelta(days=1)


def frozen_zone(tz: Zone, version: str, first: date, last: date) -> Plain:
    """The offsets of `tz` from `first` to `last`, each with the instant from which it holds."""
    begins, ends = _midnight(first), _midnight(last)
    changed = [at for year in range(first.year, last.year + 1) for at in _changes(tz, year) if begins < at <= ends]
    offsets = [[None, _seconds(tz, begins)], *([_text(at), _seconds(tz, at)] for at in changed)]
    return {"key": tz.key, "version": version, "offsets": offsets}


def thawed_zone(kept: Mapping[str, Any]) -> NamedZone:
    """The zone as it was kept."""
    return _FrozenZone(kept["key"], [(at and datetime.fromisoformat(at), timedelta(seconds=offset)) for at, offset in kept["offsets"]])


def frozen_calendar(closed: Calendar, first: date, last: date) -> Plain:
    """The closed days of a calendar from `first` to `last`, with what it says of its own limits.

    `weekend` are the weekdays that are closed throughout; days that are closed for nothing else are not listed one by one.
    """
    days = closed.between(first, last)
    span = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    weekend = [each for each in range(7) if all(day in days for day in span if day.weekday() == each)]
    listed = {day.isoformat(): why for day, why in days.items() if day.weekday() not in weekend or why != weekday(day)}
    return {
        "id": closed.id, "version": closed.version, "first": first.isoformat(), "last": last.isoformat(), "weekend": weekend,
        "closed": listed, "covered_from": closed.covered_from, "published_until": closed.published_until,
        "computed_until": closed.computed_until,
    }  # fmt: skip


def thawed_calendar(kept: Mapping[str, Any]) -> Calendar:
    """The calendar as it was kept; it answers within its span and nowhere else.

    Raises:
        CalendarRefused: when what was kept contradicts itself.
    """
    first, last = date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"])
    span = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    days = {day: weekday(day) for day in span if day.weekday() in kept["weekend"]}
    days |= {date.fromisoformat(day): str(why) for day, why in kept["closed"].items()}
    thawed = frozen(kept["id"], kept["version"], first, last, days)
    return replace(
        thawed, covered_from=kept["covered_from"], published_until=kept["published_until"], computed_until=kept["computed_until"]
    )


class _FrozenZone(NamedZone):
    """Offsets over a span, with the reading of gaps and overlaps that PEP 495 prescribes."""

    def __init__(self, key: str, offsets: Sequence[tuple[datetime | None, timedelta]]) -> None:
        self.key = key
        self._offsets = [offset for _, offset in offsets]
        self._at = [at.replace(tzinfo=None) for at, _ in offsets if at is not None]
        pairs = list(zip(self._at, self._offsets, self._offsets[1:], strict=False))
        self._walls = (
            [at + max(before, after) for at, before, after in pairs],
            [at + min(before, after) for at, before, after in pairs],
        )

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else self._offsets[bisect_right(self._walls[dt.fold], dt.replace(tzinfo=None))]

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else self.key

    def fromutc(self, dt: datetime) -> datetime:
        at = dt.replace(tzinfo=None)
        index = bisect_right(self._at, at)
        back = self._offsets[index - 1] - self._offsets[index] if index else _NOTHING
        return (dt + self._offsets[index]).replace(fold=int(bool(index) and at - self._at[index - 1] < back))


@lru_cache(maxsize=4096)
def _changes(tz: Zone, year: int) -> tuple[datetime, ...]:
    """The instants of that year (UTC) from which another offset holds."""
    return tuple(changes(datetime(year, 1, 1, tzinfo=UTC) - _INSTANT, datetime(year + 1, 1, 1, tzinfo=UTC) - _INSTANT, tz))


def _seconds(tz: Zone, at: datetime) -> int:
    offset = at.astimezone(tz).utcoffset()
    if offset is None:
        raise ValueError(f"{tz.key} gives no offset at {at}")
    return int(offset.total_seconds())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
