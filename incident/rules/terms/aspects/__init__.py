"""What two wordings of one clause differ in, aspect by aspect, and which of the two asks more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from incident.rules.terms.aspects import changing, clocks, telling
from incident.rules.terms.aspects.judging import Effect, Pair, Said

__all__ = ["Effect", "Pair", "Said", "differences"]


def differences(pair: Pair) -> Iterator[Said]:
    """Everything that differs in what the clause means. Order alone, and a default that is spelt out, is nothing."""
    for aspect in _ASPECTS:
        yield from aspect(pair)


_ASPECTS: tuple[Callable[[Pair], Iterator[Said]], ...] = (
    clocks.debtor,
    clocks.creditor,
    clocks.condition,
    clocks.anchors,
    clocks.repeating,
    clocks.period,
    clocks.discharge,
    telling.contains,
    telling.notice,
    telling.acknowledging,
    telling.ladder,
    telling.silent,
    telling.on_call,
    telling.limits,
    changing.extending,
    changing.waiving,
    changing.excusing,
    changing.missing,
    changing.yielding,
    changing.grouping,
    changing.wording,
)
