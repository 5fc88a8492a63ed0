"""From a period and the moment that starts it to a dated deadline, with every step written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.rules.legaltime.calendars import Calendar, calendar
from incident.rules.legaltime.counting import Rule, Start, check
from incident.rules.legaltime.counting.values import cut_off
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Period, Place
from incident.rules.legaltime.zones import TimeRefused, spoken, spoken_limit, tzdata_version, zone


def deadline(period: Period, anchor: Moment, place: Place, *, basis: Basis, cite: str | None) -> Deadline:
    """The deadline of `period` from `anchor`, counted at `place`; `cite` is the provision that sets the number.

    `target_at` is the strictest defensible reading from the anchor's earliest instant: elapsed time, nothing moved to
    a working day, and never later than the rule itself; months and years run to the same time of the same date, and
    business days to the same time of the last one. `due_at` is what the rule allows from the anchor's latest
    instant. Both are UTC, and `target_at <= due_at`. A flag that stands for a disputed reading makes the basis
    `disputed`. Local time comes from the `tzdata` package alone, never from the machine.

    Raises:
        PeriodRefused: for an unknown rule, a unit or flag that it cannot count, or a number that is not above zero.
        CalendarRefused: for an unknown calendar.
        TimeRefused: for an unknown zone, or an anchor without zone or that ends before it begins.
    """
    rule = check(period)
    _check_anchor(anchor)
    tz, closed = zone(place.zone), calendar(place.calendar)
    late = Start(anchor.latest, period.n, period.unit, tz, closed, cut_off(period, rule), period.options)
    early = Start(anchor.earliest, period.n, period.unit, tz, closed, late.cut_off, period.options)
    counted = rule.count(late)
    earliest = counted.due_at if early == late else rule.count(early).due_at
    due_at = max(counted.due_at, earliest)
    target_at = min(rule.strict(early), earliest)
    disputed = rule.disputed_when is not None and late.has(rule.disputed_when)
    asked = rule.asks_calendar(period.options)
    because = (
        *_opening(anchor, late, rule, cite),
        *counted.because,
        *(_coverage(late, closed, due_at) if asked else ()),
        *_closing(early, target_at, due_at, disputed),
    )
    return Deadline(
        target_at=target_at,
        due_at=due_at,
        basis=Basis.DISPUTED if disputed else basis,
        because=because,
        rule_version=f"{rule.name}/{rule.version}",
        calendar_version=f"{closed.id}: {closed.version}" if asked else "not asked",
        tzdata_version=tzdata_version(),
    )


def _check_anchor(anchor: Moment) -> None:
    if anchor.earliest.tzinfo is None or anchor.latest.tzinfo is None:
        raise TimeRefused("naive_time", "The anchor has no zone; a moment holds UTC instants.")
    if anchor.latest < anchor.earliest:
        raise TimeRefused("backward", f"The anchor ends ({anchor.latest}) before it begins ({anchor.earliest}).")


def _opening(anchor: Moment, late: Start, rule: Rule, cite: str | None) -> tuple[Because, ...]:
    entered = "" if anchor.zone in (None, late.tz.key) else f", entered as {anchor.text} in {anchor.zone}"
    if anchor.earliest == anchor.latest:
        starts = [Because("anchor", f"The clock starts at {late.says_when(anchor.latest)}{entered}.", None, anchor.latest)]
    else:
        first, last = late.says_when(anchor.earliest), late.says_when(anchor.latest)
        starts = [
            Because("anchor", f"The clock starts between {first} and {last}{entered}.", None, anchor.latest),
            Because(
                "anchor_precision",
                f"The start is known only to the {anchor.precision}: work is planned from its first instant, "
                "lateness is judged from its last, and between the two nothing is called late.",
                None,
                anchor.earliest,
            ),
        ]
    span = Because("period", f"The period is {late.amount}.", cite)
    return (*starts, span, Because("rule", f"{rule.says} (rule {rule.name})", rule.cite))


def _coverage(start: Start, closed: Calendar, due_at: datetime) -> tuple[Because, ...]:
    """What to know about the calendar where the period leaves the years it speaks of with authority."""
    first, last = start.day.year, (due_at - timedelta(microseconds=1)).astimezone(start.tz).year
    if closed.published_until is not None and last > closed.published_until:
        text = (
            f"The calendar {closed.id} is published up to {closed.published_until}; closing days after that are "
            "computed, and the date should be looked at again once the list is out."
        )
        return (Because("calendar_not_yet_published", text),)
    if closed.covered_from is not None and first < closed.covered_from:
        text = f"The calendar {closed.id} begins with {closed.covered_from}; before that only weekends are known."
        return (Because("calendar_not_covered", text),)
    return ()


def _closing(early: Start, target_at: datetime, due_at: datetime, disputed: bool) -> tuple[Because, ...]:
    lines = [
        Because("strict", f"Strictest reading, to plan with: {spoken(target_at, early.tz)}.", None, target_at),
        Because("due", f"Due by {spoken_limit(due_at, early.tz)}; at that instant it is still in time.", None, due_at),
    ]
    if disputed:
        text = "This reading is disputed; plan with the strict one and let a lawyer decide on this one."
        lines.append(Because("disputed", text))
    return tuple(lines)
