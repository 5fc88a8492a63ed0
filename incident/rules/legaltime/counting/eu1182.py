"""Regulation (EEC, Euratom) No 1182/71: how Union law counts periods.

Read for this: Art. 3(2)(c) in full, Art. 3(1) for hours and Art. 3(4) and (5) in quotations; Art. 2(2) and Art. 3(1) for
days rest on secondary sources. A directive's periods are counted by national law; these rules are then a template.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from incident.rules.legaltime.counting.plain import counted_days, months_line
from incident.rules.legaltime.counting.registry import rule
from incident.rules.legaltime.counting.values import (
    Counted,
    Start,
    add_months,
    ends,
    ends_of_days,
    nth_open,
    rolled,
    strict_span,
)
from incident.rules.legaltime.values import Because
from incident.rules.legaltime.zones import Zone, day_end, spoken_day

_LAW = "Regulation (EEC, Euratom) 1182/71"
_INSTANT = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)
_TWO_DAYS = 48


def next_full_hour(at: datetime, tz: Zone) -> datetime:
    """The instant at which the clock hour of `at` is over in `tz`; at 10:00:00 sharp the hour 10 to 11 has begun."""
    end = at + _HOUR - _past_the_hour(at, tz)
    while past := _past_the_hour(end, tz):
        end += _HOUR - past
    return end


def _stretches(early: Start, late: Start) -> Iterable[Start]:
    """The disputed reading can end earlier from a later start: one that touches a second working day."""
    return ends_of_days(early, late) if late.has("two_working_days") else ()


@rule(
    "eu1182_hours",
    "The hour of the event does not count; then every hour does, and nothing is moved to a working day.",
    ("h",),
    strict_span,
    cite=f"{_LAW} Art. 3(1), 3(2)(a)",
    options=("two_working_days",),
    asks_calendar="two_working_days",
    disputed_when="two_working_days",
    turns=_stretches,
)
def eu1182_hours(start: Start) -> Counted:
    """From the next full hour; `two_working_days` is the disputed reading of Art. 3(5) for hours."""
    begin = next_full_hour(start.at, start.tz)
    end = begin + timedelta(hours=start.n)
    lines = (
        start.says(
            "hour_excluded",
            f"The hour in which it happened does not count; the period begins at {start.says_when(begin)}.",
            f"{_LAW} Art. 3(1)",
            begin,
        ),
        start.says(
            "counted",
            f"{start.amount} later it is {start.says_when(end)}; a period in hours is not moved off a closed day.",
            f"{_LAW} Art. 3(2)(a), 3(4)",
            end,
        ),
    )
    if not start.has("two_working_days") or start.n < _TWO_DAYS:
        return Counted(end, lines)
    return _stretched(start, begin, end, lines)


@rule(
    "eu1182_days",
    "The day of the event does not count; the last day ends at midnight, on a working day, after two working days.",
    ("d",),
    strict_span,
    cite=f"{_LAW} Art. 3(1), 3(2)(b), 3(4), 3(5)",
    asks_calendar=True,
)
def eu1182_days(start: Start) -> Counted:
    """N days after the date of the event, rolled to a working day, with two working days at least from two days on."""
    last = start.day + timedelta(days=start.n)
    text = f"{start.amount} after it the last day is {spoken_day(last)}."
    lines = (_excluded(start), start.says("counted", text, f"{_LAW} Art. 3(2)(b)", day_end(last, start.tz)))
    return _to_working_day(start, last, lines, two=start.n >= 2)


@rule(
    "eu1182_weeks",
    "Weeks end on the weekday of the event, moved to a working day.",
    ("w",),
    strict_span,
    cite=f"{_LAW} Art. 3(2)(c), 3(4); C-171/03 Toeters, paras 33 and 36",
    asks_calendar=True,
)
def eu1182_weeks(start: Start) -> Counted:
    """The weekday of the event N weeks later, rolled."""
    last = start.day + timedelta(weeks=start.n)
    text = f"{start.amount} from {spoken_day(start.day)} end on the same weekday, {spoken_day(last)}."
    counted = start.says("counted", text, f"{_LAW} Art. 3(2)(c); C-171/03 Toeters", day_end(last, start.tz))
    return _to_working_day(start, last, (_excluded(start), counted), two=True)


@rule(
    "eu1182_months",
    "Months end on the date of the event or the last of the month, moved to a working day.",
    ("mo",),
    strict_span,
    cite=f"{_LAW} Art. 3(2)(c), 3(4)",
    asks_calendar=True,
)
def eu1182_months(start: Start) -> Counted:
    """The date of the event N months later, clamped to the month, rolled."""
    return _same_date(start, start.n)


@rule(
    "eu1182_years",
    "Years end on the date of the event or the last of the month, moved to a working day.",
    ("y",),
    strict_span,
    cite=f"{_LAW} Art. 3(2)(c), 3(4)",
    asks_calendar=True,
)
def eu1182_years(start: Start) -> Counted:
    """The date of the event N years later, clamped to the month, rolled."""
    return _same_date(start, start.n * 12)


@rule(
    "eu1182_working_days",
    "Working days after the day of the event, to the end of the last.",
    ("bd",),
    strict_span,
    cite=f"{_LAW} Art. 2(2), 3(1), 3(3)",
    asks_calendar=True,
)
def eu1182_working_days(start: Start) -> Counted:
    """The Nth working day after the date of the event."""
    days = nth_open(start.day, start.n, start.calendar)
    return ends(start, days[-1], counted_days(start, days, f"{_LAW} Art. 2(2), 3(1), 3(3)"))


def _past_the_hour(at: datetime, tz: Zone) -> timedelta:
    local = at.astimezone(tz)
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _excluded(start: Start) -> Because:
    text = f"{spoken_day(start.day)} is the day of the event and does not count."
    return start.says("day_excluded", text, f"{_LAW} Art. 3(1)")


def _same_date(start: Start, months: int) -> Counted:
    last = add_months(start.day, months)
    lines = (_excluded(start), months_line(start, last, f"{_LAW} Art. 3(2)(c)"))
    return _to_working_day(start, last, lines, two=True)


def _to_working_day(start: Start, last: date, lines: tuple[Because, ...], *, two: bool) -> Counted:
    last, roll = rolled(start, last, f"{_LAW} Art. 3(4)")
    lines = (*lines, *roll)
    if not two:
        return ends(start, last, lines)
    second = nth_open(start.day, 2, start.calendar)[-1]
    if second <= last:
        return ends(start, last, lines)
    text = f"Only one working day lies in the period; two are due, so it runs on to {spoken_day(second)}."
    at = day_end(second, start.tz)
    return ends(start, second, (*lines, start.says("two_working_days", text, f"{_LAW} Art. 3(5)", at)))


def _stretched(start: Start, begin: datetime, end: datetime, lines: tuple[Because, ...]) -> Counted:
    """The disputed reading: a day that the hours merely touch counts as a working day."""
    first, last = begin.astimezone(start.tz).date(), (end - _INSTANT).astimezone(start.tz).date()
    second = nth_open(first - timedelta(days=1), 2, start.calendar)[-1]
    cite = f"{_LAW} Art. 3(5) (disputed for periods in hours)"
    if second <= last:
        text = "Two working days lie in the period, so Art. 3(5) changes nothing even if it applies to hours."
        return Counted(end, (*lines, start.says("two_working_days", text, cite, end)))
    due_at = day_end(second, start.tz)
    text = f"Disputed reading: fewer than two working days lie in the period, so it runs to the end of {spoken_day(second)}."
    return Counted(due_at, (*lines, start.says("two_working_days", text, cite, due_at)))
