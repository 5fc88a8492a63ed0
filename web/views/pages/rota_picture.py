"""The two weeks of a rota as bars, one row a day of the party's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from incident.rules.legaltime import TimeRefused, zone
from incident.rules.legaltime.zones import day_start

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch on one day, in percent of it; `why` is None where somebody is reached."""

    x: float
    width: float
    contact: str
    why: str | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day, from midnight to midnight by the clocks of the place, however long that is."""

    label: str
    bars: list[Bar] = field(default_factory=list)


def picture(ahead: Sequence[dict[str, Any]], place_name: str) -> list[Day]:
    """The rows of the drawing."""
    if not ahead:
        return []
    try:
        place = zone(place_name)
    except TimeRefused:
        place = zone("UTC")
    spans = [(datetime.fromisoformat(each["since"]), datetime.fromisoformat(each["until"]), each) for each in ahead]
    day, last, days = spans[0][0].astimezone(place).date(), spans[-1][1], []
    while (begins := day_start(day, place)) < last:
        ends = day_start(day + _DAY, place)
        made = Day(f"{day:%a %d %b}")
        for since, until, each in spans:
            start, end = max(since, begins), min(until, ends)
            if start < end:
                x, width = (round(100 * part / (ends - begins), 3) for part in (start - begins, end - start))
                made.bars.append(Bar(x, width, each["contact"], each["why"], start, end))
        days.append(made)
        day += _DAY
    return days
