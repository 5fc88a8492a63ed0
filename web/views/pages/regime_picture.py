"""The picture of who must be told by when: one row per law, a mark per stage, on an axis from 30 minutes to one year."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from web import law_words

Json = Mapping[str, Any]

SHORTEST, LONGEST = 0.5, 8760.0  # hours
TICKS = (
    (0.5, "30 min"), (1, "1 h"), (4, "4 h"), (12, "12 h"), (24, "24 h"), (72, "72 h"), (168, "7 d"), (360, "15 d"), (730, "1 mo"),
    (2190, "3 mo"), (8760, "1 y"),
)  # fmt: skip
_FEW = ("1 h", "4 h", "24 h", "7 d", "1 mo", "1 y")
_HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0, "bd": 24 * 7 / 5, "w": 168.0, "mo": 730.0, "y": 8760.0}
_AUTHORITIES = ("authority", "home_authority", "competent", "home_cert", "affected_certs", "affected_spocs")


@dataclass(frozen=True, slots=True)
class Form:
    """How a drawing is laid out: the axis between `left` and `right`, letters and marks in percent of the width, rows in units.

    A narrow one has the name above its line; `name` and `line` are their heights within the row, `no` the place of what has no number.
    """

    left: float
    right: float
    letter: float
    mark: float
    row: int
    line: int
    no: tuple[float, int]
    ticks: tuple[tuple[float, str], ...]
    letters: int

    def at(self, hours: float) -> float:
        """Hours from the start as percent of the width, on a logarithmic scale."""
        bounded = min(max(hours, SHORTEST), LONGEST)
        return round(self.left + (self.right - self.left) * math.log(bounded / SHORTEST) / math.log(LONGEST / SHORTEST), 2)


WIDE = Form(36.0, 97.0, 0.62, 1.25, 44, 21, (31.0, 21), TICKS, 38)
NARROW = Form(4.0, 94.0, 1.95, 4.0, 60, 37, (95.0, 13), tuple(each for each in TICKS if each[1] in _FEW), 36)


@dataclass(slots=True)
class Mark:
    """One instant of a row, in percent: `shape` says who is told (authority, people, party) or that an authority acts (own).

    `chained`: it runs from an earlier stage, and is drawn where it falls if each is used in full. `below`: its label stands there.
    """

    x: float
    shape: str
    label: str
    titles: list[str]
    chained: bool
    hollow: bool
    below: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One law: its marks from the left, and the duties that have no number."""

    regime: Json
    marks: Sequence[Mark]
    undated: Sequence[str]
    top: int

    @property
    def last(self) -> float:
        """Where its last mark stands."""
        return self.marks[-1].x if self.marks else 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing: its rows from the top, and its form."""

    rows: Sequence[Row]
    form: Form

    @property
    def ticks(self) -> Sequence[tuple[float, str]]:
        """Where the ticks of the axis stand, in percent, and what they say."""
        return [(self.form.at(hours), label) for hours, label in self.form.ticks]

    @property
    def height(self) -> int:
        """Of all rows."""
        return len(self.rows) * self.form.row + 8


def picture(laws: Iterable[Json], starts: Mapping[str, bool], form: Form = WIDE) -> Picture:
    """The drawing of these laws, the one that asks first at the top; `starts` says of which the clocks start by themselves."""
    rows = [(each, *_marks(each, starts.get(each["id"], True), form)) for each in laws]
    rows.sort(key=lambda row: (row[1][0].x if row[1] else 100.0, row[0]["id"]))
    return Picture([Row(each, marks, undated, place * form.row + 4) for place, (each, marks, undated) in enumerate(rows)], form)


def hours_of(stage: Json, stages: Sequence[Json], seen: tuple[str, ...] = ()) -> float | None:
    """Its length counted from where the law's first clock starts: a stage that runs from another comes after it. None: no number."""
    if stage["period"] is None or stage["id"] in seen:
        return None
    own: float = stage["period"]["n"] * _HOURS[stage["period"]["unit"]]
    names = {each["name"] for each in stage["anchors"] if each["kind"] in ("after", "receipt")}
    before = [hours_of(each, stages, (*seen, stage["id"])) for each in stages if names & {each["id"], each["filed_as"]}]
    return own + max((each for each in before if each is not None), default=0.0)


def _marks(law: Json, starts: bool, form: Form) -> tuple[list[Mark], list[str]]:
    made: dict[tuple[float, str], Mark] = {}
    undated: list[str] = []
    for stage in law["stages"]:
        hours = hours_of(stage, law["stages"])
        if stage["kind"] != "deadline":
            continue
        if hours is None:
            undated.append(stage["title"])
            continue
        mark = _mark(stage, hours, form, hollow=not starts or bool(stage["unarmed_because"]))
        known = made.setdefault((mark.x, mark.shape), mark)
        if known is not mark:
            known.titles += mark.titles
            known.hollow = known.hollow and mark.hollow
    marks = sorted(made.values(), key=lambda mark: mark.x)
    _apart(marks, form)
    _place_labels(marks, form)
    return marks, undated


def _mark(stage: Json, hours: float, form: Form, *, hollow: bool) -> Mark:
    chained = any(each["kind"] in ("after", "receipt") for each in stage["anchors"])
    role = str(stage["owed_by"]).partition(":")[0]
    receiver = "people" if stage["addressed_to"] else str(stage["owed_to"]).partition(":")[0]
    shape = "own" if role in _AUTHORITIES else "authority" if receiver in _AUTHORITIES else "people" if receiver == "people" else "party"
    label = ("+" if chained else "") + law_words.short(stage["period"]) + (" ›" if hours > LONGEST else "")
    title = f"{stage['title']}: {law_words.amount(stage['period'])} from {law_words.starts(stage)}, to {law_words.told(stage)}"
    return Mark(form.at(hours), shape, label, [f"{title} ({stage['period_cite']})"], chained, hollow)


def _apart(marks: Sequence[Mark], form: Form) -> None:
    """Marks that would cover each other stand side by side."""
    for before, mark in pairwise(marks):
        mark.x = round(max(mark.x, before.x + form.mark), 2)


def _place_labels(marks: Sequence[Mark], form: Form) -> None:
    """Above where there is room, else below; a label for which neither has room is left to the title of its mark."""
    ends = {False: 0.0, True: 0.0}
    for mark in marks:
        half = form.letter * len(mark.label) / 2
        for below in (False, True):
            if ends[below] < mark.x - half:
                mark.below, ends[below] = below, mark.x + half + 0.5
                break
        else:
            mark.label = ""
