"""Times in which a clock stood still, and what they do to its instants.

A pause that may last for so long and no longer is known to its end from the beginning: its instants are those that it has if
nobody resumes it, so that nothing must happen for the clock to run again. One without a limit leaves the clock without instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Pause:
    """From `since`; until it was resumed, and never beyond `ends_at` (None: without a limit)."""

    since: datetime
    ends_at: datetime | None = None
    resumed_at: datetime | None = None
    ground: str = ""
    cite: str = ""

    @property
    def until(self) -> datetime | None:
        """When the clock ran again, or at the latest runs again; None while nobody can say."""
        return min((at for at in (self.ends_at, self.resumed_at) if at), default=None)

    def stands(self, now: datetime) -> bool:
        """Whether the clock stands still at `now`."""
        return self.since <= now and (self.until is None or now < self.until)


def pauses_of(acts: Iterable[tuple[str, datetime, Mapping[str, Any]]]) -> tuple[Pause, ...]:
    """The pauses that these acts made, each its kind, when it was recorded, and its detail; oldest first.

    What was paused after its due instant stands beside the miss, and is none here.
    """
    found: list[Pause] = []
    for kind, recorded_at, detail in acts:
        if kind == "paused" and not detail["after_the_due_instant"]:
            ends_at = detail["ends_at"]
            found.append(Pause(recorded_at, datetime.fromisoformat(ends_at) if ends_at else None, None, detail["ground"], detail["clause"]))
        elif kind == "resumed" and found:
            found[-1] = replace(found[-1], resumed_at=recorded_at)
    return tuple(found)


def standing_still(pauses: Iterable[Pause], target_at: datetime | None, due_at: datetime | None) -> tuple[datetime | None, datetime | None]:
    """`target_at` and `due_at`, each later by the time that the clock stood still before it came.

    A pause that began after an instant does not move it. Both are None while a pause without a limit keeps the due instant open.
    """
    found = sorted(pauses, key=lambda each: each.since)
    due = _moved(found, due_at)
    return (_moved(found, target_at), due) if due or due_at is None else (None, None)


def stood(pauses: Iterable[Pause], now: datetime) -> timedelta:
    """How long the clock has stood still up to `now`, all pauses together."""
    return sum((max(min(each.until or now, now) - each.since, timedelta()) for each in pauses), timedelta())


def _moved(pauses: list[Pause], at: datetime | None) -> datetime | None:
    for each in pauses:
        if at is None or each.since > at:
            return at
        at = None if each.until is None else at + (each.until - each.since)
    return at
