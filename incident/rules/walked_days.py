"""Day by day, what a period made of each one: which counted, which were passed over, which were closed and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from incident.rules.legaltime.calendars import Calendar
from incident.rules.legaltime.values import Deadline, Period
from incident.rules.legaltime.zones import Zone, weekday

How = Literal["event", "counted", "skipped", "last"]
_INSTANT = timedelta(microseconds=1)
_SHORT = 5  # CPR 2.8(4): in a period of five days or less, closed days do not count
_IN_HOURS = ("min", "h")
_ENDS = frozenset({"counted", "clamped", "capped", "classified_late", "not_classified", "awareness_unknown"})
"""The lines of a derivation that say where the counting itself ended, before anything was moved."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the walk. `closed` says why the place is closed on it; `named` that this is more than a weekend."""

    on: date
    how: How
    closed: str | None
    named: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """A period as days: from `event` to `last`, which lies before it where is counted backwards."""

    event: date
    last: date
    nominal: date
    skips: bool
    excluded: bool
    from_year_end: bool
    calendar: Calendar

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last of its days."""
        return min(self.event, self.last), max(self.event, self.last)

    def day(self, on: date) -> Day | None:
        """What became of that day; None outside the walk."""
        first, final = self.span
        if not first <= on <= final:
            return None
        why = self.calendar.closed(on)
        return Day(on, self._how(on, why), why, why is not None and why != weekday(on))

    def _how(self, on: date, why: str | None) -> How:
        if on == self.last:
            return "last"
        if on == self.event:
            return "event" if self.excluded else "counted"
        if self.from_year_end and on.year == self.event.year:
            return "skipped"
        if self.skips or (self.last > self.nominal and on > self.nominal):
            return "skipped" if why else "counted"
        return "counted"


def walk(period: Period, start: datetime, deadline: Deadline, tz: Zone, closed: Calendar, *, opening: bool = False) -> Walk:
    """The days of `period` from `start` to the latest lawful instant; `opening` where that is the first lawful one."""
    event = start.astimezone(tz).date()
    due = deadline.due_at if opening else deadline.due_at - _INSTANT
    ends = [line.at for line in deadline.because if line.code in _ENDS and line.at is not None]
    last = due.astimezone(tz).date()
    nominal = (ends[-1] - _INSTANT).astimezone(tz).date() if ends else last
    return Walk(
        event=event,
        last=last,
        nominal=nominal,
        skips=period.unit == "bd" or (period.rule.startswith("cpr_") and period.n <= _SHORT),
        excluded=period.unit not in _IN_HOURS and not period.options.get("count_first", False),
        from_year_end=period.rule == "days_after_year_end",
        calendar=closed,
    )
