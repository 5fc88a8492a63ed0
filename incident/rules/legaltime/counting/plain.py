"""Rules that belong to no one law: elapsed and wall-clock hours, calendar days and months, business days, year ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from incident.rules.legaltime.counting.registry import rule
from incident.rules.legaltime.counting.values import (
    Counted,
    Start,
    add_months,
    ends,
    nth_open,
    rolled,
    strict_span,
)
from incident.rules.legaltime.values import Because
from incident.rules.legaltime.zones import at_wall, changes, day_end, readings, spoken_day, transition

_INSTANT = timedelta(microseconds=1)
_MANY = 20


@rule("elapsed_hours", "Hours that really pass, nights, weekends and clock changes included.", ("h", "min"), strict_span)
def elapsed_hours(start: Start) -> Counted:
    """The start plus the span, in UTC."""
    due_at = strict_span(start)
    text = f"{start.amount} later it is {start.says_when(due_at)}; closed days count and nothing is moved."
    return Counted(due_at, (start.says("counted", text, at=due_at),))


def _passes(early: Start, late: Start) -> Iterable[Start]:
    """The last starts before the clocks are put back: a start after that shows an earlier time, and ends earlier."""
    return [late.since(at - _INSTANT) for at in changes(early.at, late.at, late.tz)]


@rule("wall_hours", "The same number of hours on the clocks of the place.", ("h", "min"), strict_span, turns=_passes)
def wall_hours(start: Start) -> Counted:
    """The wall-clock time that many hours later; differs from elapsed hours only across a change of the clocks."""
    wall = start.local.replace(tzinfo=None, fold=0) + timedelta(**{"hours" if start.unit == "h" else "minutes": start.n})
    found = [at for at in readings(wall, start.tz) if at > start.at]
    due_at = found[0] if found else transition(wall, start.tz)
    lines = [start.says("counted", f"{start.amount} on, the clocks show {start.says_when(due_at)}.", at=due_at)]
    if not found:
        text = f"{wall:%H:%M} does not exist that day, so the period ends when the clocks are put forward."
        lines.append(start.says("gap", text, at=due_at))
    elif len(found) == 2:
        lines.append(start.says("overlap", f"{wall:%H:%M} occurs twice that day; the first pass is taken.", at=due_at))
    return Counted(due_at, tuple(lines))


@rule(
    "calendar_days",
    "Calendar days, to the end of the last one.",
    ("d",),
    strict_span,
    options=("count_first", "roll"),
    asks_calendar="roll",
)
def calendar_days(start: Start) -> Counted:
    """N days after the date of the start; with `count_first` that date is day 1; with `roll` to a working day."""
    first = start.day
    if start.has("count_first"):
        last, text = first + timedelta(days=start.n - 1), f"{spoken_day(first)} itself is day 1"
    else:
        last, text = first + timedelta(days=start.n), f"{spoken_day(first)} does not count"
    counted = start.says("counted", f"{text}; day {start.n} is {spoken_day(last)}.", at=day_end(last, start.tz))
    return _ended(start, last, (counted,))


@rule(
    "calendar_months",
    "Calendar months, to the end of the same date or of the month.",
    ("mo",),
    strict_span,
    options=("roll",),
    asks_calendar="roll",
)
def calendar_months(start: Start) -> Counted:
    """The same date N months later, the last of the month where there is none; with `roll` to a working day."""
    last = add_months(start.day, start.n)
    return _ended(start, last, (months_line(start, last),))


@rule(
    "business_days",
    "Business days of the named calendar; day 1 is the first after the day of the event.",
    ("bd",),
    strict_span,
    cuts_off=True,
    asks_calendar=True,
)
def business_days(start: Start) -> Counted:
    """The Nth working day after the date of the start, to its end or to the local cut-off."""
    days = nth_open(start.day, start.n, start.calendar)
    lines = counted_days(start, days)
    if start.cut_off is None:
        return ends(start, days[-1], lines)
    due_at = at_wall(datetime.combine(days[-1], start.cut_off), start.tz)
    text = f"On that day the cut-off is {start.cut_off:%H:%M}: {start.says_when(due_at)}."
    return Counted(due_at, (*lines, start.says("cut_off", text, at=due_at)))


def _strict_year_end(start: Start) -> datetime:
    return day_end(_after_year_end(start), start.tz)


@rule("days_after_year_end", "Days after the end of the year of the event.", ("d",), _strict_year_end)
def days_after_year_end(start: Start) -> Counted:
    """N days after 31 December of the year of the start, to the end of the last one."""
    last = _after_year_end(start)
    text = f"The year {start.day.year} ends on 31 December; {start.amount} later it is {spoken_day(last)}."
    return ends(start, last, (start.says("counted", text, at=day_end(last, start.tz)),))


def counted_days(start: Start, days: tuple[date, ...], cite: str | None = None, last: date | None = None) -> tuple[Because, ...]:
    """Lines for working days counted one by one, naming the closed days passed over; `last` is the day the count leads to."""
    last = days[-1] if last is None else last
    begin, end = min(start.day, last), max(start.day, last)
    span = (begin + timedelta(days=ahead) for ahead in range(1, (end - begin).days))
    passed = [f"{spoken_day(day)} ({why})" for day in span if (why := start.calendar.closed(day))]
    text = f"Working days ({start.calendar.id}): {_listed([spoken_day(day) for day in days])}."
    lines = [
        start.says("day_excluded", f"{spoken_day(start.day)} is the day of the event and does not count.", cite),
        start.says("counted", text, cite, day_end(last, start.tz)),
    ]
    if passed:
        lines.insert(1, start.says("closed_days", f"Closed and not counted: {_listed(passed)}.", cite))
    return tuple(lines)


def _listed(names: list[str]) -> str:
    """All of them, or where they are many the first and the last ones and how many there are."""
    if len(names) <= _MANY:
        return ", ".join(names)
    return f"{', '.join(names[:5])} … {', '.join(names[-3:])} ({len(names)} in all)"


def months_line(start: Start, last: date, cite: str | None = None) -> Because:
    """The line that says where N months or years end, and whether the month was too short."""
    short = "" if last.day == start.day.day else f", because that month has no {start.day.day}."
    text = f"{start.amount} from {spoken_day(start.day)} end on {spoken_day(last)}{short or '.'}"
    return start.says("clamped" if short else "counted", text, cite, day_end(last, start.tz))


def _after_year_end(start: Start) -> date:
    return date(start.day.year, 12, 31) + timedelta(days=start.n)


def _ended(start: Start, last: date, lines: tuple[Because, ...]) -> Counted:
    if not start.has("roll"):
        return ends(start, last, lines)
    end, roll = rolled(start, last, None)
    return ends(start, end, (*lines, *roll))
