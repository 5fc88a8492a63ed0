"""What a counting rule is given and gives, and the steps that rules share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from incident.rules.legaltime.calendars import Calendar, CalendarRefused
from incident.rules.legaltime.values import Because, Unit
from incident.rules.legaltime.zones import Zone, at_wall, day_end, spoken, spoken_day

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_SEARCH = 370
_LONGEST_RUN = 16
_SPOKEN: Mapping[Unit, tuple[str, str]] = {
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "d": ("day", "days"),
    "bd": ("working day", "working days"),
    "w": ("week", "weeks"),
    "mo": ("month", "months"),
    "y": ("year", "years"),
}


@dataclass(frozen=True, slots=True)
class Start:
    """Everything a counting rule may look at: from when (UTC), how much, and where.

    `anchors` holds what is known of the anchors of a rule that has several, by name; `at` is the first of them. `local` and
    `day` are the start on the clocks and the calendar of the place.
    """

    at: datetime
    n: int
    unit: Unit
    tz: Zone
    calendar: Calendar
    cut_off: time | None = None
    options: Mapping[str, bool] = field(default_factory=dict)
    anchors: Mapping[str, datetime] = field(default_factory=dict)
    local: datetime = field(init=False, repr=False, compare=False)
    day: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look at the clocks of the place once."""
        object.__setattr__(self, "local", self.at.astimezone(self.tz))
        object.__setattr__(self, "day", self.local.date())

    @property
    def amount(self) -> str:
        """Such as `72 hours`."""
        return spoken_amount(self.n, self.unit)

    def since(self, at: datetime) -> Start:
        """The same period from another instant."""
        return replace(self, at=at)

    def has(self, option: str) -> bool:
        """Whether the period carries that flag."""
        return self.options.get(option, False)

    def at_same_clock(self, day: date) -> datetime:
        """The instant of `day` at the time of day of the start."""
        return at_wall(datetime.combine(day, self.local.time()), self.tz)

    def says(self, code: str, text: str, cite: str | None = None, at: datetime | None = None) -> Because:
        """A line of the derivation."""
        return Because(code, text, cite, at)

    def says_when(self, at: datetime) -> str:
        """`at` for people, on the clocks of the place."""
        return spoken(at, self.tz)


@dataclass(frozen=True, slots=True)
class Counted:
    """The legal end of a period (UTC) and the steps that led there."""

    due_at: datetime
    because: tuple[Because, ...]


def spoken_amount(n: int, unit: Unit) -> str:
    """Such as `1 month` or `72 hours`."""
    return f"{n} {_SPOKEN[unit][0 if n == 1 else 1]}"


def add_months(day: date, months: int) -> date:
    """The same date `months` later; the last of that month where it has no such date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def nth_open(day: date, n: int, closed: Calendar) -> tuple[date, ...]:
    """The first `n` working days after `day`."""
    found: list[date] = []
    while len(found) < n:
        day = closed.next_open(day + timedelta(days=1))
        found.append(day)
    return tuple(found)


def nth_open_before(day: date, n: int, closed: Calendar) -> tuple[date, ...]:
    """The last `n` working days before `day`, the nearest first.

    Raises:
        CalendarRefused: when a year passes without one.
    """
    found: list[date] = []
    while len(found) < n:
        day -= _DAY
        for _ in range(_SEARCH):
            if closed.closed(day) is None:
                break
            day -= _DAY
        else:
            raise CalendarRefused(f"The calendar {closed.id!r} has no working day within {_SEARCH} days before {day}.")
        found.append(day)
    return tuple(found)


def strict_span(start: Start) -> datetime:
    """Elapsed time from the start without any roll; months and years to the same time of the same date."""
    match start.unit:
        case "min":
            return start.at + timedelta(minutes=start.n)
        case "h":
            return start.at + timedelta(hours=start.n)
        case "d" | "w":
            return start.at + timedelta(days=start.n * (7 if start.unit == "w" else 1))
        case "bd":
            return start.at_same_clock(nth_open(start.day, start.n, start.calendar)[-1])
        case "mo" | "y":
            return start.at_same_clock(add_months(start.day, start.n * (12 if start.unit == "y" else 1)))


def rolled(start: Start, day: date, cite: str | None) -> tuple[date, tuple[Because, ...]]:
    """`day`, or the next working day when it is closed, with a line that names every closed day passed over."""
    end = start.calendar.next_open(day)
    if end == day:
        return day, ()
    passed = (day + timedelta(days=ahead) for ahead in range((end - day).days))
    reasons = "; ".join(f"{spoken_day(each)} is closed: {start.calendar.closed(each)}" for each in passed)
    text = f"{reasons} ({start.calendar.id}); the period runs on to {spoken_day(end)}."
    return end, (start.says("roll", text, cite, day_end(end, start.tz)),)


def ends(start: Start, day: date, because: tuple[Because, ...]) -> Counted:
    """Counted to 24:00 of `day`."""
    return Counted(day_end(day, start.tz), because)


def last_instants(early: datetime, late: datetime, tz: Zone) -> Iterator[datetime]:
    """The last instant of each local day that ends between the two, the latest first; of at most so many days as a run of
    closed days is long.

    A rule that moves an end off a closed day gives its latest result from just before a midnight, not from the last start.
    """
    day = late.astimezone(tz).date()
    for _ in range(_LONGEST_RUN):
        day -= _DAY
        last = day_end(day, tz) - _INSTANT
        if last < early:
            return
        yield last


def ends_of_days(early: Start, late: Start) -> Iterator[Start]:
    """Starts between the two whose elapsed span ends with a local day."""
    span = strict_span(late) - late.at
    for last in last_instants(early.at + span, late.at + span, late.tz):
        yield late.since(last - span)
