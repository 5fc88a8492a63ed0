"""Which of two periods ends earlier from the same start: always, sometimes or never, with the start that shows it.

Elapsed time ends at a constant distance from its start; days, business days and months end at an instant that depends on the
local day of the start alone. So between two local midnights the distance of two ends is smallest and largest at the edges, and
trying the first and the last instant of every local day of the term tries them all. The ends are those of `legaltime`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from incident.rules.commitment import Counting
from incident.rules.legaltime import Basis, Calendar, CalendarRefused, Moment, Period, TimeRefused, Zone, calendar, dated, zone
from incident.rules.legaltime.dating import YEARS
from incident.rules.legaltime.zones import at_wall
from incident.rules.terms.effort import Effort

_INSTANT = timedelta(microseconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
_A_DAY = 90  # steps of effort to count a period from one day, against one test of a fact
_ELAPSED = "elapsed_hours"
_BY_DAY = ("calendar_days", "business_days", "calendar_months")
_NEXT_HOUR, _EU_MONTHS = "eu1182_hours", "eu1182_months"
"""Rules of laws that are not tried day by day, and of which it is known between which lengths they lie."""
LONGEST = timedelta(days=3660)
"""How far an agreement without an end, or with a distant one, is looked at."""
CLOCKS_SINCE = 2012
CLOCKS_MOVE = timedelta(hours=4)
"""Since that year no zone has shown, at two instants, offsets from UTC that are further apart; before it one left out a day."""

How = Literal["always", "sometimes", "never"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A period and how it is counted."""

    period: Period
    counting: Counting


@dataclass(frozen=True, slots=True)
class Witness:
    """A start (UTC) with the old and the new end."""

    start: datetime
    old: datetime
    new: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """`how` often the new period is stricter, which means that it ends earlier. None: not compared, `because` says why.

    `earlier`, `later`: a start from which the new end is earlier, later; None where there is no such start or none is needed to see it.
    `supposing`: the place that was supposed where the document leaves it to the case; then the answer holds for that place alone.
    """

    how: How | None
    later_too: bool = False
    because: str = ""
    earlier: Witness | None = None
    later: Witness | None = None
    supposing: str | None = None


def compared(old: Counted, new: Counted, term: tuple[datetime, datetime | None], home: str, effort: Effort) -> Compared:
    """Compare two periods from every start in `term` (UTC; ten years at most), for the clocks of `home` where a role decides."""
    if any(each.period.rule not in (_ELAPSED, *_BY_DAY) for each in (old, new)):
        return by_length(old.period, new.period, term[0]) or Compared(None, because="the two are counted by rules that cannot be compared")
    if (plain := _plainly(old, new)) is not None:
        return plain
    if not YEARS.start < term[0].year < YEARS.stop - LONGEST.days // 365:
        return Compared(None, because=f"the term begins in a year in which nothing is counted here ({term[0].year})")
    if (apart := _apart(old.period, new.period, term[0])) is not None and _supposed(old, new, home) is not None:
        return apart
    starts, ends = term[0], min(term[1] or datetime.max.replace(tzinfo=UTC), _capped(term[0]))
    if ends <= starts or not effort.spend(((ends - starts).days + 1) * sum(map(_steps, (old.period, new.period)))):
        return Compared(None, because="the term is too long to try every day of it beside the other changes")
    try:
        return _tried((_Side.of(old, home), _Side.of(new, home)), starts, ends, home, _supposed(old, new, home))
    except (CalendarRefused, TimeRefused) as refused:
        return Compared(None, because=f"it cannot be counted here: {refused}")


