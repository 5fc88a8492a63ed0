"""What a counting rule is given and gives, the registry of rules, and the check that a period can be counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from incident.errors import Refused
from incident.rules.legaltime.calendars import Calendar
from incident.rules.legaltime.values import Because, Period, Unit
from incident.rules.legaltime.zones import at_wall, day_end, spoken, spoken_day

_CENTURY: Mapping[Unit, int] = {
    "min": 52_560_000,
    "h": 876_000,
    "d": 36_500,
    "bd": 26_000,
    "w": 5_200,
    "mo": 1_200,
    "y": 100,
}
_SPOKEN: Mapping[Unit, tuple[str, str]] = {
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "d": ("day", "days"),
    "bd": ("working day", "working days"),
    "w": ("week", "weeks"),
    "mo": ("month", "months"),
    "y": ("year", "years"),
}


class PeriodRefused(Refused, ValueError):
    """A period that cannot be counted. Codes: `unknown_rule`, `wrong_unit`, `not_positive`, `too_long`,
    `unknown_option`, `bad_cut_off`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True, slots=True)
class Start:
    """Everything a counting rule may look at: from when (UTC), how much, and where."""

    at: datetime
    n: int
    unit: Unit
    tz: ZoneInfo
    calendar: Calendar
    cut_off: time | None = None
    options: Mapping[str, bool] = field(default_factory=dict)

    @property
    def local(self) -> datetime:
        """The start on the clocks of the place."""
        return self.at.astimezone(self.tz)

    @property
    def day(self) -> date:
        """The date of the start at the place."""
        return self.local.date()

    @property
    def amount(self) -> str:
        """Such as `72 hours`."""
        return spoken_amount(self.n, self.unit)

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


Count = Callable[[Start], Counted]
Strict = Callable[[Start], datetime]


@dataclass(frozen=True, slots=True)
class Rule:
    """A counting rule. `strict` gives the strictest defensible end, which the caller still bounds by the legal one."""

    name: str
    says: str
    units: tuple[Unit, ...]
    count: Count
    strict: Strict
    cite: str | None
    options: frozenset[str]
    cuts_off: bool
    asks_calendar: Callable[[Mapping[str, bool]], bool]
    disputed_when: str | None
    version: int


_RULES: dict[str, Rule] = {}


def rule(
    name: str,
    says: str,
    units: tuple[Unit, ...],
    strict: Strict,
    *,
    cite: str | None = None,
    options: tuple[str, ...] = (),
    cuts_off: bool = False,
    asks_calendar: bool | str = False,
    disputed_when: str | None = None,
    version: int = 1,
) -> Callable[[Count], Count]:
    """Register the decorated function under `name`. `asks_calendar` names the option under which it asks one."""

    def asks(given: Mapping[str, bool]) -> bool:
        return given.get(asks_calendar, False) if isinstance(asks_calendar, str) else asks_calendar

    def register(count: Count) -> Count:
        if name in _RULES:
            raise ValueError(f"the counting rule {name!r} is registered twice")
        _RULES[name] = Rule(name, says, units, count, strict, cite, frozenset(options), cuts_off, asks, disputed_when, version)
        return count

    return register


def rules() -> Mapping[str, Rule]:
    """Every rule by its name."""
    return MappingProxyType(_RULES)


def find(name: str) -> Rule:
    """The rule of that name.

    Raises:
        PeriodRefused: `unknown_rule`.
    """
    if name not in _RULES:
        raise PeriodRefused("unknown_rule", f"{name!r} is no counting rule; there are: {', '.join(sorted(_RULES))}.")
    return _RULES[name]


def check(period: Period) -> Rule:
    """The rule of `period`, which can be counted with it.

    Raises:
        PeriodRefused: with what is wrong and what the rule accepts.
    """
    found = find(period.rule)
    if period.unit not in found.units:
        accepted = " or ".join(found.units)
        raise PeriodRefused("wrong_unit", f"{found.name} counts in {accepted}, not in {period.unit!r}.")
    if not isinstance(period.n, int) or isinstance(period.n, bool) or period.n <= 0:
        raise PeriodRefused("not_positive", f"A period is a whole number above zero, not {period.n!r}.")
    if period.n > _CENTURY[period.unit]:
        raise PeriodRefused("too_long", f"{spoken_amount(period.n, period.unit)} is more than a century.")
    for option, value in period.options.items():
        if option not in found.options or not isinstance(value, bool):
            known = ", ".join(sorted(found.options)) or "none"
            raise PeriodRefused("unknown_option", f"{found.name} has no flag {option}={value!r}; its flags, true or false: {known}.")
    cut_off(period, found)
    return found


def cut_off(period: Period, found: Rule) -> time | None:
    """The local cut-off of `period` as a time of day.

    Raises:
        PeriodRefused: `bad_cut_off`.
    """
    if period.at is None:
        return None
    if not found.cuts_off:
        raise PeriodRefused("bad_cut_off", f"{found.name} has no local cut-off, but {period.at!r} was given.")
    try:
        clock = time.fromisoformat(period.at)
    except (TypeError, ValueError) as error:
        raise PeriodRefused("bad_cut_off", f"{period.at!r} is no time of day such as 17:30.") from error
    if clock.tzinfo is not None:
        raise PeriodRefused("bad_cut_off", f"{period.at!r} has an offset; a cut-off is on the clocks of the place.")
    return clock


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
