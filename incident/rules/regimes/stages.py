"""Reading one stage of a regime file: who owes whom what, when, within which period, and what ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

from incident.rules.commitment import AFFECTED, AUTHORITIES, Anchor, Combine, Counting, Discharge, Parties, Repeat, Role, Tell
from incident.rules.conditions import All, Any, Condition, Not, Test, named
from incident.rules.handling.fields import is_field
from incident.rules.legaltime import PeriodRefused, calendar, check, zone
from incident.rules.legaltime.shipped import Spot
from incident.rules.legaltime.values import Basis, Period, Unit
from incident.rules.regimes.clauses import Lists, condition, countries
from incident.rules.regimes.values import Evidence, Kind, Stage
from incident.rules.vocabulary import VocabularyFault, vocabulary
from incident.rules.vocabulary import named as fact_named

_STAGE = (
    *("id", "title", "cite", "note", "kind", "when", "own_trigger", "owed_by", "owed_to", "anchors", "combine", "within", "also"),
    *("plan_for", "repeat", "counting", "discharge", "content", "basis", "evidence", "unsettled", "tell"),
)
_MIRRORED = {"owed_by": "owed_to", "owed_to": "owed_by"}
_OF_THE_OPERATOR = {"owed_by": "operator"}  # of a relay, which is between authorities: whom the law is about is neither side


def stage(spot: Spot, whole: Spot, lists: Lists) -> Stage:
    """The stage written at `spot` of the regime file `whole`, which answers for what the stage leaves out."""
    spot.only(*_STAGE)
    period, period_cite = _within(spot.at("within")) if spot.has("within") else (None, None)
    plan_for, plan_for_cite = _within(spot.at("plan_for")) if spot.has("plan_for") else (None, None)
    owed_to = _own(spot, whole, "owed_to")
    discharge = _own(spot, whole, "discharge")
    evidence = spot.at("evidence") if spot.has("evidence") else whole.at("evidence")
    return Stage(
        id=spot.at("id").text(),
        title=spot.at("title").text(),
        cite=spot.at("cite").text(),
        note=spot.text_or("note", ""),
        kind=cast(Kind, spot.at("kind").one_of(*get_args(Kind))) if spot.has("kind") else "deadline",
        owed_by=_parties(_own(spot, whole, "owed_by")),
        owed_to=_parties(owed_to),
        addressed_to=owed_to.text_or("persons", ""),
        when=_when(spot, whole, lists),
        anchors=_anchors(spot),
        combine=cast(Combine, spot.at("combine").one_of(*get_args(Combine))) if spot.has("combine") else "first",
        period=period,
        period_cite=period_cite,
        also=spot.text_or("also", ""),
        plan_for=plan_for,
        plan_for_cite=plan_for_cite,
        repeat=_repeat(spot.at("repeat"), lists) if spot.has("repeat") else None,
        counting=_counting(_own(spot, whole, "counting")),
        basis=Basis(spot.at("basis").one_of(*Basis)) if spot.has("basis") else Basis.STATUTE,
        discharged_by=_discharge(discharge),
        discharge_cite=discharge.at("cite").text(),
        content=tuple(each.text() for each in spot.many("content")),
        evidence=cast(Evidence, evidence.one_of(*get_args(Evidence))),
        unarmed_because=_unarmed(spot),
        tell=_tell(spot.at("tell")) if spot.has("tell") else None,
    )


def _own(spot: Spot, whole: Spot, key: str) -> Spot:
    return spot.at(key) if spot.has(key) else whole.at(key)


def _unarmed(spot: Spot) -> str:
    if spot.has("unsettled"):
        return spot.at("unsettled").text()
    of_memory = spot.has("evidence") and spot.at("evidence").value == "memory"
    return "Known from memory only: no text of this stage was read." if of_memory else ""


def _when(spot: Spot, whole: Spot, lists: Lists) -> Condition:
    """The trigger within the reach, with the stage's own condition; seen from the other side for an authority's own duty."""
    if spot.has("own_trigger"):
        return _reached(condition(spot.at("own_trigger"), lists), whole, lists)
    trigger = whole.at("trigger")
    trigger.only("when", "cite", "note")
    trigger.at("cite").text()
    base = _reached(condition(trigger.at("when"), lists), whole, lists)
    if spot.has("owed_by") and spot.at("owed_by").at("role").value in list(AUTHORITIES):
        relays = spot.has("owed_to") and spot.at("owed_to").has("role") and spot.at("owed_to").at("role").value in list(AFFECTED)
        base = _seen_from(base, _OF_THE_OPERATOR if relays else _MIRRORED)
    return All((base, condition(spot.at("when"), lists))) if spot.has("when") else base


def _reached(base: Condition, whole: Spot, lists: Lists) -> Condition:
    """`base` for parties of the countries it reaches, and elsewhere for those whose profile speaks of what it asks."""
    if not whole.has("reach"):
        return base
    reach = whole.at("reach")
    reach.only("countries", "cite")
    reach.at("cite").text()
    profile = sorted(fact for fact, of in named(base) if of == "owed_by" and vocabulary()[fact].kind == "profile")
    here = Test("jurisdiction", "in", countries(reach.at("countries"), lists), "owed_by")
    return All((Any((here, *(Test(fact, "known", (), "owed_by") for fact in profile))), base))


def _seen_from(whole: Condition, places: Mapping[str, str]) -> Condition:
    match whole:
        case Test(fact, operator, operands, of):
            return Test(fact, operator, operands, places.get(of, of))
        case Not(part):
            return Not(_seen_from(part, places))
        case All(parts):
            return All(tuple(_seen_from(part, places) for part in parts))
        case Any(parts):
            return Any(tuple(_seen_from(part, places) for part in parts))


def _tell(spot: Spot) -> Tell:
    """What is prepared to perform it. No law lets a notice go by itself: an officer releases it, unless a clause of an agreement does."""
    spot.only("fields", "cite")
    spot.at("cite").text()
    named = tuple(each.text() for each in spot.at("fields").items())
    for name in named:
        if not is_field(name):
            raise spot.at("fields").fault(f"{name!r} is not a field of a notice")
    return Tell(named)


def _within(spot: Spot) -> tuple[Period, str]:
    spot.only("n", "unit", "rule", "at", "options", "cite")
    options = spot.at("options") if spot.has("options") else None
    period = Period(
        n=spot.at("n").whole(),
        unit=cast(Unit, spot.at("unit").one_of(*get_args(Unit))),
        rule=spot.at("rule").text(),
        at=spot.at("at").text() if spot.has("at") else None,
        options={key: options.at(key).flag() for key in options.entries()} if options is not None else {},
    )
    try:
        check(period)
    except PeriodRefused as error:
        raise spot.fault(error.message) from error
    return period, spot.at("cite").text()


def _anchors(spot: Spot) -> tuple[Anchor, ...]:
    anchors = tuple(_anchor(each) for each in spot.at("anchors").items())
    if not anchors:
        raise spot.at("anchors").fault("a duty starts somewhere: name an anchor")
    return anchors


def _anchor(spot: Spot) -> Anchor:
    spot.only("fact", "of", "after", "receipt", "filing")
    if spot.has("filing"):
        spot.at("filing").flag()
        return Anchor("filing")
    if spot.has("after"):
        return Anchor("after", spot.at("after").text())
    if spot.has("receipt"):
        return Anchor("receipt", spot.at("receipt").text())
    try:
        known = fact_named(spot.at("fact").text())
    except VocabularyFault as error:
        raise spot.at("fact").fault(str(error)) from error
    if known.type != "instant":
        raise spot.at("fact").fault(f"{known.name} is no instant and cannot start a clock")
    return Anchor("fact", known.name, spot.at("of").one_of("owed_by", "owed_to", "operator", "filer"))


def _repeat(spot: Spot, lists: Lists) -> Repeat:
    spot.only("every", "until", "cite")
    spot.at("cite").text()
    every = cast(Literal["submission", "fact"], spot.at("every").one_of("submission", "fact"))
    return Repeat(every, condition(spot.at("until"), lists) if spot.has("until") else None)


def _parties(spot: Spot) -> Parties:
    spot.only("role", "mode", "competence", "persons", "cite")
    spot.at("cite").text()
    if spot.has("persons"):
        spot.at("persons").text()
        return Parties(Role.PERSONS)
    role = Role(spot.at("role").one_of(*Role))
    if (role in AUTHORITIES) != spot.has("competence"):
        raise spot.fault("an authority, and only an authority, has a competence")
    mode = spot.at("mode").one_of("each", "any", "joint", "lead") if spot.has("mode") else "each"
    competence = spot.at("competence").text() if spot.has("competence") else None
    return Parties(role, cast(Literal["each", "any", "joint", "lead"], mode), competence)


def _counting(spot: Spot) -> Counting:
    spot.only("zone_of", "calendar_of", "category", "cite")
    spot.at("cite").text()
    counting = Counting(spot.at("zone_of").text(), spot.at("calendar_of").text(), spot.at("category").text())
    for key, value, known in (("zone_of", counting.zone_of, zone), ("calendar_of", counting.calendar_of, calendar)):
        place, _, name = value.partition(":")
        if place != "fixed" and value not in ("owed_by", "owed_to", "operator"):
            raise spot.at(key).fault("expected owed_by, owed_to, operator or fixed:")
        if place == "fixed":
            try:
                known(name)
            except ValueError as error:
                raise spot.at(key).fault(str(error)) from error
    return counting


def _discharge(spot: Spot) -> Discharge:
    spot.only("by", "basis", "cite")
    if spot.has("basis"):
        spot.at("basis").one_of("text", "inference")
    spot.at("cite").text()
    return Discharge(spot.at("by").one_of(*Discharge))
