"""Zones and local time. The zone data is that of the pinned `tzdata` package, whatever the machine has installed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from importlib import resources
from typing import TypeAlias
from zoneinfo import ZoneInfo

from incident.errors import Refused

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INSTANT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class NamedZone(tzinfo):
    """A zone from elsewhere than the zone data, such as one that was frozen with a deadline.

    It must follow PEP 495: in a gap `fold=0` has the offset before the change and `fold=1` the one after it, in an overlap
    the first and the second pass.
    """

    key: str


Zone: TypeAlias = ZoneInfo | NamedZone
"""What the rules count in: a tzinfo that knows its own name."""


class TimeRefused(Refused, ValueError):
    """A time that cannot be used. `code` is stable; `message` says what was wrong and what was expected."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone called `name` in the IANA data base, from the `tzdata` package.

    Raises:
        TimeRefused: `unknown_zone`.
    """
    if name not in _zone_names():
        raise TimeRefused("unknown_zone", f"{name!r} is no time zone; expected an IANA name such as Europe/Tallinn.")
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def tzdata_version() -> str:
    """The release of the IANA data that every deadline here is computed with, such as `2026f`."""
    return str(importlib.import_module("tzdata").IANA_VERSION)


def readings(wall: datetime, tz: Zone) -> tuple[datetime, ...]:
    """The instants (UTC, in order) at which clocks in `tz` show the naive `wall`: none in a gap, two in an overlap."""
    first, second = _offset(wall, tz, 0), _offset(wall, tz, 1)
    if first < second:
        return ()
    found = (wall - first).replace(tzinfo=UTC)
    return (found,) if first == second else (found, (wall - second).replace(tzinfo=UTC))


def transition(wall: datetime, tz: Zone) -> datetime:
    """The instant (UTC) at which the clocks jumped over `wall`, which must lie in a gap."""
    before, after = sorted(wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    offset = before.astimezone(tz).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def changes(early: datetime, late: datetime, tz: Zone) -> Iterator[datetime]:
    """The instants (UTC) after `early` and up to `late` at which the clocks in `tz` are changed."""
    while early < late:
        later = min(early + _DAY, late)
        if later.astimezone(tz).utcoffset() != early.astimezone(tz).utcoffset():
            yield change(early, later, tz)
        early = later


def change(low: datetime, high: datetime, place: tzinfo) -> datetime:
    """The first instant in (low, high] with the offset of `high`, which `low` does not have."""
    offset = high.astimezone(place).utcoffset()
    while high - low > _INSTANT:
        middle = low + (high - low) / 2
        if middle.astimezone(place).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def at_wall(wall: datetime, tz: Zone) -> datetime:
    """The instant (UTC) of the naive `wall`; its first pass in an overlap, the jump itself in a gap."""
    found = readings(wall, tz)
    return found[0] if found else transition(wall, tz)


@lru_cache(maxsize=32_768)
def day_start(day: date, tz: Zone) -> datetime:
    """The instant (UTC) at which `day` begins and the day before has wholly ended, also where clocks change at midnight."""
    midnight = datetime.combine(day, time())
    found = readings(midnight, tz)
    if not found:
        return transition(midnight, tz)
    last = found[-1]
    return last if (last - _INSTANT).astimezone(tz).date() < day else found[0]


def day_end(day: date, tz: Zone) -> datetime:
    """The instant (UTC) of 24:00 of `day`, built from the next date."""
    return day_start(day + _DAY, tz)


@lru_cache(maxsize=8_192)
def spoken_day(day: date) -> str:
    """Such as `Fri 20 Nov 2026`, in English whatever the locale."""
    return f"{weekday(day)[:3]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """Such as `Friday`."""
    return _WEEKDAYS[day.weekday()]


@lru_cache(maxsize=4_096)
def spoken(at: datetime, tz: Zone) -> str:
    """Such as `Fri 20 Nov 2026 17:40 (Europe/Tallinn, UTC+02:00)`; seconds only where there are some."""
    local = at.astimezone(tz)
    seconds = f":{local.second:02}" if local.second or local.microsecond else ""
    return f"{spoken_day(local.date())} {local.hour:02}:{local.minute:02}{seconds} ({tz.key}, UTC{_spoken_offset(local.utcoffset())})"


def spoken_limit(at: datetime, tz: Zone) -> str:
    """As `spoken`, but local midnight is the end of the day that it closes: `the end of Tue 24 Nov 2026 (24:00, ...)`."""
    before = (at - _INSTANT).astimezone(tz).date()
    if before == at.astimezone(tz).date():
        return spoken(at, tz)
    return f"the end of {spoken_day(before)} (24:00, {tz.key})" if day_end(before, tz) == at else spoken(at, tz)


def _offset(wall: datetime, tz: Zone, fold: int) -> timedelta:
    offset = wall.replace(tzinfo=tz, fold=fold).utcoffset()
    if offset is None:
        raise TimeRefused("no_offset", f"The zone {tz.key!r} has no offset at {wall}; expected one for every instant.")
    return offset


@cache
def _spoken_offset(offset: timedelta | None) -> str:
    """Such as `+05:30`; the seconds of old local mean times are cut."""
    minutes = 0 if offset is None else int(offset / _MINUTE)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
