"""From a period and the moments that start it to a dated deadline, with every step written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident.rules.legaltime.calendars import Calendar, calendar
from incident.rules.legaltime.counting import Counted, PeriodRefused, Rule, Start, check, cut_off
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Period, Place
from incident.rules.legaltime.zones import TimeRefused, Zone, changes, day_end, spoken, spoken_limit, tzdata_version, zone

YEARS = range(1900, 2201)
"""The years in which a period may start."""

_FIRST, _AFTER = datetime(YEARS.start, 1, 1, tzinfo=UTC) - timedelta(days=1), datetime(YEARS.stop, 1, 2, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


def deadline(
    period: Period,
    anchor: Moment | Mapping[str, Moment],
    place: Place,
    *,
    basis: Basis,
    cite: str | None,
) -> Deadline:
    """The deadline of `period` from `anchor`, counted at `place`; `cite` is the provision that sets the number.

    `anchor` is one moment or, for a rule with several anchors, those that are known by the names in the rule's `anchors`;
    the derivation says what is missing, and one at least must be there. A single moment is the first of them.

    `target_at` is the strictest defensible reading from the anchor's earliest instant: elapsed time, nothing moved to
    a working day, and never later than the rule itself; months and years run to the same time of the same date, and
    business days to the same time of the last one. `due_at` is what the rule allows from whichever instant of the anchor
    gives the latest. Both are UTC, and `target_at <= due_at`. A flag that stands for a disputed reading makes the basis
    `disputed`. Local time comes from the `tzdata` package alone, never from the machine.

    Raises:
        PeriodRefused: for an unknown rule, a unit or flag that it cannot count, a number that is not above zero, or an
            anchor that is missing or that the rule does not know.
        CalendarRefused: for an unknown calendar.
        TimeRefused: for an unknown zone, or an anchor without zone, that ends before it begins, or outside `YEARS`.
    """
    return dated(period, anchor, zone(place.zone), calendar(place.calendar), basis=basis, cite=cite)


def dated(
    period: Period,
    anchor: Moment | Mapping[str, Moment],
    tz: Zone,
    closed: Calendar,
    *,
    basis: Basis,
    cite: str | None,
    tzdata: str | None = None,
) -> Deadline:
    """As `deadline`, with the zone and the calendar at hand, such as those of a calendar that no file names, or frozen ones.

    Nothing else is looked at. `tzdata` names the zone data that `tz` comes from, if not that of the `tzdata` package.
    """
    rule = check(period)
    moments = _moments(anchor, rule)
    early, late = _starts(period, rule, moments, tz, closed)
    counted, target_at = _counted(rule, early, late)
    disputed = rule.disputed_when is not None and late.has(rule.disputed_when)
    asked = rule.asks_calendar(period.options)
    because = (
        *_opening(moments, late, rule, cite),
        *counted.because,
        *(_coverage(early, late, closed, counted.due_at) if asked else ()),
        *_closing(rule, tz, target_at, counted.due_at, disputed),
    )
    return Deadline(
        target_at=target_at,
        due_at=counted.due_at,
        basis=Basis.DISPUTED if disputed else basis,
        because=because,
        rule_version=f"{rule.name}/{rule.version}",
        calendar_version=f"{closed.id}: {closed.version}" if asked else "not asked",
        tzdata_version=tzdata or tzdata_version(),
    )


def _counted(rule: Rule, early: Start, late: Start) -> tuple[Counted, datetime]:
    """The latest end that an instant of the anchor gives, and the strictest."""
    if early is late:
        only = rule.count(late)
        return only, min(rule.strict(late), only.due_at)
    starts = (early, late) if rule.turns is None else (early, late, *rule.turns(early, late))
    ends = [rule.count(start) for start in starts]
    strict = starts if rule.turns is not None else (early, *_stricter(early, late))
    target_at = min(*(rule.strict(start) for start in strict), *(end.due_at for end in ends))
    return max(ends, key=lambda end: end.due_at), target_at


def _moments(anchor: Moment | Mapping[str, Moment], rule: Rule) -> Mapping[str, Moment]:
    """The anchors by name, in the rule's order; the one of a rule with a single anchor has the name `anchor`."""
    names = rule.anchors or ("anchor",)
    given = {names[0]: anchor} if isinstance(anchor, Moment) else anchor
    if not given:
        raise PeriodRefused("missing_anchor", f"{rule.name} has nothing to start from; expected one at least of: {', '.join(names)}.")
    for name, moment in given.items():
        if name not in names and not (len(given) == len(names) == 1):
            raise PeriodRefused("unknown_anchor", f"{rule.name} has no anchor {name!r}; expected: {', '.join(names)}.")
        _check_anchor(name, moment)
    return given if len(given) == 1 else {name: given[name] for name in names if name in given}


