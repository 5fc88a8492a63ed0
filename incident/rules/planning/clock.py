"""One clock: everything that its instants follow from, and the counting of it, in production, in a preview and years later alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from incident.rules.commitment import Combine, Target
from incident.rules.legaltime import dated
from incident.rules.legaltime.calendars import Calendar
from incident.rules.legaltime.values import Basis, Because, Deadline, Moment, Period, Place
from incident.rules.legaltime.zones import Zone


@dataclass(frozen=True, slots=True)
class Clock:
    """A period with the moments that its anchors gave, by name and in the order of the clause, and where it is counted.

    `period` None: the law gives no number. `targets` are those that hold for this debtor.
    """

    period: Period | None
    targets: tuple[Target, ...]
    combine: Combine
    moments: tuple[tuple[str, Moment], ...]
    place: Place
    basis: Basis
    cite: str

    @property
    def starting(self) -> tuple[tuple[str, Moment], ...]:
        """Which of the moments start it; all of them where the counting rule itself combines them."""
        if self.combine == "earliest":
            return (min(self.moments, key=lambda each: each[1].earliest),)
        if self.combine == "latest":
            return (max(self.moments, key=lambda each: each[1].latest),)
        return self.moments if self.combine == "rule" else self.moments[:1]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a clock comes to. `deadline` None: no legal instant; `planned_for` is then what was agreed, if anything was."""

    deadline: Deadline | None
    planned_for: datetime | None
    because: tuple[Because, ...]


def count(clock: Clock, tz: Zone, closed: Calendar, tzdata: str | None = None) -> Counted:
    """The clock, counted in that zone and by that calendar, and by nothing else.

    Raises:
        PeriodRefused, CalendarRefused, TimeRefused: as `legaltime.dated`.
    """
    starting = clock.starting
    first = starting[0][1]
    deadline: Deadline | None = None
    lines: tuple[Because, ...]
    if clock.period is None:
        lines = (Because("no_number", "Without undue delay: the text gives no number, so no instant is due.", clock.cite),)
    else:
        anchor = dict(starting) if clock.combine == "rule" else first
        deadline = dated(clock.period, anchor, tz, closed, basis=clock.basis, cite=clock.cite, tzdata=tzdata)
        lines = deadline.because
    ends = [
        (dated(each.period, first, tz, closed, basis=Basis.PLANNING, cite=each.cite, tzdata=tzdata).due_at, each) for each in clock.targets
    ]
    if not ends:
        return Counted(deadline, None, lines)
    at, target = min(ends, key=lambda pair: pair[0])
    beside = "the legal instant stays as it is" if deadline else "the law gives none"
    lines = (*lines, Because("planned_for", f"To be planned for, which is no legal instant; {beside}.", target.cite, at))
    if deadline is None:
        return Counted(None, at, lines)
    return Counted(replace(deadline, target_at=min(deadline.target_at, at)), None, lines)
