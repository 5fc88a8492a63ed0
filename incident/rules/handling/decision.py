"""The two answers of handling, and what each holds back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Withheld:
    """One field that stays: by which rule, and a sentence that says why."""

    field: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Released:
    """What leaves, by field (at least one), in values that `incident.canonical` accepts; and what stays."""

    items: Mapping[str, object]
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingLeaves:
    """The notice stays whole. `rule` is stable for programs, `why` is for people."""

    rule: str
    why: str
    fields: tuple[str, ...] = ("*",)

    @property
    def items(self) -> Mapping[str, object]:
        """Always empty."""
        return MappingProxyType({})

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """Every field that was asked for, or `*` when that could not be read."""
        return tuple(Withheld(field, self.rule, self.why) for field in self.fields)


Decision = Released | NothingLeaves
