"""Whether the plan of a case can change because a duty was handed over: by what its clocks look at, as it was kept with them.

Planning asks what was sent or received in two ways alone: a clock runs from it, or the duty comes again after it. Whoever says
that nothing hangs on it must be right; whoever does not know says that something may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incident.rules.commitment import Commitment

_OF_ACTS = ("after", "receipt", "delivery")


@dataclass(frozen=True, slots=True)
class Looks:
    """An obligation of a case: of which source and clause it is, and what its clock looks at.

    `runs_from`: the clauses and stages of its own source that start its clock when they are done. None: that was not kept.
    """

    source: str
    commitment: str
    runs_from: frozenset[str] | None
    comes_again: bool


def runs_from(commitment: Commitment) -> list[str]:
    """The clauses and stages of its own source whose being done starts its clock, each once."""
    return sorted({anchor.name for anchor in commitment.anchors if anchor.kind in _OF_ACTS})


def may_hang_on(done: Iterable[Looks], live: Iterable[Looks]) -> bool:
    """Whether that these were sent or received may date, start or repeat anything of the live obligations of their case."""
    found, everything = list(done), list(live)
    if any(each.runs_from is None for each in everything) or any(each.comes_again or each.runs_from is None for each in found):
        return True
    named = {(each.source, name) for each in found for name in (each.commitment, each.commitment.rsplit(".", 1)[-1])}
    return any((each.source, name) in named for each in everything for name in each.runs_from or ())
