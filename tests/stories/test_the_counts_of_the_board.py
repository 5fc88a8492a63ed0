"""How many lines stand in each group of urgency, beside the lines themselves."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from incident import board
from tests.world import World


@pytest.mark.parametrize("hours", [0, 22.5, 26, 71.2, 24 * 40])
def test_the_counts_of_the_board_are_those_of_its_lines(world: World, hours: float) -> None:
    world.files()
    world.files(reference="EE-2", aware_at=None)
    world.forward(hours=hours)
    with world.work("cert-ee") as work:
        found = board.lines(work, limit=500)
    assert found["next"] is None
    assert +Counter(found["counts"]) == Counter(group(each, world.now) for each in found["lines"])


def group(line: dict[str, Any], now: datetime) -> str:
    """By the instant that is waited for: the target while it is ahead, then the due instant."""
    target, due = (None if line[name] is None else datetime.fromisoformat(line[name]) for name in ("target_at", "due_at"))
    at = target if target is None or target >= now else due
    if at is None or (at < now and (line["predicted"] or line["provisional"])):
        return "none"
    if at < now:
        return "overdue"
    return "hour" if at - now < timedelta(hours=1) else "day" if at - now < timedelta(hours=24) else "later"
