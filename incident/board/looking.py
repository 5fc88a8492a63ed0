"""How punctually this node looked at its clocks: for each step when, and how late because of us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers

Row = sa.Row[Any]

PUNCTUAL = timedelta(seconds=5)
"""The period of the safety net: a look within it is said in seconds, a later one to be late because of us."""


def looks_by_obligation(firings: Iterable[Row]) -> dict[UUID, list[answers.Json]]:
    """`[{step, look_at, fired_at, late_seconds, text}]` of each obligation, in the order of `firings`."""
    found: dict[UUID, list[answers.Json]] = {}
    for row in firings:
        late = row.fired_at - row.look_at
        found.setdefault(row.obligation_id, []).append(
            {
                "step": row.step,
                "look_at": answers.at(row.look_at),
                "fired_at": answers.at(row.fired_at),
                "late_seconds": round(late.total_seconds(), 3),
                "text": sentence(late),
            }
        )
    return found


def sentence(late: timedelta) -> str:
    """Our lateness for people."""
    if late <= PUNCTUAL:
        return f"We looked {late.total_seconds():.3f} s after the instant."
    return f"Late by {lasting(late)} because of us."


def lasting(span: timedelta) -> str:
    """A span in its two largest units: `3 h 12 min`, `41 s`."""
    seconds = int(span.total_seconds())
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((i for i, (n, _) in enumerate(parts) if n), len(parts) - 1)
    return " ".join(f"{n} {unit}" for n, unit in parts[first : first + 2] if n) or "0 s"
