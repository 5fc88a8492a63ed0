"""The two answers of handling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Withheld:
    """What stays: one field, or `*` for the whole notice. `rule` is stable for programs, `why` a sentence for people."""

    field: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Released:
    """What leaves, by field (at least one), as plain values that `incident.canonical` accepts; and what stays."""

    items: Mapping[str, object]
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingLeaves:
    """The whole notice stays: by which rule, and a sentence that says why."""

    rule: str
    why: str

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """The same as one withheld field `*`."""
        return (Withheld(WHOLE, self.rule, self.why),)


Decision = Released | NothingLeaves
