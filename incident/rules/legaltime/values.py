"""The values of legal time: moments as somebody knows them, periods, places and dated deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

Precision = Literal["exact", "hour", "day", "month", "year"]
Unit = Literal["min", "h", "d", "bd", "w", "mo", "y"]


class Basis(StrEnum):
    """What a deadline rests on."""

    STATUTE = "statute"
    COURT = "court"
    GUIDANCE = "guidance"
    CONTRACT = "contract"
    DISPUTED = "disputed"
    PLANNING = "planning"


@dataclass(frozen=True, slots=True)
class Because:
    """One line of a derivation: a stable code, a sentence for people, the provision, the instant it speaks of."""

    code: str
    text: str
    cite: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as somebody knows it: between `earliest` and `latest` (both UTC, equal when exact), as entered beside."""

    earliest: datetime
    latest: datetime
    precision: Precision = "exact"
    text: str | None = None
    zone: str | None = None
    fold: int | None = None

    @classmethod
    def exactly(cls, at: datetime) -> Moment:
        """A moment known to the instant."""
        return cls(at, at)


@dataclass(frozen=True, slots=True)
class Period:
    """`n` units counted by the named rule. `at` is a local cut-off such as `17:30`; `options` are the rule's own flags."""

    n: int
    unit: Unit
    rule: str
    at: str | None = None
    options: Mapping[str, bool] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Over the values of its options too, which have no hash of their own."""
        return hash((self.n, self.unit, self.rule, self.at, frozenset(self.options.items())))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a period is counted: an IANA zone and a calendar id such as `EE:public`, `US:government` or `none`."""

    zone: str
    calendar: str = "none"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`target_at` is what to work to, `due_at` the latest lawful instant; `target_at <= due_at` always. Both UTC."""

    target_at: datetime
    due_at: datetime
    basis: Basis
    because: tuple[Because, ...]
    rule_version: str
    calendar_version: str
    tzdata_version: str
