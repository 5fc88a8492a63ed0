"""Whether one condition holds wherever another does, decided over every combination of values that their facts can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, combinations, product
from math import prod

from incident.rules.conditions import All, Condition, Not, Test, named, truth
from incident.rules.conditions import Any as Either
from incident.rules.facts import Scalar
from incident.rules.legaltime.values import Moment
from incident.rules.terms.effort import Effort
from incident.rules.vocabulary import FactType, vocabulary

_Key = tuple[str, str]
_RANK = {False: 0, None: 1, True: 2}
_ELSEWHERE = "ZZ"  # assigned to no country, so that no condition names it
_MOST_COUNTRIES = 8
_SOME_MOMENT = Moment.exactly(datetime(2000, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Implied:
    """`more`, `less`: facts under which the new condition is nearer to holding, or further from it, than the old one.

    Both None: they hold in the same cases. `not_compared` says why nothing was decided; then both are None too.
    """

    more: Mapping[_Key, object] | None = None
    less: Mapping[_Key, object] | None = None
    not_compared: str | None = None


def implied(old: Condition, new: Condition, effort: Effort) -> Implied:
    """Compare where two conditions hold. False, unknown and true stand in that order.

    Integers are cut at the constants that the conditions use, sets of countries are all those that can be told apart by
    them. Facts about different roles are taken as independent, though one party may have both. What nobody knows the values
    of, and what would take more than the effort that is left, is not compared.
    """
    keys = sorted({_key(*each) for each in named(old) | named(new)})
    if unknown := [fact for fact, _ in keys if fact not in vocabulary()]:
        return Implied(not_compared=f"no fact is called {unknown[0]}")
    constants = {key: tuple(_constants(key, old)) + tuple(_constants(key, new)) for key in keys}
    if any(len(set(each)) > _MOST_COUNTRIES for key, each in constants.items() if vocabulary()[key[0]].type == "countries"):
        return Implied(not_compared="the conditions name too many countries to try every set of them")
    domains = [_domain(vocabulary()[key[0]], constants[key]) for key in keys]
    if not effort.spend(prod(map(len, domains)) * (_tests(old) + _tests(new))):
        return Implied(not_compared="the facts have too many combinations to try them all")
    more: Mapping[_Key, object] | None = None
    less: Mapping[_Key, object] | None = None
    for values in product(*domains):
        facts = dict(zip(keys, values, strict=True))
        before, after = (_RANK[truth(each, lambda fact, of: facts[_key(fact, of)])] for each in (old, new))  # noqa: B023 - called at once
        more = facts if after > before and more is None else more
        less = facts if after < before and less is None else less
        if more is not None and less is not None:
            break
    return Implied(more, less)


def _tests(condition: Condition) -> int:
    """How many tests it has; at least one."""
    match condition:
        case Test():
            return 1
        case Not(part):
            return _tests(part)
        case All(parts) | Either(parts):
            return max(1, sum(map(_tests, parts)))


def _key(fact: str, of: str) -> _Key:
    """What the case itself says is the same of whomever it is asked."""
    known = vocabulary().get(fact)
    return (fact, "operator") if known is not None and known.kind == "case" and fact != "jurisdiction" else (fact, of)


def _constants(key: _Key, condition: Condition) -> Iterator[Scalar]:
    match condition:
        case Test(fact=fact, of=of, operands=operands):
            yield from operands if _key(fact, of) == key else ()
        case Not(part):
            yield from _constants(key, part)
        case All(parts) | Either(parts):
            yield from chain.from_iterable(_constants(key, part) for part in parts)


def _domain(fact: FactType, constants: tuple[Scalar, ...]) -> tuple[object, ...]:
    """Values of which every other one is like one of them, for conditions with these constants."""
    match fact.type:
        case "boolean" | "enum":
            return fact.domain
        case "integer":
            cuts = {each + step for each in constants if isinstance(each, int) for step in (-1, 0, 1)} | {0}
            return (None, *sorted(each for each in cuts if each >= 0))
        case "instant":
            return (None, _SOME_MOMENT)
        case "country":
            return (None, _ELSEWHERE, *_words(constants))
        case "countries":
            words = (_ELSEWHERE, *_words(constants))
            sets = chain.from_iterable(combinations(words, size) for size in range(len(words) + 1))
            return (None, *sets)


def _words(constants: tuple[Scalar, ...]) -> tuple[str, ...]:
    return tuple(sorted({each for each in constants if isinstance(each, str)}))
