"""Delegated Regulation (EU) 2025/301 Art. 5: the later DORA reports and the noon rule.

The initial notification is the earlier of two spans from two anchors and is no rule of a single one. Hours are counted as
elapsed; that Regulation 1182/71 Art. 3(1) could apply to them instead is an open point.
"""

from __future__ import annotations

from datetime import datetime, time

from incident.rules.legaltime.counting.plain import months_line
from incident.rules.legaltime.counting.values import Counted, Start, add_months, rule, strict_span
from incident.rules.legaltime.values import Because
from incident.rules.legaltime.zones import at_wall, day_end, spoken_day

_LAW = "Delegated Regulation (EU) 2025/301"


@rule(
    "dora_intermediate",
    "Hours from the submission; a limit on a weekend or bank holiday moves to noon of the next working day.",
    ("h",),
    strict_span,
    cite=f"{_LAW} Art. 5(1)(b), 5(4)",
    options=("exempt",),
    asks_calendar=True,
)
def dora_intermediate(start: Start) -> Counted:
    """Elapsed hours, then the noon rule; `exempt` for the entities of Art. 5(5) and 5(6)."""
    end = strict_span(start)
    line = start.says("counted", f"{start.amount} later it is {start.says_when(end)}.", f"{_LAW} Art. 5(1)(b)", end)
    if start.has("exempt"):
        text = "The entity may not use the weekend rule; the limit stands."
        return Counted(end, (line, start.says("exempt", text, f"{_LAW} Art. 5(5), 5(6)", end)))
    return _noon(start, end, end, (line,))


@rule(
    "dora_final",
    "Months from the latest intermediate report; a limit on a weekend or bank holiday moves to noon of the next working day.",
    ("mo",),
    strict_span,
    cite=f"{_LAW} Art. 5(1)(c), 5(4)",
    asks_calendar=True,
)
def dora_final(start: Start) -> Counted:
    """The same date N months later, to midnight, then the noon rule, which every entity may use here."""
    last = add_months(start.day, start.n)
    within = start.at_same_clock(last)
    return _noon(start, within, day_end(last, start.tz), (months_line(start, last, f"{_LAW} Art. 5(1)(c)"),))


def _noon(start: Start, within: datetime, end: datetime, lines: tuple[Because, ...]) -> Counted:
    """`end`, or noon of the next working day when the day around `within` is closed."""
    day = within.astimezone(start.tz).date()
    why = start.calendar.closed(day)
    if why is None:
        return Counted(end, lines)
    following = start.calendar.next_open(day)
    noon = at_wall(datetime.combine(following, time(12)), start.tz)
    text = f"{spoken_day(day)} is closed: {why} ({start.calendar.id}); the limit moves to {start.says_when(noon)}."
    return Counted(noon, (*lines, start.says("roll", text, f"{_LAW} Art. 5(4)", noon)))
