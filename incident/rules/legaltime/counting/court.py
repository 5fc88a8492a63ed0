"""Court rules that contracts borrow: Federal Rule of Civil Procedure 6(a) and CPR 2.8 of England and Wales."""

from __future__ import annotations

from datetime import timedelta

from incident.rules.legaltime.counting.plain import counted_days
from incident.rules.legaltime.counting.values import Counted, Start, ends, nth_open, rolled, rule, strict_span
from incident.rules.legaltime.zones import day_end, spoken_day

_SHORT = 5


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
)
def frcp_hours(start: Start) -> Counted:
    """Elapsed hours; when they end on a closed day, the same time of day on the next open one."""
    end = strict_span(start)
    line = start.says("counted", f"{start.amount} later it is {start.says_when(end)}.", "Fed. R. Civ. P. 6(a)(2)(A), (B)", end)
    local = end.astimezone(start.tz)
    day, roll = rolled(start, local.date(), "Fed. R. Civ. P. 6(a)(2)(C)")
    if not roll:
        return Counted(end, (line,))
    due_at = Start(end, start.n, start.unit, start.tz, start.calendar).at_same_clock(day)
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