def _steps(period: Period) -> int:
    """For one day of the term. Business days are counted one by one; elapsed time is only added."""
    if period.rule == _ELAPSED:
        return 1
    return _A_DAY * (1 + (period.n // 20 if period.unit == "bd" else 0))


def _capped(start: datetime) -> datetime:
    return start + LONGEST if start < datetime.max.replace(tzinfo=UTC) - LONGEST else start


def _plainly(old: Counted, new: Counted) -> Compared | None:
    """What holds anywhere and needs no trying: more of the same unit ends later, and so does a later cut-off."""
    if old.period.rule == new.period.rule == _ELAPSED:
        return _ordered(_minutes(new.period), _minutes(old.period))
    if old.period.rule != new.period.rule or _place(old) != _place(new):
        return None
    if old.period.at == new.period.at:
        return _ordered(new.period.n, old.period.n)
    if old.period.n == new.period.n:
        return _ordered(_cut_off(new.period), _cut_off(old.period))
    return None


def _apart(old: Period, new: Period, since: datetime) -> Compared | None:
    """Whether the one is over wherever it is counted before the other can be."""
    if since.year < CLOCKS_SINCE:
        return None
    (old_least, old_most), (new_least, new_most) = _bounds(old), _bounds(new)
    if new_most is not None and new_most < old_least:
        return Compared("always", because="it ends earlier from every start, wherever it is counted")
    if old_most is not None and old_most < new_least:
        return Compared("never", later_too=True, because="it ends later from every start, wherever it is counted")
    return None


def by_length(old: Period, new: Period, since: datetime) -> Compared | None:
    """What holds from every start after `since`, wherever the two are counted, if their lengths alone decide it; costs no effort."""
    known = (_ELAPSED, *_BY_DAY, _NEXT_HOUR, _EU_MONTHS)
    return _apart(old, new, since) if all(each.rule in known and not any(each.options.values()) for each in (old, new)) else None


def _bounds(period: Period) -> tuple[timedelta, timedelta | None]:
    """The least and the most that a period lasts by the clocks and calendars of any place; None: holidays can prolong it without limit."""
    if period.rule == _ELAPSED:
        span = timedelta(minutes=_minutes(period))
        return span, span
    if period.rule == _NEXT_HOUR:
        return timedelta(hours=period.n), timedelta(hours=period.n + 1)
    if period.rule == _EU_MONTHS:  # an end on a closed day moves on, past as many as there are
        return timedelta(days=28 * period.n) - CLOCKS_MOVE, None
    if period.unit == "mo":
        return timedelta(days=28 * period.n) - CLOCKS_MOVE, timedelta(days=31 * period.n + 1) + CLOCKS_MOVE
    # From the end of the day of the start to the end of the Nth day after it; with a cut-off, to that time of it.
    least = timedelta(days=period.n - 1, minutes=_cut_off(period)) - CLOCKS_MOVE
    return least, None if period.unit == "bd" else timedelta(days=period.n + 1) + CLOCKS_MOVE


def _place(counted: Counted) -> tuple[str, str]:
    """Where it is counted, as far as its rule asks."""
    counting = counted.counting
    return counting.zone_of, counting.calendar_of if counted.period.rule == "business_days" else ""


def _ordered(new: int, old: int) -> Compared:
    if new == old:
        return Compared("never", because="it ends at the same instant")
    if new < old:
        return Compared("always", because="it ends earlier from every start")
    return Compared("never", later_too=True, because="it ends later from every start")


def _cut_off(period: Period) -> int:
    """Minutes of the day; without a cut-off its end."""
    hours, _, minutes = (period.at or "24:00").partition(":")
    return int(hours) * 60 + int(minutes)


def _minutes(period: Period) -> int:
    return period.n * (60 if period.unit == "h" else 1)


def _supposed(old: Counted, new: Counted, home: str) -> str | None:
    zones = {each.counting.zone_of for each in (old, new) if each.period.rule != _ELAPSED}
    calendars = {each.counting.calendar_of for each in (old, new) if each.period.rule == "business_days"}
    parts = [f"the clocks of {home}"] if any(not each.startswith("fixed:") for each in zones) else []
    parts += ["weekends and no holidays"] if any(not each.startswith("fixed:") for each in calendars) else []
    return " and ".join(parts) or None


@dataclass(slots=True)
class _Side:
    """One period at its place, with the end that was last asked for."""

    period: Period
    tz: Zone
    closed: Calendar
    span: timedelta | None
    day: date | None = None
    end: datetime = _NEVER

    @classmethod
    def of(cls, counted: Counted, home: str) -> _Side:
        where, closed = counted.counting.zone_of, counted.counting.calendar_of
        tz = zone(where.removeprefix("fixed:") if where.startswith("fixed:") else home)
        days = calendar(closed.removeprefix("fixed:") if closed.startswith("fixed:") else "weekend")
        span = timedelta(minutes=_minutes(counted.period)) if counted.period.rule == _ELAPSED else None
        return cls(counted.period, tz, days, span)

    def due(self, start: datetime) -> datetime:
        """The end from that start; the same for the whole of a local day where the rule looks at the day alone."""
        if self.span is not None:
            return start + self.span
        day = start.astimezone(self.tz).date()
        if day != self.day:
            anchor = Moment.exactly(start)
            self.day, self.end = day, dated(self.period, anchor, self.tz, self.closed, basis=Basis.PLANNING, cite=None).due_at
        return self.end


def _tried(sides: tuple[_Side, _Side], starts: datetime, ends: datetime, home: str, supposing: str | None) -> Compared:
    old, new = sides
    earlier: Witness | None = None
    later: Witness | None = None
    always = True
    for start in _edges(starts, ends, {old.tz.key: old.tz, new.tz.key: new.tz}.values()):
        at = Witness(start, old.due(start), new.due(start))
        always = always and at.new < at.old
        earlier = at if at.new < at.old and earlier is None else earlier
        later = at if at.new > at.old and later is None else later
    how: How = "never" if earlier is None else "always" if always else "sometimes"
    first, last = (each.astimezone(zone(home)).date() for each in (starts, ends - _INSTANT))
    said = f"from {first} to {last} it {'is' if how != 'sometimes' else 'is only'} {how} stricter"
    return Compared(how, later is not None, said, earlier, later, supposing)


def _edges(starts: datetime, ends: datetime, zones: Iterable[Zone]) -> Iterator[datetime]:
    """The first and the last instant of every local day in the term, by the clocks of each zone, in order."""
    places = list(zones)
    yield starts
    day = starts.date() - timedelta(days=1)
    while day <= ends.date() + timedelta(days=1):
        for edge in sorted(at_wall(datetime.combine(day, time()), tz) for tz in places):
            if starts < edge < ends:
                yield edge - _INSTANT
                yield edge
        day += timedelta(days=1)
    yield ends - _INSTANT
