"""Typical cases in the what-if panel: which there are, when each happens of itself, by whom it is played, and what came of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache

from incident.rules import typical
from web.page_context import Json

ALL = "all"
BECAUSE = {
    "itself": "", "known": "because of what is known of it", "by_name": "because of a word in its name",
    "in_order": "because that part was open and nothing is known of it", "left_over": "because no part was open",
}  # fmt: skip
"""Why a party of the document plays its part."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A typical case that can be chosen. It happens of itself at `minute` of `hour`, counted from `monday`, by the clocks of `zone`."""

    id: str
    title: str
    purpose: str
    zone: str
    monday: date
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Line:
    """A typical case, or what was found out in it later, in the table of all: how many clocks change in which way."""

    case: Json
    changes: Mapping[str, int]
    conflicts: int


@cache
def choices() -> Sequence[Choice]:
    """Every case of the library, in its order."""
    return [_choice(each) for each in typical.cases()]


def _choice(each: typical.Typical) -> Choice:
    clock = time.fromisoformat(each.clock)
    zone = typical.troupe().deployments[each.deployment].operator.zone
    return Choice(each.id, each.title, each.purpose, zone, each.week_of, each.weekday * 24 + clock.hour, clock.minute)


def chosen(name: str) -> Choice | None:
    """The one of that id."""
    return next((each for each in choices() if each.id == name), None)


def country(case: Json, deployments: Sequence[Json]) -> str:
    """Where the case happens: in a deployment of the node, or of the invented cast."""
    if case["typical"]["by"] == "own":
        return str(next(each["jurisdiction"] for each in deployments if each["slug"] == case["deployment"]))
    return typical.troupe().deployments[case["deployment"]].jurisdiction


def cast(parties: Mapping[str, Json]) -> dict[str, Json]:
    """Everybody who may play: the parties of the node, and the invented ones of other names."""
    return {each.slug: {"name": each.name, "zone": each.zone} for each in typical.troupe().parties} | dict(parties)


def lines(answer: Json) -> list[Line]:
    """All of them, for the table."""
    return [_line(each) for each in answer["cases"]]


def _line(case: Json) -> Line:
    found = [each["change"] for each in case["clocks"]]
    changes = {name: found.count(name) for name in ("added", "gone", "earlier", "later", "other") if name in found}
    return Line(case, changes, sum(each["new"] for each in case["conflicts"]))
