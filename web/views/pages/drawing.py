"""Positions for the server-made drawings: the stretched time axis, the ladder of one incident, deadlines per hour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from web.page_context import HOUR, Json, awaited, instant, state

PAST_HOURS, FUTURE_HOURS = 24.0, 720.0
NOW_AT = 20.0  # percent of the width
TICKS = ((-24, "−1 d"), (0, "now"), (1, "1 h"), (6, "6 h"), (24, "1 d"), (72, "3 d"), (720, "30 d"))
_LADDER_TICKS = (
    (1, "1 h"), (4, "4 h"), (12, "12 h"), (24, "1 d"), (72, "3 d"), (168, "7 d"), (360, "15 d"), (720, "30 d"), (2160, "90 d"),
    (8760, "1 y"),
)  # fmt: skip
LADDER_LEFT, LADDER_WIDTH = 21.0, 75.0  # percent
ROW = 34  # units of height per row of the ladder
LETTER = 0.62  # percent of the width that one letter of a label takes


def axis() -> list[tuple[float, str]]:
    """Where the ticks of a board row stand, and what they say."""
    return [(stretched(hours), label) for hours, label in TICKS]


def stretched(hours: float) -> float:
    """Hours from now as percent of the width: the next hours take most of the room, so that 20 minutes and 30 days share a row."""
    if hours < 0:
        return round(NOW_AT * (1 - math.log1p(2 * min(-hours, PAST_HOURS)) / math.log1p(2 * PAST_HOURS)), 2)
    share = math.log1p(2 * min(hours, FUTURE_HOURS)) / math.log1p(2 * FUTURE_HOURS)
    return round(NOW_AT + (98 - NOW_AT) * share, 2)


def track(line: Json, now: datetime) -> dict[str, float] | None:
    """One board row on the axis: x of start, due and now in percent; None for a duty without a number."""
    due = awaited(line, now)
    if due is None:
        return None
    started = instant(line["started_at"]) or now
    return {"start": stretched((started - now) / HOUR), "due": stretched((due - now) / HOUR), "now": NOW_AT}


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the chart: its UTC clock and how many deadlines fall into it."""

    clock: str
    count: int


def per_hour(lines: Iterable[Json], now: datetime) -> list[Hour]:
    """Deadlines in each of the next 24 hours."""
    counts = [0] * 24
    for line in lines:
        due = awaited(line, now)
        if due is not None and timedelta(0) <= due - now < 24 * HOUR:
            counts[int((due - now) / HOUR)] += 1
    return [Hour(f"{now + index * HOUR:%H:00}", count) for index, count in enumerate(counts)]


@dataclass(frozen=True, slots=True)
class Rung:
    """One obligation on the ladder, in percent: the bar runs from `start` to `used`, the rest to `due`; `mark` bears the label.

    `row` is its line within the lane; `forward`: the label has no room before the mark and is written after it.
    """

    obligation: Json
    state: str
    start: float
    used: float
    due: float
    mark: float
    label: str
    row: int
    forward: bool


