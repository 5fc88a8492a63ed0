"""Conditions as data: all, any, not, and a fact against constants, in strong Kleene logic. Nothing is ever evaluated as code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from incident.rules.facts import Scalar

Truth = bool | None
_SETS = (list, tuple, frozenset, set)
Operator = Literal["is", "in", "at_least", "at_most", "includes", "known"]


@dataclass(frozen=True, slots=True)
class Test:
    """`fact` of the party in role `of`, compared with constants. Unknown facts give unknown, except for `known`.

    A value of another kind than the operator compares (text with `at_least`, one word with `includes`) gives unknown.
    `known` is false for an empty set: nobody has named a member yet.
    """

    fact: str
    operator: Operator
    operands: tuple[Scalar, ...]
    of: str = "operator"


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; an empty one is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when some part is; an empty one is false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false; unknown when it is unknown."""

    part: Condition


Condition = Test | All | Any | Not
ALWAYS: Condition = All(())
Lookup = Callable[[str, str], object]
"""`lookup(fact, of)` gives a scalar, a list of scalars for a set, or None for unknown."""


def truth(condition: Condition, lookup: Lookup) -> Truth:
    """Strong Kleene: false beats unknown in `all`, true beats unknown in `any`."""
    match condition:
        case Test():
            return _test(condition, lookup(condition.fact, condition.of))
        case Not(part):
            inner = truth(part, lookup)
            return None if inner is None else not inner
        case All(parts):
            return _first(parts, lookup, False)
        case Any(parts):
            return _first(parts, lookup, True)


def named(condition: Condition) -> frozenset[tuple[str, str]]:
    """Every (fact, of) that the condition asks about."""
    return frozenset((test.fact, test.of) for test in _tests(condition))


def _tests(condition: Condition) -> Iterator[Test]:
    waiting = [condition]
    while waiting:
        match waiting.pop():
            case Test() as test:
                yield test
            case Not(part):
                waiting.append(part)
            case All(parts) | Any(parts):
                waiting += parts


def _test(test: Test, value: object) -> Truth:
    if test.operator == "known":
        return value is not None and not (isinstance(value, _SETS) and not value)
    if value is None:
        return None
    wanted = test.operands
    if test.operator in ("is", "in"):
        return any(_same(value, each) for each in wanted)
    if test.operator == "includes":
        return any(_same(item, each) for item in value for each in wanted) if isinstance(value, _SETS) else None
    return _compared(test, value)


def _compared(test: Test, value: object) -> Truth:
    bound = test.operands[0]
    if not isinstance(value, int) or not isinstance(bound, int) or isinstance(value, bool) or isinstance(bound, bool):
        return None
    return value >= bound if test.operator == "at_least" else value <= bound


def _same(value: object, wanted: Scalar) -> bool:
    """Equal, and both booleans or neither: Python holds that True == 1, agreements do not."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _first(parts: tuple[Condition, ...], lookup: Lookup, decides: bool) -> Truth:
    """`decides` as soon as one part is it; else unknown if one part is, else the opposite."""
    unknown = False
    for part in parts:
        value = truth(part, lookup)
        if value is decides:
            return decides
        unknown = unknown or value is None
    return None if unknown else not decides
