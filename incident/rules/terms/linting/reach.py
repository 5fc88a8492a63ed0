"""Whether a condition can be true at all: a search over the finite domains of its facts, cut at the constants it uses.

Sound in one direction: what is called impossible never happens. Two roles that may be the same party are taken apart, so a
condition that only their being the same makes impossible is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

from incident.rules.case import SEVERITIES, STAGES, TLP
from incident.rules.commitment import Commitment, Role
from incident.rules.conditions import All, Any, Condition, Not, Test, named, truth
from incident.rules.terms.linting.finding import Answers, Asked
from incident.rules.vocabulary import vocabulary

BOUND = 20_000
"""How many combinations of answers are tried for one condition; what would need more is not analysed."""

STATED = "(an instant)"
"""Stands for any instant: no condition compares one with a constant."""

ELSEWHERE = ("CH", "NO", "NZ")
"""Countries to stand for all that a condition does not name."""

OF_THE_CASE: Mapping[str, tuple[object, ...]] = {
    "severity": SEVERITIES, "tlp": TLP, "stage": STAGES, "exercise": (False, True),
}  # fmt: skip
"""What the case itself answers, which is never unknown."""

_ALONE = {Role.OPERATOR: "operator", Role.FILER: "filer"}


class TooMuch(Exception):
    """The work bound would be passed; the argument says how many combinations there are."""


@dataclass(frozen=True, slots=True)
class Possible:
    """Answers for which the condition is true; None when there are none among the `tried` combinations."""

    answers: Answers | None
    tried: int


def spoken_for(each: Commitment) -> Condition:
    """The condition of a clause with its questions asked of the operator or the filer where its debtor or creditor is that."""
    same = {of: _ALONE[role] for of, role in (("owed_by", each.owed_by.role), ("owed_to", each.owed_to.role)) if role in _ALONE}
    return _renamed(each.when, same)


def possible(condition: Condition, bound: int = BOUND) -> Possible:
    """Whether it can be true, and for which answers.

    Raises:
        TooMuch: when more than `bound` combinations would have to be tried.
    """
    match condition:
        case Any(parts) if parts:
            found = Possible(None, 0)
            for part in parts:
                found = possible(part, bound)
                if found.answers is not None:
                    return found
            return Possible(None, max(found.tried, _size(domains(condition))))
        case All(parts) if len(parts) > 1:
            return _together([_tried(All(group), bound) for group in _apart(parts)])
        case _:
            return _tried(condition, bound)


def answers_for(*conditions: Condition) -> Answers | None:
    """Answers for which all of these hold; none too where that was not analysed, which is said of the clause itself."""
    try:
        return possible(All(conditions)).answers
    except TooMuch:
        return None


def domains(condition: Condition) -> dict[Asked, tuple[object, ...]]:
    """For every question of the condition, enough answers to tell all cases apart; None is unknown."""
    tests: dict[Asked, list[Test]] = {}
    for test in _tests(condition):
        tests.setdefault(_asked(test), []).append(test)
    return {asked: _domain(asked[0], found) for asked, found in sorted(tests.items())}


def _tried(condition: Condition, bound: int) -> Possible:
    choices = domains(condition)
    size = _size(choices)
    if size > bound:
        raise TooMuch(size)
    for values in product(*choices.values()):
        answers = dict(zip(choices, values, strict=True))
        if truth(condition, lambda fact, of, known=answers: known[_key(fact, of)]) is True:  # type: ignore[misc]
            return Possible(answers, size)
    return Possible(None, size)


def _size(choices: Mapping[Asked, tuple[object, ...]]) -> int:
    return prod(len(each) for each in choices.values())


def _together(parts: list[Possible]) -> Possible:
    """What has no question in common is possible together when each is possible by itself."""
    impossible = [each for each in parts if each.answers is None]
    if impossible:
        return impossible[0]
    answers = {asked: value for each in parts for asked, value in (each.answers or {}).items()}
    return Possible(answers, sum(each.tried for each in parts))


def _apart(parts: Iterable[Condition]) -> Iterator[tuple[Condition, ...]]:
    """The parts in groups that ask about nothing in common."""
    groups: list[tuple[frozenset[Asked], tuple[Condition, ...]]] = []
    for part in parts:
        asks = frozenset(_key(*each) for each in named(part))
        members: tuple[Condition, ...] = (part,)
        for group in [each for each in groups if each[0] & asks]:
            groups.remove(group)
            asks, members = asks | group[0], (*group[1], *members)
        groups.append((asks, members))
    return (members for _, members in groups)


def _tests(condition: Condition) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from _tests(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _tests(part)


def _key(fact: str, of: str) -> Asked:
    """What the case answers is the same whomever one asks."""
    return (fact, "" if fact in OF_THE_CASE or fact == "affected_countries" else of)


def _asked(test: Test) -> Asked:
    return _key(test.fact, test.of)


def _domain(fact: str, tests: list[Test]) -> tuple[object, ...]:
    if fact in OF_THE_CASE:
        return OF_THE_CASE[fact]
    constants = list(dict.fromkeys(each for test in tests for each in test.operands))
    if fact == "affected_countries":
        return _sets(constants)
    known = vocabulary().get(fact)
    kind = known.type if known else None
    if fact == "jurisdiction" or kind == "country":
        return (*constants, _other(constants))
    if kind == "countries":
        return (*_sets(constants), None)
    if kind == "instant":
        return (STATED, None)
    if kind == "integer":
        return (*_numbers(tests), None)
    if known is not None:
        return known.domain
    return (*constants, *_numbers(tests), "(another)", None)


def _numbers(tests: list[Test]) -> tuple[int, ...]:
    bounds = {each for test in tests for each in test.operands if isinstance(each, int) and not isinstance(each, bool)}
    return tuple(sorted({max(0, each + step) for each in bounds for step in (-1, 0, 1)} | {0}))


def _sets(constants: Sequence[object]) -> tuple[object, ...]:
    members = [*constants, _other(constants)]
    if len(members) > 12:  # every subset of more would pass any bound; two at a time would not be all cases
        raise TooMuch(2 ** len(members))
    return tuple(each for size in range(len(members) + 1) for each in combinations(members, size))


def _other(constants: Iterable[object]) -> str:
    taken = set(constants)
    return next((each for each in ELSEWHERE if each not in taken), "ZZ")


def _renamed(condition: Condition, same: Mapping[str, str]) -> Condition:
    match condition:
        case Test(fact, operator, operands, of):
            return Test(fact, operator, operands, same.get(of, of))
        case Not(part):
            return Not(_renamed(part, same))
        case All(parts):
            return All(tuple(_renamed(part, same) for part in parts))
        case Any(parts):
            return Any(tuple(_renamed(part, same) for part in parts))
