"""What a preview says beside what stands: which clocks start, move or end, and who would be told something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from web.page_context import Json, awaited, instant

_GONE = ("lapsed", "superseded")


@dataclass(frozen=True, slots=True)
class Clock:
    """One obligation that would stand. `how`: `new`, `moved` (then `was` is its instant so far) or `same`."""

    obligation: Json
    how: str
    was: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What sending would do. `ends` are obligations that stand now and would not; `notices` those that would be new."""

    clocks: Sequence[Clock]
    ends: Sequence[Json]
    notices: Sequence[Json]

    @property
    def numbered(self) -> int:
        """How many of its clocks have a number."""
        return sum(1 for each in self.clocks if each.obligation["due_at"])

    def count(self, how: str) -> int:
        """How many of its clocks are new, moved or the same."""
        return sum(1 for each in self.clocks if each.how == how)


def outlook(preview: Json, found: Json | None, now: datetime) -> Outlook:
    """The preview, compared with the case as it stands where there is one; soonest first, duties without a number last."""
    standing = {_key(each): each for each in (found["obligations"] if found else []) if not each["superseded_by"]}
    live = [each for each in preview["obligations"] if not each["superseded_by"] and each["verdict"] not in _GONE]
    clocks = [_clock(each, standing.get(_key(each))) for each in sorted(live, key=lambda each: str(awaited(each, now) or "9"))]
    kept = {_key(each) for each in live}
    ends = [each for key, each in standing.items() if key not in kept and each["verdict"] not in _GONE]
    told = {each["id"] for each in (found["notices"] if found else [])}
    return Outlook(clocks, ends, [each for each in preview["notices"] if each["id"] not in told])


def _key(obligation: Json) -> tuple[object, ...]:
    """What stays the same when an obligation is dated anew by a correction."""
    source = (obligation["source"]["name"], obligation["commitment"])
    return (*source, *(obligation[name] for name in ("owed_by", "owed_to", "owed_to_role", "occurrence", "reading")))


def _clock(obligation: Json, before: Json | None) -> Clock:
    if before is None:
        return Clock(obligation, "new", None)
    if before["due_at"] == obligation["due_at"]:
        return Clock(obligation, "same", None)
    return Clock(obligation, "moved", instant(before["due_at"]))