def _check_anchor(name: str, moment: Moment) -> None:
    if moment.earliest.tzinfo is None or moment.latest.tzinfo is None:
        raise TimeRefused("naive_time", f"The {_spoken_name(name)} has no zone; a moment holds UTC instants.")
    if moment.latest < moment.earliest:
        raise TimeRefused("backward", f"The {_spoken_name(name)} ends ({moment.latest}) before it begins ({moment.earliest}).")
    if moment.earliest < _FIRST or moment.latest >= _AFTER:
        years = f"{YEARS.start} to {YEARS.stop - 1}"
        raise TimeRefused("out_of_range", f"The {_spoken_name(name)} ({moment.earliest}) lies outside the years {years}; is it right?")


def _starts(period: Period, rule: Rule, moments: Mapping[str, Moment], tz: Zone, closed: Calendar) -> tuple[Start, Start]:
    """The starts from the earliest and from the latest instants of the anchors; one and the same where they are exact."""
    latest = {name: moment.latest.astimezone(UTC) for name, moment in moments.items()}
    first = next(iter(latest))
    anchors = latest if rule.anchors else {}
    late = Start(latest[first], period.n, period.unit, tz, closed, cut_off(period, rule), period.options, anchors)
    earliest = {name: moment.earliest.astimezone(UTC) for name, moment in moments.items()}
    if earliest == latest:
        return late, late
    return replace(late, at=earliest[first], anchors=earliest if rule.anchors else {}), late


def _stricter(early: Start, late: Start) -> Iterator[Start]:
    """Starts up to `late` that can have a stricter end than the earliest: a reading to the same time of day runs to an earlier
    one from the first midnight and from the first change of the clocks."""
    midnight = day_end(early.day, early.tz)
    if midnight <= late.at:
        yield early.since(midnight)
    if (change := next(changes(early.at, late.at, early.tz), None)) is not None:
        yield early.since(change)


def _spoken_name(name: str) -> str:
    return "anchor" if name == "anchor" else f"anchor {name}"


def _opening(moments: Mapping[str, Moment], late: Start, rule: Rule, cite: str | None) -> tuple[Because, ...]:
    lines = [line for name, moment in moments.items() for line in _anchored(name if rule.anchors else None, moment, late)]
    lines.append(Because("period", f"The period is {late.amount}.", cite))
    lines.append(rule.line)
    return tuple(lines)


def _anchored(name: str | None, anchor: Moment, late: Start) -> tuple[Because, ...]:
    """Where the clock starts, or what one of several anchors is; as entered, where that was elsewhere."""
    entered = "" if anchor.zone in (None, late.tz.key) else f", entered as {anchor.text} in {anchor.zone}"
    what = "The clock starts" if name is None else f"{name} is"
    first = late.says_when(anchor.earliest)
    if anchor.earliest == anchor.latest:
        return (Because("anchor", f"{what} {'at ' if name is None else ''}{first}{entered}.", None, anchor.latest),)
    text = (
        f"{'The start' if name is None else name} is known only to the {anchor.precision}: work is planned from its first instant, "
        "lateness is judged from its last, and between the two nothing is called late."
    )
    return (
        Because("anchor", f"{what} between {first} and {late.says_when(anchor.latest)}{entered}.", None, anchor.latest),
        Because("anchor_precision", text, None, anchor.earliest),
    )


def _coverage(early: Start, late: Start, closed: Calendar, due_at: datetime) -> tuple[Because, ...]:
    """What to know about the calendar where the period leaves the years it speaks of with authority."""
    end = (due_at - _INSTANT).astimezone(late.tz).year
    covered = closed.coverage(min(early.day.year, end), max(late.day.year, end))
    return tuple(Because(code, text) for code, text in covered)


def _closing(rule: Rule, tz: Zone, target_at: datetime, due_at: datetime, disputed: bool) -> tuple[Because, ...]:
    strict = Because("strict", f"Strictest reading, to plan with: {spoken(target_at, tz)}.", None, target_at)
    if rule.ending == "opening":
        said = Because("opens", f"Lawful from {spoken(due_at, tz)} and not before: this is an earliest instant, not a limit.", None, due_at)
        return (said,)
    last_day = " Counted backwards: after it the event is too near." if rule.ending == "last_day" else ""
    text = f"Due by {spoken_limit(due_at, tz)}; at that instant it is still in time.{last_day}"
    lines = (strict, Because("due", text, None, due_at))
    if not disputed:
        return lines
    text = "This reading is disputed; plan with the strict one and let a lawyer decide on this one."
    return (*lines, Because("disputed", text))
