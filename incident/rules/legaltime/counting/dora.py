"""Delegated Regulation (EU) 2025/301 Art. 5: the three DORA reports and the noon rule.

Hours are counted as elapsed; that Regulation 1182/71 Art. 3(1) could apply to them instead is an open point. A limit at
midnight is taken to fall on the day that begins then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product

from incident.rules.legaltime.counting.plain import months_line
from incident.rules.legaltime.counting.registry import rule
from incident.rules.legaltime.counting.values import Counted, Start, add_months, ends_of_days, last_instants, strict_span
from incident.rules.legaltime.values import Because
from incident.rules.legaltime.zones import at_wall, day_end, spoken_day

_LAW = "Delegated Regulation (EU) 2025/301"


CLASSIFIED, AWARE = "classified_at", "aware_at"
_CAP = timedelta(hours=24)
_EXEMPT = (
    "Credit institutions, central counterparties, trading venues, essential and important entities under NIS2, and entities that "
    "the authority named may not use the weekend rule here; the limit stands."
)


def _initial(start: Start) -> tuple[datetime, Because]:
    """Where the hours of the initial notification end, before the noon rule, and the line that says why."""
    classified, aware = start.anchors.get(CLASSIFIED), start.anchors.get(AWARE)
    cite = f"{_LAW} Art. 5(1)(a)"
    if classified is None:
        end = start.at + _CAP
        text = f"Not classified yet: at the latest 24 hours after awareness, {start.says_when(end)}."
        return end, start.says("not_classified", f"{text} Classified later than that, the hours run from then.", cite, end)
    end = strict_span(start.since(classified))
    if aware is None:
        text = f"{start.amount} from classification: {start.says_when(end)}. The instant of awareness is not known, "
        return end, start.says("awareness_unknown", f"{text}so the cap of 24 hours from it could not be applied.", cite, end)
    cap = aware + _CAP
    if classified > cap:
        text = f"Not classified within 24 hours of awareness ({start.says_when(cap)}), so only the {start.amount} from "
        return end, start.says("classified_late", f"{text}classification count: {start.says_when(end)}.", f"{_LAW} Art. 5(2)", end)
    if cap < end:
        text = f"{start.amount} from classification would end {start.says_when(end)}; 24 hours from awareness end earlier, "
        return cap, start.says("capped", f"{text}{start.says_when(cap)}.", cite, cap)
    text = f"{start.amount} from classification end {start.says_when(end)}, within 24 hours of awareness."
    return end, start.says("counted", text, cite, end)


def _initial_turns(early: Start, late: Start) -> Iterable[Start]:
    """Every pair of instants of the two anchors from which the limit can be the latest or the strictest."""
    spans = {CLASSIFIED: strict_span(late) - late.at, AWARE: _CAP}
    some: dict[str, list[datetime]] = {}
    for name, first in early.anchors.items():
        last, span = late.anchors[name], spans[name]
        ends = last_instants(first + span, last + span, late.tz) if first < last else ()
        some[name] = [first, last, *(at - span for at in ends)]
    if len(some) == 2 and early.anchors[AWARE] <= (at := early.anchors[CLASSIFIED] - _CAP) <= late.anchors[AWARE]:
        some[AWARE].append(at)
    return [_initial_start(late, dict(zip(some, each, strict=True))) for each in product(*some.values())]


def _initial_start(start: Start, anchors: Mapping[str, datetime]) -> Start:
    """The same period from other instants of its anchors."""
    return replace(start, at=anchors.get(CLASSIFIED, anchors.get(AWARE, start.at)), anchors=anchors)


@rule(
    "dora_initial",
    "Hours from classification, 24 from awareness at most; a limit on a weekend or bank holiday moves to noon of the next working day.",
    ("h",),
    lambda start: _initial(start)[0],
    cite=f"{_LAW} Art. 5(1)(a), 5(2), 5(4)",
    options=("exempt",),
    asks_calendar=True,
    usual=(4, "h"),
    anchors=(CLASSIFIED, AWARE),
    turns=_initial_turns,
)
def dora_initial(start: Start) -> Counted:
    """The earlier of the two spans, unless classified too late for the second; then the noon rule, unless `exempt`."""
    end, line = _initial(start)
    return _relieved(start, end, (line,))


@rule(
    "dora_intermediate",
    "Hours from the submission; a limit on a weekend or bank holiday moves to noon of the next working day.",
    ("h",),
    strict_span,
    cite=f"{_LAW} Art. 5(1)(b), 5(4)",
    options=("exempt",),
    asks_calendar=True,
    usual=(72, "h"),
    turns=ends_of_days,
)
def dora_intermediate(start: Start) -> Counted:
    """Elapsed hours, then the noon rule, unless `exempt`."""
    end = strict_span(start)
    line = start.says("counted", f"{start.amount} later it is {start.says_when(end)}.", f"{_LAW} Art. 5(1)(b)", end)
    return _relieved(start, end, (line,))


@rule(
    "dora_final",
    "Months from the latest intermediate report; a limit on a weekend or bank holiday moves to noon of the next working day.",
    ("mo",),
    strict_span,
    cite=f"{_LAW} Art. 5(1)(c), 5(4)",
    options=("exempt",),
    asks_calendar=True,
    usual=(1, "mo"),
)
def dora_final(start: Start) -> Counted:
    """The same date N months later, to midnight, then the noon rule, which every entity may use here, `exempt` or not."""
    last = add_months(start.day, start.n)
    line = months_line(start, last, f"{_LAW} Art. 5(1)(c)")
    counted = _noon(start, last, day_end(last, start.tz), (line,))
    if not start.has("exempt") or counted.because == (line,):
        return counted
    text = "Art. 5(5) takes the weekend rule away for the initial and the intermediate report alone; it holds for this one."
    return Counted(counted.due_at, (*counted.because, start.says("not_exempt", text, f"{_LAW} Art. 5(5)")))


def _relieved(start: Start, end: datetime, lines: tuple[Because, ...]) -> Counted:
    if start.has("exempt"):
        return Counted(end, (*lines, start.says("exempt", _EXEMPT, f"{_LAW} Art. 5(5), 5(6)", end)))
    return _noon(start, end.astimezone(start.tz).date(), end, lines)


def _noon(start: Start, day: date, end: datetime, lines: tuple[Because, ...]) -> Counted:
    """`end`, or noon of the next working day when `day`, on which it falls, is closed."""
    why = start.calendar.closed(day)
    if why is None:
        return Counted(end, lines)
    following = start.calendar.next_open(day)
    noon = at_wall(datetime.combine(following, time(12)), start.tz)
    text = f"{spoken_day(day)} is closed: {why} ({start.calendar.id}); the limit moves to {start.says_when(noon)}."
    return Counted(noon, (*lines, start.says("roll", text, f"{_LAW} Art. 5(4)", noon)))
