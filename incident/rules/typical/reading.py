"""The shipped files, read strictly: every name and every value is checked when they are first asked for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from incident.errors import Fault, Invalid
from incident.rules.case import SEVERITIES, STAGES, TLP, Deployment, Party
from incident.rules.facts import Scalar
from incident.rules.legaltime.shipped import Spot, read
from incident.rules.typical.values import Later, Said, Troupe, Typical
from incident.rules.vocabulary import VocabularyFault, check, named

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = (
    *("id", "title", "purpose", "deployment", "needs", "countries", "week_of", "aware", "filed_after", "stage", "severity", "tlp"),
    *("summary", "affected_countries", "exercise", "facts", "instants", "of_suppliers", "later"),
)
_OFFSET = re.compile(r"(-?)(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@cache
def cases() -> tuple[Typical, ...]:
    """Every typical case, in the order in which people read them.

    Raises:
        ShippedFault: when a file says something that cannot be accepted; names the file and the place.
    """
    found = tuple(_typical(each) for each in read("incident.rules.typical", "cases.yaml").at("cases").items())
    return tuple({each.id: each for each in found}.values())


def case(id: str) -> Typical | None:
    """The typical case of that id, or None."""
    return next((each for each in cases() if each.id == id), None)


def asked(name: str, at: datetime | None) -> tuple[Typical, ...]:
    """The typical case of that id, or with `all` every one; `at` is when its operator is to become aware.

    Raises:
        Invalid: there is no such case, or `at` is not of this century.
    """
    if at is not None and not 2001 <= at.year <= 2099:
        raise Invalid([Fault("/at", "out_of_range", "expected an instant of the years 2001 to 2099")])
    found = cases() if name == "all" else tuple(each for each in cases() if each.id == name)
    if not found:
        ids = ", ".join(each.id for each in cases())
        raise Invalid([Fault("/typical", "unknown_case", f"expected all, or one of {ids}")])
    return found


@cache
def troupe() -> Troupe:
    """The invented parties and deployments that the typical cases are played by where nobody else is.

    Raises:
        ShippedFault: as `cases`.
    """
    spot = read("incident.rules.typical", "cast.yaml")
    spot.only("parties", "deployments")
    parties = {party.slug: party for party in map(_party, spot.at("parties").items())}
    made = (_deployment(each, parties) for each in spot.at("deployments").items())
    return Troupe(tuple(parties.values()), {each.slug: each for each in made})


def _party(spot: Spot) -> Party:
    spot.only("slug", "name", "kind", "jurisdiction", "zone", "competences", "profile")
    slug, country = spot.at("slug").text(), spot.at("jurisdiction").text()
    uri = f"https://{slug}.example/#party"
    profile: dict[str, Scalar] = {"profile_complete": True, **{_known(each): True for each in spot.many("profile")}}
    competences = frozenset(each.text() for each in spot.many("competences"))
    return Party(
        uuid5(NAMESPACE_URL, uri), uri, slug, spot.at("name").text(), spot.at("kind").text(), country, spot.at("zone").text(),
        f"{country}:public", competences, profile,
    )  # fmt: skip


def _deployment(spot: Spot, parties: dict[str, Party]) -> Deployment:
    spot.only("slug", "name", "operator", "suppliers", "system", "data_may_live")
    slug, system = spot.at("slug").text(), spot.at("system")
    operator = _one_of(parties, spot.at("operator"))
    return Deployment(
        uuid5(NAMESPACE_URL, slug), slug, spot.at("name").text(), operator.jurisdiction, operator,
        tuple(_one_of(parties, each) for each in spot.at("suppliers").items()), system.at("name").text(), system.at("version").text(),
        tuple(each.text() for each in system.at("models").items()), tuple(each.text() for each in spot.at("data_may_live").items()),
    )  # fmt: skip


def _one_of(parties: dict[str, Party], spot: Spot) -> Party:
    return parties[spot.one_of(*parties)]


def _typical(spot: Spot) -> Typical:
    spot.only(*_KEYS)
    aware = spot.at("aware")
    aware.only("day", "at")
    monday = spot.at("week_of").day()
    if monday.weekday() != 0:
        raise spot.at("week_of").fault("expected a Monday")
    return Typical(
        id=spot.at("id").text(),
        title=spot.at("title").text(),
        purpose=spot.at("purpose").text(),
        deployment=spot.at("deployment").one_of(*troupe().deployments),
        needs=tuple(_known(each) for each in spot.many("needs")),
        countries=tuple(each.text() for each in spot.many("countries")),
        week_of=monday,
        weekday=_DAYS.index(aware.at("day").one_of(*_DAYS)),
        clock=aware.at("at").text(),
        filed_after=_span(spot.at("filed_after")),
        stage=spot.at("stage").one_of(*STAGES),
        severity=spot.at("severity").one_of(*SEVERITIES),
        tlp=spot.at("tlp").one_of(*TLP),
        affected_countries=tuple(each.text() for each in spot.at("affected_countries").items()),
        exercise=spot.at("exercise").flag() if spot.has("exercise") else False,
        summary=spot.at("summary").text(),
        said=(*_aware(spot), *_said("operator", spot), *(_said("suppliers", spot.at("of_suppliers")) if spot.has("of_suppliers") else ())),
        later=tuple(_later(each) for each in spot.many("later")),
    )


def _aware(spot: Spot) -> tuple[Said, ...]:
    """The operator is aware at the instant that the case names, unless it says otherwise."""
    told = "aware_at" in spot.at("instants").entries()
    return () if told else (Said("operator", "aware_at", timedelta()),)


def _said(of: Literal["operator", "suppliers"], spot: Spot) -> tuple[Said, ...]:
    return (
        *(Said(of, name, _value(name, each)) for name, each in _named(spot, "facts")),
        *(Said(of, name, _offset(name, each)) for name, each in _named(spot, "instants")),
    )


def _named(spot: Spot, key: str) -> list[tuple[str, Spot]]:
    if not spot.has(key):
        return []
    below = spot.at(key)
    return [(name, below.at(name)) for name in below.entries()]


def _value(name: str, spot: Spot) -> Scalar:
    value = spot.value
    if value is not None and not isinstance(value, (bool, int, str)):
        raise spot.fault("expected true, false, a whole number, a word or null")
    try:
        check(name, value)
    except VocabularyFault as fault:
        raise spot.fault(str(fault)) from fault
    return value


def _offset(name: str, spot: Spot) -> timedelta | None:
    if _known(Spot(spot.where, name)) and named(name).type != "instant":
        raise spot.fault(f"{name} is no instant")
    if spot.value is None:
        return None
    found = _OFFSET.fullmatch(spot.text())
    if found is None:
        raise spot.fault("expected a span such as -35m, 2h or -21d, or null")
    sign, number, unit = found.groups()
    span = timedelta(**{_UNITS[unit]: int(number)})
    return -span if sign else span


def _later(spot: Spot) -> Later:
    spot.only("after", "affected_countries")
    return Later(_span(spot.at("after")), tuple(each.text() for each in spot.at("affected_countries").items()))


def _span(spot: Spot) -> timedelta:
    spot.only("minutes", "hours")
    return timedelta(**{unit: spot.at(unit).whole() for unit in spot.entries()})


def _known(spot: Spot) -> str:
    try:
        return named(spot.text()).name
    except VocabularyFault as fault:
        raise spot.fault(str(fault)) from fault
