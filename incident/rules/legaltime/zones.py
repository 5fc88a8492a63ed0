"""Zones and local time. The zone data is that of the pinned `tzdata` package, whatever the machine has installed."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from incident.errors import Refused

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INSTANT = timedelta(microseconds=1)


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


def readings(wall: datetime, tz: ZoneInfo) -> tuple[datetime, ...]:
    """The instants (UTC, in order) at which clocks in `tz` show the naive `wall`: none in a gap, two in an overlap."""
    both = {wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in both if at.astimezone(tz).replace(tzinfo=None) == wall))


def transition(wall: datetime, tz: ZoneInfo) -> datetime:
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


def at_wall(wall: datetime, tz: ZoneInfo) -> datetime:
    """The instant (UTC) of the naive `wall`; its first pass in an overlap, the jump itself in a gap."""
    found = readings(wall, tz)
    return found[0] if found else transition(wall, tz)


def day_start(day: date, tz: ZoneInfo) -> datetime:
    """The instant (UTC) at which `day` begins and the day before has wholly ended, also where clocks change at midnight."""
    midnight = datetime.combine(day, time())
    found = readings(midnight, tz)
    if not found:
        return transition(midnight, tz)
    last = found[-1]
    return last if (last - _INSTANT).astimezone(tz).date() < day else found[0]


def day_end(day: date, tz: ZoneInfo) -> datetime:
    """The instant (UTC) of 24:00 of `day`, built from the next date."""
    return day_start(day + timedelta(days=1), tz)


def spoken_day(day: date) -> str:
    """Such as `Fri 20 Nov 2026`, in English whatever the locale."""
    return f"{weekday(day)[:3]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """Such as `Friday`."""
    return _WEEKDAYS[day.weekday()]


def spoken(at: datetime, tz: ZoneInfo) -> str:
    """Such as `Fri 20 Nov 2026 17:40 (Europe/Tallinn, UTC+02:00)`; seconds only where there are some."""
    local = at.astimezone(tz)
    clock = f"{local:%H:%M:%S}" if local.second or local.microsecond else f"{local:%H:%M}"
    offset = f"{local:%z}"
    return f"{spoken_day(local.date())} {clock} ({tz.key}, UTC{offset[:3]}:{offset[3:5]})"


def spoken_limit(at: datetime, tz: ZoneInfo) -> str:
    """As `spoken`, but local midnight is the end of the day that it closes: `the end of Tue 24 Nov 2026 (24:00, ...)`."""
    before = (at - _INSTANT).astimezone(tz).date()
    return f"the end of {spoken_day(before)} (24:00, {tz.key})" if day_end(before, tz) == at else spoken(at, tz)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
