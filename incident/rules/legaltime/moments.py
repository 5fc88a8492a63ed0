"""Reading a time as somebody entered it: ISO 8601, as exact as it is known, and never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import get_args

from incident.rules.legaltime.values import Moment, Precision
from incident.rules.legaltime.zones import TimeRefused, Zone, change, day_start, readings, spoken, transition, zone

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<offset>[Zz]|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
_INSTANT = timedelta(microseconds=1)
_YEARS = range(1900, 2201)
_COARSE = {"year": 1, "month": 2, "day": 3, "hour": 4, "exact": 4}


def moment(
    text: str,
    *,
    zone: str | None = None,
    precision: Precision = "exact",
    fold: int | None = None,
    first_pass: bool = False,
) -> Moment:
    """The moment that `text` names.

    A time of day needs an offset (`2026-11-20T17:40:00+02:00`) or a `zone`; where both are given the offset decides
    and the zone is kept. A date, month or year alone needs the matching `precision` and a `zone`, and runs from its
    first instant to its last. `fold` (0 or 1) chooses the pass of a local time that occurs twice; `first_pass=True`
    takes the first and leaves `fold=0` on the result.

    Raises:
        TimeRefused: codes `not_a_time`, `naive_time`, `zone_required`, `unknown_zone`, `too_coarse`,
            `unknown_precision`, `out_of_range`, `in_gap`, `ambiguous`, `bad_fold`.
    """
    parts = _parts(text)
    _check_choices(precision, fold)
    known = 1 + sum(parts[name] is not None for name in ("month", "day", "hour"))
    if known < _COARSE[precision]:
        raise TimeRefused(
            "too_coarse",
            f"{text!r} is not known to the {'instant' if precision == 'exact' else precision}; "
            f"give the time of day, or say precision={('year', 'month', 'day')[known - 1]} and a zone.",
        )
    place = _place(text, parts, zone)
    if known < 4:
        return _span(_date(text, parts), precision, place, text, zone, None)
    at, used = _instant(text, parts, place, 0 if first_pass and fold is None else fold)
    if precision == "exact":
        return Moment(at, at, "exact", text, zone, used)
    if precision == "hour":
        earliest, latest = _hour(at, place)
        return Moment(earliest, latest, "hour", text, zone, used)
    return _span(at.astimezone(place).date(), precision, place, text, zone, used)


def _parts(text: str) -> dict[str, str | None]:
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise TimeRefused("not_a_time", f"{text!r} is not an ISO 8601 time; expected a form such as 2026-11-20T17:40:00+02:00.")
    return found.groupdict()


def _check_choices(precision: str, fold: int | None) -> None:
    if precision not in get_args(Precision):
        raise TimeRefused("unknown_precision", f"{precision!r} is no precision; expected one of {', '.join(get_args(Precision))}.")
    if fold is not None and (isinstance(fold, bool) or fold not in (0, 1)):
        raise TimeRefused("bad_fold", f"fold is 0 for the first pass or 1 for the second, not {fold!r}.")


def _place(text: str, parts: dict[str, str | None], name: str | None) -> Zone | timezone:
    if name is not None:
        return zone(name)
    offset = parts["offset"]
    if offset is not None:
        return _offset(text, offset)
    if parts["hour"] is None:
        raise TimeRefused("zone_required", f"{text!r} is a date; a day begins somewhere, so give its zone.")
    raise TimeRefused("naive_time", f"{text!r} has neither offset nor zone; add one, such as +02:00 or Europe/Tallinn.")


def _offset(text: str, offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 14 or minutes > 59:
        raise TimeRefused("not_a_time", f"{text!r} has the offset {offset}; offsets lie between -14:00 and +14:00.")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)


def _date(text: str, parts: dict[str, str | None]) -> date:
    year = int(parts["year"] or 0)
    if year not in _YEARS:
        raise TimeRefused("out_of_range", f"{text!r} lies outside the years {_YEARS.start} to {_YEARS.stop - 1}; is the year right?")
    try:
        return date(year, int(parts["month"] or 1), int(parts["day"] or 1))
    except ValueError as error:
        raise TimeRefused("not_a_time", f"{text!r} names a date that does not exist.") from error


def _instant(text: str, parts: dict[str, str | None], place: Zone | timezone, fold: int | None) -> tuple[datetime, int | None]:
    try:
        clock = time(
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int((parts["fraction"] or "0").ljust(6, "0")[:6]),
        )
    except ValueError as error:
        raise TimeRefused("not_a_time", f"{text!r} names a time of day that does not exist; hours run from 00 to 23.") from error
    wall = datetime.combine(_date(text, parts), clock)
    offset = parts["offset"]
    if offset is not None:
        return wall.replace(tzinfo=_offset(text, offset)).astimezone(UTC), None
    if isinstance(place, timezone):
        return wall.replace(tzinfo=place).astimezone(UTC), None
    return _local(text, wall, place, fold)


def _local(text: str, wall: datetime, tz: Zone, fold: int | None) -> tuple[datetime, int | None]:
    found = readings(wall, tz)
    if not found:
        jump = transition(wall, tz)
        last, first = spoken(jump - timedelta(minutes=1), tz), spoken(jump, tz)
        raise TimeRefused(
            "in_gap",
            f"{text!r} does not exist in {tz.key}: the clocks were put forward over it. "
            f"The minute before is {last}, the next is {first}; enter one of them, or an offset.",
        )
    if len(found) == 1:
        return found[0], None
    if fold is None:
        raise TimeRefused(
            "ambiguous",
            f"{text!r} occurs twice in {tz.key}: {spoken(found[0], tz)}, then {spoken(found[1], tz)}. "
            "Say which: give the offset, or fold 0 for the first or 1 for the second.",
        )
    return found[fold], fold


def _hour(at: datetime, place: tzinfo) -> tuple[datetime, datetime]:
    """The clock hour around `at`; where the clocks change within it, it ends or begins with the change."""
    local = at.astimezone(place)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    begin, end = at - past, at - past + timedelta(hours=1) - _INSTANT
    offset = local.utcoffset()
    if begin.astimezone(place).utcoffset() != offset:
        begin = change(begin, at, place)
    if end.astimezone(place).utcoffset() != offset:
        end = change(at, end, place) - _INSTANT
    return begin, end


def _span(day: date, precision: Precision, place: Zone | timezone, text: str, name: str | None, fold: int | None) -> Moment:
    if precision == "day":
        first, after = day, day + timedelta(days=1)
    elif precision == "month":
        first = day.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
    else:
        first, after = day.replace(month=1, day=1), date(day.year + 1, 1, 1)
    return Moment(_begin(first, place), _begin(after, place) - _INSTANT, precision, text, name, fold)


def _begin(day: date, place: Zone | timezone) -> datetime:
    if isinstance(place, timezone):
        return datetime.combine(day, time(), tzinfo=place).astimezone(UTC)
    return day_start(day, place)
