"""Reading the conditions of a regime file: all, any, not, and one fact against constants or a cited list of states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from incident.rules.conditions import All, Any, Condition, Not, Operator, Test
from incident.rules.facts import Scalar
from incident.rules.legaltime.shipped import Spot
from incident.rules.vocabulary import FactType, VocabularyFault, check, named

_ROLES = ("owed_by", "owed_to", "operator", "filer")
_OPERATORS = ("is", "in", "at_least", "at_most", "includes", "known")

Lists = Mapping[str, tuple[str, ...]]


def condition(spot: Spot, lists: Lists) -> Condition:
    """The condition written at `spot`.

    Raises:
        ShippedFault: for an unknown fact, role, operator or list, or a constant that the fact cannot have.
    """
    keys = spot.entries()
    if keys == ("all",):
        return All(tuple(condition(part, lists) for part in spot.at("all").items()))
    if keys == ("any",):
        return Any(tuple(condition(part, lists) for part in spot.at("any").items()))
    if keys == ("not",):
        return Not(condition(spot.at("not"), lists))
    if "fact" in keys:
        return _test(spot, lists)
    raise spot.fault("expected one of all, any, not, or a fact")


def countries(spot: Spot, lists: Lists) -> tuple[str, ...]:
    """Countries written out, or by the name of a cited list."""
    if isinstance(spot.value, dict):
        spot.only("list")
        return lists[spot.at("list").one_of(*lists)]
    found = tuple(each.text() for each in spot.items())
    for each in found:
        try:
            check("jurisdiction", each)
        except VocabularyFault as error:
            raise spot.fault(str(error)) from error
    return found


def _test(spot: Spot, lists: Lists) -> Condition:
    spot.only("fact", "of", "cite", *_OPERATORS)
    try:
        known = named(spot.at("fact").text())
    except VocabularyFault as error:
        raise spot.at("fact").fault(str(error)) from error
    of = spot.at("of").one_of(*_ROLES)
    found = [name for name in _OPERATORS if name in spot.entries()]
    if len(found) != 1:
        raise spot.fault(f"expected exactly one of {', '.join(_OPERATORS)}")
    operator = cast(Operator, found[0])
    if operator == "known":
        said = Test(known.name, "known", (), of)
        return said if spot.at("known").flag() else Not(said)
    return Test(known.name, operator, _operands(spot.at(operator), operator, known, lists), of)


def _operands(spot: Spot, operator: Operator, known: FactType, lists: Lists) -> tuple[Scalar, ...]:
    if operator in ("at_least", "at_most"):
        if known.type != "integer":
            raise spot.fault(f"{known.name} is no number")
        return (spot.whole(),)
    if (operator == "includes") != (known.type == "countries"):
        raise spot.fault(f"{operator} cannot be asked of {known.name}, which is of type {known.type}")
    constants = _constants(spot, operator, lists)
    for each in constants:
        try:
            check(known.name, (each,) if known.type == "countries" else each)
        except VocabularyFault as error:
            raise spot.fault(str(error)) from error
        if each is None:
            raise spot.fault("null is no constant; ask with known: false")
    return constants


def _constants(spot: Spot, operator: Operator, lists: Lists) -> tuple[Scalar, ...]:
    if operator == "is":
        return (cast(Scalar, spot.value),)
    if isinstance(spot.value, dict):
        return countries(spot, lists)
    return tuple(cast(Scalar, each.value) for each in spot.items())
