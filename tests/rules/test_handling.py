"""Handling: who may be told what. Whatever is not known stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.canonical import canonical
from incident.rules.case import TLP, Case, Deployment, Party
from incident.rules.commitment import Limits, Tell
from incident.rules.facts import Fact, Facts, Scalar
from incident.rules.handling import Decision, NothingLeaves, Released, Withheld, fields, release
from incident.rules.legaltime.values import Moment

AT = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
DAY = Moment(datetime(2026, 11, 19, 22, tzinfo=UTC), datetime(2026, 11, 20, 22, tzinfo=UTC), "day", "2026-11-20", "Europe/Tallinn")
ALL = Tell((*fields.NAMES, "fact:cross_border", "fact:affected_individuals"))


def a_party(slug: str, country: str, kind: str = "vendor", **profile: Scalar) -> Party:
    uri = f"https://{slug}.example/#party"
    return Party(uuid4(), uri, slug, slug.title(), kind, country, "UTC", f"{country}:public", frozenset(), profile)


CERT, MINISTRY = a_party("cert", "EE", "cert"), a_party("ministry", "EE", "ministry", is_controller=True)
HALDEN, MERIDIAN = a_party("halden", "NO"), a_party("meridian", "US")


def a_fact(name: str, value: Scalar | Moment, about: Party = MINISTRY) -> Fact:
    return Fact(uuid4(), name, value, about.id, CERT.id, AT)


def a_case(tlp: str = "AMBER", live: tuple[str, ...] = ("EE", "NO"), **changes: Any) -> Case:
    deployment = Deployment(uuid4(), "ee-x", "Assistant", "EE", MINISTRY, (HALDEN, MERIDIAN), "Abi", "4.2", ("m-70b",), live)
    stated = Facts.of(
        [
            a_fact("aware_at", Moment.exactly(AT)),
            a_fact("detected_at", DAY),
            a_fact("cross_border", None),
            a_fact("affected_individuals", 812),
            a_fact("is_processor", True, HALDEN),
        ]
    )
    made = Case(
        uuid4(),
        "DEM-7",
        "REF-1",
        "early_warning",
        "Records of Mari Maasikas leaked",
        "high",
        tlp,
        ("EE", "FR"),
        False,
        AT,
        CERT,
        deployment,
        (),
        stated,
    )
    return replace(made, **changes)


def released(decision: Decision) -> Released:
    assert isinstance(decision, Released), decision
    return decision


def rule(decision: Decision) -> str:
    assert isinstance(decision, NothingLeaves), decision
    assert decision.why
    assert decision.withheld == (Withheld("*", decision.rule, decision.why),)
    return decision.rule


def rules(decision: Decision) -> Mapping[str, str]:
    return {each.field: each.rule for each in released(decision).withheld}


# Who sees what.


@pytest.mark.parametrize("party", [CERT, MINISTRY])
@pytest.mark.parametrize("tlp", TLP)
def test_the_filer_and_the_operator_see_every_field_whatever_the_label(party: Party, tlp: str) -> None:
    limits = Limits("CLEAR", withhold=("summary", "facts"), residency=("JP",))
    decision = released(release(a_case(tlp, live=()), party, ALL, limits))
    assert set(decision.items) == set(ALL.fields)
    assert decision.withheld == ()


def test_a_notice_shows_each_field_as_plain_values() -> None:
    items = released(release(a_case(), HALDEN, ALL, Limits())).items
    assert items == {
        "reference": "REF-1",
        "incident_ref": "DEM-7",
        "severity": "high",
        "tlp": "AMBER",
        "stage": "early_warning",
        "duties": [],
        "summary": "Records of Mari Maasikas leaked",
        "deployment": {"name": "Assistant", "jurisdiction": "EE"},
        "system": {"name": "Abi", "version": "4.2", "models": ["m-70b"]},
        "operator": {"name": "Ministry", "uri": "https://ministry.example/#party"},
        "affected_countries": ["EE", "FR"],
        "aware_at": "2026-11-20T15:40:00.000000Z",
        "facts": {
            "affected_individuals": 812,
            "aware_at": "2026-11-20T15:40:00.000000Z",
            "cross_border": None,
            "detected_at": {"earliest": "2026-11-19T22:00:00.000000Z", "latest": "2026-11-20T22:00:00.000000Z", "precision": "day"},
        },
        "fact:cross_border": None,
        "fact:affected_individuals": 812,
    }


def test_facts_about_others_and_slugs_of_the_node_stay() -> None:
    text = canonical(released(release(a_case(), HALDEN, ALL, Limits())).items).decode()
    assert "is_processor" not in text
    assert "ee-x" not in text


def test_one_fact_falls_back_on_what_the_operator_is() -> None:
    items = released(release(a_case(), HALDEN, Tell(("fact:is_controller", "fact:never_said")), Limits())).items
    assert items == {"fact:is_controller": True, "fact:never_said": None}


def test_the_duties_are_those_that_the_caller_announces() -> None:
    duties = [{"title": "Plan", "due_at": AT, "id": UUID(int=7)}]
    items = released(release(a_case(), HALDEN, Tell(("duties",)), Limits(), duties)).items
    assert items["duties"] == [{"title": "Plan", "due_at": "2026-11-20T15:40:00.000000Z", "id": str(UUID(int=7))}]


# The label.


def test_red_leaves_to_nobody_else_whatever_the_clause_says() -> None:
    assert rule(release(a_case("RED"), HALDEN, ALL, Limits("RED"))) == "tlp.red"


@pytest.mark.parametrize("label", TLP[:-1])
@pytest.mark.parametrize("highest", TLP)
def test_a_label_leaves_when_it_is_not_above_the_highest_of_the_clause(label: str, highest: str) -> None:
    decision = release(a_case(label), HALDEN, ALL, Limits(highest))
    if TLP.index(label) <= TLP.index(highest):
        assert released(decision).items["tlp"] == label
    else:
        assert rule(decision) == "tlp.clause"


@pytest.mark.parametrize("label", ["", "red", "TLP:RED", "WHITE", "AMBER-STRICT", "CLEAR ", None, 3])
@pytest.mark.parametrize("party", [CERT, MINISTRY, HALDEN])
def test_an_unknown_label_lets_nothing_out_to_anybody(label: Any, party: Party) -> None:
    assert rule(release(a_case(label), party, ALL, Limits())) == "tlp.unknown"
    assert rule(release(a_case("CLEAR"), party, ALL, Limits(label))) == "tlp.unknown"


# Where it may go.


def test_a_recipient_outside_gets_the_minimal_lawful_notice_with_the_reasons() -> None:
    decision = released(release(a_case(), MERIDIAN, ALL, Limits()))
    assert tuple(decision.items) == fields.MINIMAL
    assert rules(decision) == {
        "summary": "residency.resident",
        "facts": "residency.resident",
        "fact:affected_individuals": "residency.resident",
        "deployment": "residency.minimal",
        "system": "residency.minimal",
        "operator": "residency.minimal",
        "affected_countries": "residency.minimal",
        "aware_at": "residency.minimal",
        "fact:cross_border": "residency.minimal",
    }


def test_the_residency_of_a_clause_narrows_that_of_the_deployment_and_never_widens_it() -> None:
    assert "summary" in released(release(a_case(), HALDEN, ALL, Limits(residency=("NO", "US")))).items
    assert "summary" not in released(release(a_case(), HALDEN, ALL, Limits(residency=("EE",)))).items
    assert "summary" not in released(release(a_case(), MERIDIAN, ALL, Limits(residency=("US",)))).items


def test_where_data_may_live_nowhere_everybody_else_is_outside() -> None:
    neighbour = a_party("neighbour", "EE")
    assert tuple(released(release(a_case(live=()), neighbour, ALL, Limits())).items) == fields.MINIMAL


def test_a_notice_with_nothing_left_in_it_stays_whole() -> None:
    assert rule(release(a_case(), MERIDIAN, Tell(("summary", "system")), Limits())) == "field.none_left"


# Fields.


def test_a_withheld_field_stays_and_says_so() -> None:
    decision = released(
        release(a_case(), HALDEN, Tell(("tlp", "summary", "fact:cross_border")), Limits(withhold=("summary", "fact:cross_border")))
    )
    assert dict(decision.items) == {"tlp": "AMBER"}
    assert rules(decision) == {"summary": "clause.withhold", "fact:cross_border": "clause.withhold"}


def test_a_withheld_fact_stays_inside_the_whole_too() -> None:
    decision = released(release(a_case(), HALDEN, Tell(("facts",)), Limits(withhold=("fact:affected_individuals",))))
    assert set(cast("dict[str, object]", decision.items["facts"])) == {"aware_at", "cross_border", "detected_at"}
    assert rules(decision) == {"fact:affected_individuals": "clause.withhold"}


def test_withholding_all_facts_withholds_each() -> None:
    decision = released(release(a_case(), HALDEN, Tell(("tlp", "facts", "fact:cross_border")), Limits(withhold=("facts",))))
    assert rules(decision) == {"facts": "clause.withhold", "fact:cross_border": "clause.withhold"}


def test_each_withheld_field_is_named_once() -> None:
    tell = Tell(("tlp", "tlp", "facts", "fact:affected_individuals", "fact:affected_individuals"))
    withheld = released(release(a_case(), HALDEN, tell, Limits(withhold=("fact:affected_individuals",)))).withheld
    assert [each.field for each in withheld] == ["fact:affected_individuals"]


@pytest.mark.parametrize("name", ["", "sumary", "fact:", "fact:A", "fact:a b", "Facts", "fact:aware_at\n", "__dict__", "filer"])
@pytest.mark.parametrize("party", [CERT, HALDEN])
def test_an_unknown_field_lets_nothing_out_also_when_it_is_only_withheld(name: str, party: Party) -> None:
    assert rule(release(a_case(), party, Tell(("tlp", name)), Limits())) == "field.unknown"
    assert rule(release(a_case(), party, Tell(("tlp",)), Limits(withhold=(name,)))) == "field.unknown"


# Faults.


def test_a_clause_that_tells_nothing_lets_nothing_out() -> None:
    assert rule(release(a_case(), HALDEN, Tell(()), Limits())) == "field.none"


def test_a_recipient_that_names_nobody_gets_nothing() -> None:
    assert rule(release(a_case(), replace(HALDEN, uri=""), ALL, Limits())) == "recipient.empty"
    assert rule(release(a_case(), cast("Party", None), ALL, Limits())) == "recipient.empty"


@pytest.mark.parametrize("country", ["", "no", "NOR", "EU-", "N"])
def test_a_country_that_is_no_country_lets_nothing_out(country: str) -> None:
    assert rule(release(a_case(), replace(HALDEN, jurisdiction=country), ALL, Limits())) == "country.unknown"
    assert rule(release(a_case(live=("EE", country)), HALDEN, ALL, Limits())) == "country.unknown"
    assert rule(release(a_case(), HALDEN, ALL, Limits(residency=(country,)))) == "country.unknown"


@pytest.mark.parametrize("duty", [{"share": 0.5}, {"what": object()}, {"n": 2**60}, {"text": "\ud800"}, 7])
def test_what_cannot_be_signed_lets_nothing_out_and_raises_nothing(duty: Any) -> None:
    assert rule(release(a_case(), HALDEN, ALL, Limits(), [duty])) == "fault"


def test_a_broken_case_lets_nothing_out_and_raises_nothing() -> None:
    assert rule(release(a_case(summary=1.5), HALDEN, ALL, Limits())) == "fault"
    assert rule(release(cast("Case", None), HALDEN, ALL, Limits())) == "fault"
    assert rule(release(a_case(), HALDEN, cast("Tell", None), Limits())) == "fault"


# For any case.

names = st.sampled_from([*fields.NAMES, "fact:cross_border", "fact:affected_individuals", "fact:anything"])
tells = st.lists(names, min_size=1, max_size=8).map(lambda chosen: Tell(tuple(chosen)))
countries = st.lists(st.sampled_from(["EE", "NO", "US", "JP"]), max_size=3, unique=True).map(tuple)
limits = st.builds(Limits, st.sampled_from(TLP), st.lists(names, max_size=3).map(tuple), countries)
parties = st.sampled_from([CERT, MINISTRY, HALDEN, MERIDIAN, a_party("sakura", "JP")])


def leaving(decision: Decision) -> set[str]:
    """Every field that leaves, each fact inside `facts` by itself."""
    if isinstance(decision, NothingLeaves):
        return set()
    inside = cast("dict[str, object]", decision.items.get("facts", {}))
    return {*decision.items, *(f"facts/{name}" for name in inside)}


@given(parties, tells, limits, countries, st.sampled_from(TLP), st.sampled_from(TLP))
def test_a_stricter_label_never_releases_more(party: Party, tell: Tell, limit: Limits, live: tuple[str, ...], one: str, other: str) -> None:
    looser, stricter = sorted((one, other), key=TLP.index)
    assert leaving(release(a_case(stricter, live), party, tell, limit)) <= leaving(release(a_case(looser, live), party, tell, limit))


@given(parties, tells, limits, limits, countries, st.sampled_from(TLP))
def test_a_stricter_clause_never_releases_more(
    party: Party, tell: Tell, limit: Limits, more: Limits, live: tuple[str, ...], tlp: str
) -> None:
    residency = tuple(set(limit.residency) & set(more.residency)) if limit.residency and more.residency else limit.residency
    stricter = Limits(min(limit.max_tlp, more.max_tlp, key=TLP.index), limit.withhold + more.withhold, residency or limit.residency)
    assert leaving(release(a_case(tlp, live), party, tell, stricter)) <= leaving(release(a_case(tlp, live), party, tell, limit))


@given(parties, tells, limits, countries, st.sampled_from(TLP))
def test_nothing_leaves_that_was_not_asked_for_and_nothing_is_lost_in_silence(
    party: Party, tell: Tell, limit: Limits, live: tuple[str, ...], tlp: str
) -> None:
    decision = release(a_case(tlp, live), party, tell, limit)
    if isinstance(decision, NothingLeaves):
        assert decision.rule
        return
    inside = {each.field for each in decision.withheld if each.field not in tell.fields}
    assert set(decision.items) <= set(tell.fields)
    assert set(decision.items) | {each.field for each in decision.withheld} == set(tell.fields) | inside
    assert not inside or "facts" in tell.fields
    assert canonical(decision.items)


@given(parties, tells, limits, st.text(max_size=12).filter(lambda label: label not in TLP))
def test_no_label_that_is_not_tlp_lets_anything_out(party: Party, tell: Tell, limit: Limits, label: str) -> None:
    assert rule(release(a_case(label), party, tell, limit)) == "tlp.unknown"


@given(parties, tells, limits, st.text(max_size=12).filter(lambda name: not fields.is_field(name)))
def test_no_field_that_is_not_known_lets_anything_out(party: Party, tell: Tell, limit: Limits, name: str) -> None:
    assert rule(release(a_case(), party, Tell((*tell.fields, name)), limit)) == "field.unknown"


@given(tells, limits, countries, st.sampled_from(TLP))
def test_the_free_text_reaches_only_countries_where_data_may_live(tell: Tell, limit: Limits, live: tuple[str, ...], tlp: str) -> None:
    text = "Maasikas"
    decision = release(a_case(tlp, live), MERIDIAN, tell, limit)
    if "US" not in live and isinstance(decision, Released):
        assert text not in canonical(decision.items).decode()
        assert set(decision.items) <= set(fields.MINIMAL)
