"""Court rules that contracts borrow: Federal Rule of Civil Procedure 6(a) and CPR 2.8 of England and Wales."""

from __future__ import annotations

from datetime import date, timedelta

from incident.rules.legaltime.counting.plain import counted_days
from incident.rules.legaltime.counting.registry import rule
from incident.rules.legaltime.counting.values import Counted, Start, ends, ends_of_days, nth_open, nth_open_before, rolled, strict_span
from incident.rules.legaltime.values import Because
from incident.rules.legaltime.zones import day_end, day_start, spoken_day

_SHORT = 5
_DAY = timedelta(days=1)


@rule(
    "frcp_days",
    "The day of the event does not count; every later day does; the last is moved to an open day.",
    ("d",),
    strict_span,
    cite="Fed. R. Civ. P. 6(a)(1)",
    asks_calendar=True,
)
def frcp_days(start: Start) -> Counted:
    """N days after the date of the event, rolled, to midnight of the court's zone (6(a)(4)(A), electronic filing)."""
    last = start.day + timedelta(days=start.n)
    text = f"{spoken_day(start.day)} does not count; day {start.n} is {spoken_day(last)}."
    line = start.says("counted", text, "Fed. R. Civ. P. 6(a)(1)(A), (B)", day_end(last, start.tz))
    end, roll = rolled(start, last, "Fed. R. Civ. P. 6(a)(1)(C)")
    return ends(start, end, (line, *roll))


@rule(
    "frcp_hours",
    "Every hour counts at once; an end on a closed day is moved to the same time of the next open day.",
    ("h",),
    strict_span,
    cite="Fed. R. Civ. P. 6(a)(2)",
    asks_calendar=True,
    turns=ends_of_days,
)
def frcp_hours(start: Start) -> Counted:
    """Elapsed hours; when they end on a closed day, the same time of day on the next open one."""
    end = strict_span(start)
    line = start.says("counted", f"{start.amount} later it is {start.says_when(end)}.", "Fed. R. Civ. P. 6(a)(2)(A), (B)", end)
    local = end.astimezone(start.tz)
    day, roll = rolled(start, local.date(), "Fed. R. Civ. P. 6(a)(2)(C)")
    if not roll:
        return Counted(end, (line,))
    due_at = start.since(end).at_same_clock(day)
    same = start.says("same_time", f"At the same time of day: {start.says_when(due_at)}.", roll[0].cite, due_at)
    return Counted(due_at, (line, *roll, same))


@rule(
    "cpr_forward",
    "Clear days after the event; in a period of five days or less, closed days do not count.",
    ("d",),
    strict_span,
    cite="CPR 2.8",
    asks_calendar=True,
)
def cpr_forward(start: Start) -> Counted:
    """Within N clear days after the date of the event, to the end of the last."""
    if start.n <= _SHORT:
        days = nth_open(start.day, start.n, start.calendar)
        return ends(start, days[-1], counted_days(start, days, "CPR 2.8(2), (4)"))
    last = start.day + timedelta(days=start.n)
    text = f"{spoken_day(start.day)} does not count; clear day {start.n} is {spoken_day(last)}."
    return ends(start, last, (start.says("counted", text, "CPR 2.8(2), (3)", day_end(last, start.tz)),))


def _before(start: Start) -> tuple[date, ...]:
    """The clear days back from the event and, last, the day before them."""
    if start.n <= _SHORT:
        return nth_open_before(start.day, start.n + 1, start.calendar)
    return tuple(start.day - ahead * _DAY for ahead in range(1, start.n + 2))


def _after(start: Start) -> tuple[date, ...]:
    """The clear days after the event and, last, the day after them."""
    if start.n <= _SHORT:
        return nth_open(start.day, start.n + 1, start.calendar)
    return tuple(start.day + ahead * _DAY for ahead in range(1, start.n + 2))


@rule(
    "cpr_backward",
    "Clear days before the event: neither its day nor the day of the act counts; in five days or less, nor do closed days.",
    ("d",),
    lambda start: start.at_same_clock(_before(start)[-1]),
    cite="CPR 2.8",
    asks_calendar=True,
    ending="last_day",
)
def cpr_backward(start: Start) -> Counted:
    """At least N clear days before the date of the event: the end of the last day on which the act can still be done."""
    *clear, last = _before(start)
    lines = _clear_days(start, tuple(clear), last)
    text = f"The last day for it is {spoken_day(last)}, the day before the clear days."
    return ends(start, last, (*lines, start.says("last_day", text, "CPR 2.8(2), (3)", day_end(last, start.tz))))


@rule(
    "cpr_at_least_after",
    "Clear days after the event: neither its day nor the day that follows them counts; in five days or less, nor do closed days.",
    ("d",),
    lambda start: day_start(_after(start)[-1], start.tz),
    cite="CPR 2.8",
    asks_calendar=True,
    ending="opening",
)
def cpr_at_least_after(start: Start) -> Counted:
    """At least N clear days after the date of the event: the beginning of the first day that is lawful."""
    *clear, first = _after(start)
    at = day_start(first, start.tz)
    text = f"The first lawful day is {spoken_day(first)}, the day after the clear days."
    return Counted(at, (*_clear_days(start, tuple(clear), first), start.says("first_day", text, "CPR 2.8(2), (3)", at)))


def _clear_days(start: Start, clear: tuple[date, ...], outer: date) -> tuple[Because, ...]:
    """Lines for the days between the event and `outer`, neither of which counts."""
    if start.n <= _SHORT:
        return counted_days(start, clear, "CPR 2.8(2), (4)", outer)
    first, last = min(clear), max(clear)
    text = f"{spoken_day(start.day)} does not count; the {start.n} clear days run from {spoken_day(first)} to {spoken_day(last)}."
    lines = [start.says("counted", text, "CPR 2.8(2), (3)", day_end(last, start.tz))]
    if why := start.calendar.closed(outer):
        closed = f"{spoken_day(outer)} is closed: {why} ({start.calendar.id}); in a period of more than five days nothing is moved."
        lines.append(start.says("closed_day", closed, "CPR 2.8(4)"))
    return tuple(lines)
