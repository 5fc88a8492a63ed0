"""The names that facts may have: what each means, which values it takes, and how a duty officer is asked for it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast, get_args

from incident.rules.facts import Scalar
from incident.rules.legaltime.shipped import Spot, read
from incident.rules.legaltime.values import Moment

Type = Literal["boolean", "enum", "integer", "instant", "country", "countries"]
Kind = Literal["profile", "incident", "anchor", "case"]

_COUNTRY = re.compile(r"[A-Z]{2}")
_EXPECTED: Mapping[Type, str] = {
    "boolean": "true, false or null for unknown",
    "integer": "a whole number from 0 up, or null for unknown",
    "instant": "a moment, or null for unknown",
    "country": "an ISO 3166 code of two capitals such as EE",
    "countries": "a list of ISO 3166 codes of two capitals such as EE",
}


class VocabularyFault(ValueError):
    """A fact name that nobody knows, or a value that it cannot have. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class FactType:
    """One name. `domain` lists the values of a boolean or enum, null for unknown among them; it is empty otherwise.

    `kind`: `profile` facts say what a party is and are kept with it; `incident` facts and `anchor` instants are stated
    in reports; `case` names are not stated as facts but answered by the case (severity, jurisdiction, ...).
    """

    name: str
    type: Type
    kind: Kind
    domain: tuple[Scalar, ...]
    question: str

    @property
    def expected(self) -> str:
        """What a value must be, for error messages."""
        if self.type == "enum":
            return f"one of {', '.join(str(word) for word in self.domain if word is not None)}, or null for unknown"
        return _EXPECTED[self.type]


@cache
def vocabulary() -> Mapping[str, FactType]:
    """Every name, in the order in which people are asked. Read-only, read once."""
    spot = read(__name__, "facts.yaml")
    spot.only("version", *get_args(Kind))
    found: dict[str, FactType] = {}
    for kind in get_args(Kind):
        section = spot.at(kind)
        for name in section.entries():
            if name in found:
                raise section.at(name).fault("the name stands in two sections")
            found[name] = _fact_type(name, kind, section.at(name))
    return MappingProxyType(found)


@cache
def profile_questions() -> frozenset[str]:
    """The yes-or-no names of what a party is."""
    return frozenset(name for name, known in vocabulary().items() if known.kind == "profile" and known.type == "boolean")


def named(name: str) -> FactType:
    """The type of that name.

    Raises:
        VocabularyFault: when nobody knows it.
    """
    found = vocabulary().get(name)
    if found is None:
        raise VocabularyFault(f"{name!r} is no fact that is known here{_nearest(name)}.")
    return found


def check(name: str, value: object) -> None:
    """Accept `value` for the fact `name`: null, or a value of its type (for an instant a `Moment`).

    Raises:
        VocabularyFault: with what was expected.
    """
    known = named(name)
    if value is None or _fits(known, value):
        return
    raise VocabularyFault(f"{name} cannot be {value!r}; expected {known.expected}.")


def _fits(known: FactType, value: object) -> bool:
    match known.type:
        case "boolean":
            return isinstance(value, bool)
        case "enum":
            return isinstance(value, str) and value in known.domain
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "instant":
            return isinstance(value, Moment)
        case "country":
            return _is_country(value)
        case "countries":
            return isinstance(value, (list, tuple, frozenset, set)) and all(map(_is_country, value))


def _is_country(value: object) -> bool:
    return isinstance(value, str) and _COUNTRY.fullmatch(value) is not None


def _fact_type(name: str, kind: Kind, spot: Spot) -> FactType:
    if isinstance(spot.value, str):
        if kind == "anchor":
            return FactType(name, "instant", kind, (), spot.text())
        return FactType(name, "boolean", kind, (True, False, None), spot.text())
    spot.only("enum", "type", "ask")
    question = spot.at("ask").text()
    if spot.has("enum"):
        words = tuple(word.text() for word in spot.at("enum").items())
        return FactType(name, "enum", kind, (*words, None), question)
    type_ = cast(Type, spot.at("type").one_of("integer", "country", "countries"))
    return FactType(name, type_, kind, (), question)


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, vocabulary(), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