@dataclass(slots=True)
class Lane:
    """Who owes whom, with its rungs; `top` is the y of its first row."""

    owed_by: str
    owed_to: str | None
    role: str
    top: int = 0
    rungs: list[Rung] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    def take(self, obligation: Json, how: str, start: float, used: float, due: float) -> None:
        """Put it into the first row where its label has room."""
        label = obligation["title"] if len(obligation["title"]) <= 30 else obligation["title"][:29] + "…"
        mark = used if how == "met" else due
        width = LETTER * len(label) + 1
        forward = mark - width < LADDER_LEFT
        left, right = (mark - 1, mark + width) if forward else (mark - width, mark + 1.2)
        row = next((index for index, end in enumerate(self.ends) if end < left), len(self.ends))
        self.ends[row : row + 1] = [max(right, due + 1.2)]
        self.rungs.append(Rung(obligation, how, start, max(start, used), due, mark, label, row, forward))

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        return max(1, len(self.ends))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The drawing: lanes from the top, `now` and ticks in percent, height in units, and how many duties have no number."""

    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]
    now: float
    height: int
    undated: int


def ladder(obligations: Sequence[Json], now: datetime) -> Ladder | None:
    """The obligations of one incident that have an instant, on a time axis stretched from when the first clock started."""
    dated = [each for each in obligations if awaited(each, now) is not None and each["verdict"] != "superseded"]
    if not dated:
        return None
    origin = min(instant(each["started_at"]) or now for each in dated)
    last = max(max((awaited(each, now) or now) - origin for each in dated), now - origin, 24 * HOUR)
    scale = _Scale(origin, last / HOUR)
    lanes: dict[tuple[str, str | None], Lane] = {}
    for each in sorted(dated, key=lambda one: str(one["due_at"])):
        lane = lanes.setdefault((each["owed_by"], each["owed_to"]), Lane(each["owed_by"], each["owed_to"], each["owed_to_role"]))
        due = awaited(each, now) or now
        lane.take(each, state(each, now), scale.x(instant(each["started_at"]) or origin), scale.x(_used(each, due, now)), scale.x(due))
    top = 30
    for lane in lanes.values():
        lane.top = top
        top += lane.rows * ROW + 14
    ticks = [(scale.x(origin + hours * HOUR), label) for hours, label in _LADDER_TICKS if hours <= scale.hours]
    undated = sum(1 for each in obligations if awaited(each, now) is None and each["verdict"] == "running")
    return Ladder(list(lanes.values()), _apart(ticks), scale.x(now), top, undated)


def _used(obligation: Json, due: datetime, now: datetime) -> datetime:
    """Where its bar ends: when it was settled, else now, and never after the due instant while it is open."""
    return instant(obligation["settled_at"]) or min(now, due)


@dataclass(frozen=True, slots=True)
class _Scale:
    origin: datetime
    hours: float

    def x(self, at: datetime) -> float:
        passed = min(max((at - self.origin) / HOUR, 0.0), self.hours)
        return round(LADDER_LEFT + LADDER_WIDTH * math.log1p(2 * passed) / math.log1p(2 * self.hours), 2)


def _apart(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Without the ticks that would touch the one before."""
    kept: list[tuple[float, str]] = []
    for x, label in ticks:
        if not kept or x - kept[-1][0] >= 5:
            kept.append((x, label))
    return kept


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient of a case: whether anything was released to it, and whether anything still awaits release."""

    to: str
    notices: Sequence[Json]

    @property
    def released(self) -> bool:
        """Whether it was told anything yet."""
        return any(each["released"] for each in self.notices)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the matrix: a cell per recipient (`told`, `partly`, `withheld`, `unasked`) and why it stays, where it does."""

    name: str
    cells: Sequence[str]
    why: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who is told which field of a case."""

    recipients: Sequence[Told]
    fields: Sequence[Field]


def matrix(notices: Sequence[Json]) -> Matrix:
    """Recipients across, fields down. Reminders and the like are left out: they carry nothing of what happened."""
    by_recipient: dict[str, list[Json]] = {}
    names: dict[str, None] = {}
    why: dict[str, str] = {}
    for each in notices:
        if each["cancelled_at"] is not None or each["kind"] not in ("duties", "information", "correction"):
            continue
        by_recipient.setdefault(each["to"], []).append(each)
        names.update(dict.fromkeys(each["items"]))
        for held in each["withheld"]:
            why.setdefault(held["field"], held["why"])
            if held["field"] != "*" and not held["field"].startswith("fact:"):
                names.setdefault(held["field"])
    recipients = [Told(to, found) for to, found in by_recipient.items()]
    return Matrix(recipients, [Field(name, [_cell(each.notices, name) for each in recipients], why.get(name, "")) for name in names])


def _cell(notices: Sequence[Json], name: str) -> str:
    held = {each["field"] for notice in notices for each in notice["withheld"]}
    if any(name in notice["items"] for notice in notices):
        return "partly" if name == "facts" and any(each.startswith("fact:") for each in held) else "told"
    return "withheld" if name in held or "*" in held else "unasked"
