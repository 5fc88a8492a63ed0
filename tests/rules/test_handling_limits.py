"""Stricter limits of single fields and recipients, and must notify against must not transfer."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import conditions as c
from incident.rules.case import TLP, Party
from incident.rules.commitment import FieldLimit, Limits, RecipientLimit, Restriction, Source, Tell
from incident.rules.conditions import ALWAYS, Condition, Not
from incident.rules.handling import NothingLeaves, Performed, Released, clashes, fields, release
from incident.rules.routing import strictest
from tests.rules.test_handling import (
    ALL,
    CERT,
    HALDEN,
    MERIDIAN,
    MINISTRY,
    a_case,
    a_fact,
    a_party,
    countries,
    leaving,
    names,
    parties,
    released,
    rule,
    rules,
    tells,
)

SEVERE: Condition = c.Test("severity", "in", ("high", "critical"))
BREACH: Condition = c.Test("personal_data_breach", "is", (True,))


def a_restriction(
    *kept: str, only_to: tuple[str, ...] = ("EE",), when: Condition = ALWAYS, by: Party = CERT, id_: str = "stay"
) -> Restriction:
    source = Source("agreement", "health-act", "1.0", "sha256:0", "sec. 4")
    return Restriction(id_, "Data of patients stay", source, kept, only_to, frozenset({by.uri}), when)


def a_clause(limits: Limits, *told: str, sender: Party = CERT, cite: str = "cert-pact 2.0, cl. 3") -> Performed:
    return Performed(cite, sender, told or ALL.fields, limits)


# Single fields.


def test_a_label_above_that_of_a_field_withholds_this_field_and_not_the_notice() -> None:
    limits = Limits(fields=(FieldLimit(("system", "aware_at"), max_tlp="GREEN"),))
    decision = released(release(a_case("AMBER"), HALDEN, ALL, limits, performed=[a_clause(limits)]))
    assert rules(decision) == {"system": "field.tlp", "aware_at": "field.tlp"}
    assert "summary" in decision.items
    assert all("cert-pact 2.0, cl. 3" in each.why for each in decision.withheld)
    assert released(release(a_case("GREEN"), HALDEN, ALL, limits)).withheld == ()


def test_a_field_that_must_stay_in_a_country_stays_there_and_the_rest_goes() -> None:
    limits = Limits(fields=(FieldLimit(("system",), residency=("EE", "LV")),))
    decision = released(release(a_case(), HALDEN, ALL, limits, performed=[a_clause(limits)]))
    assert rules(decision) == {"system": "field.residency"}
    (held,) = decision.withheld
    assert held.why == "Under cert-pact 2.0, cl. 3 this field leaves to EE, LV only, not to NO."
    assert "system" in released(release(a_case(), a_party("narva", "EE"), ALL, limits)).items


def test_a_limit_of_facts_is_one_of_every_fact_and_a_limit_of_one_fact_reaches_into_facts() -> None:
    tell = Tell(("tlp", "facts", "fact:cross_border"))
    whole = released(release(a_case(), HALDEN, tell, Limits(fields=(FieldLimit(("facts",), max_tlp="CLEAR"),))))
    assert rules(whole) == {"facts": "field.tlp", "fact:cross_border": "field.tlp"}
    one = released(release(a_case(), HALDEN, tell, Limits(fields=(FieldLimit(("fact:cross_border",), max_tlp="CLEAR"),))))
    assert rules(one) == {"fact:cross_border": "field.tlp"}
    assert "cross_border" not in cast("dict[str, object]", one.items["facts"])


def test_a_limit_of_a_field_does_not_widen_what_the_clause_carries() -> None:
    limits = Limits("GREEN", fields=(FieldLimit(("tlp",), max_tlp="AMBER+STRICT"),))
    assert rule(release(a_case("AMBER"), HALDEN, ALL, limits)) == "tlp.clause"


# Single recipients.


def test_nothing_leaves_to_a_recipient_whose_highest_label_is_below_that_of_the_case() -> None:
    limits = Limits(recipients=(RecipientLimit(frozenset({HALDEN.uri}), max_tlp="GREEN"),))
    decision = release(a_case("AMBER"), HALDEN, ALL, limits, performed=[a_clause(limits)])
    assert rule(decision) == "tlp.recipient"
    assert isinstance(decision, NothingLeaves)
    assert decision.why == "The case is TLP:AMBER; under cert-pact 2.0, cl. 3 at most TLP:GREEN leaves to Halden."
    assert released(release(a_case("AMBER"), a_party("vilde", "NO"), ALL, limits)).withheld == ()
    assert released(release(a_case("GREEN"), HALDEN, ALL, limits)).withheld == ()


def test_what_is_withheld_from_one_recipient_reaches_the_others() -> None:
    limits = Limits(recipients=(RecipientLimit(frozenset({HALDEN.uri}), withhold=("summary", "facts")),))
    kept = rules(released(release(a_case(), HALDEN, ALL, limits)))
    assert set(kept) == {"summary", "facts", "fact:cross_border", "fact:affected_individuals"}
    assert set(kept.values()) == {"recipient.withhold"}
    assert released(release(a_case(), a_party("vilde", "NO"), ALL, limits)).withheld == ()


@pytest.mark.parametrize("party", [CERT, MINISTRY])
def test_their_own_matter_is_not_kept_from_the_filer_and_the_operator(party: Party) -> None:
    limits = Limits(
        fields=(FieldLimit(("summary",), "CLEAR", ("JP",)),),
        recipients=(RecipientLimit(frozenset({party.uri}), "CLEAR", ("system",)),),
        restrictions=(a_restriction("summary", only_to=("JP",)),),
    )
    assert released(release(a_case(), party, ALL, limits, performed=[a_clause(limits)])).withheld == ()


# Must notify, must not transfer.


def test_a_restriction_leaves_the_minimal_lawful_notice_and_names_both_provisions() -> None:
    limits = Limits(restrictions=(a_restriction("fact:affected_individuals"),))
    decision = released(release(a_case(), HALDEN, ALL, limits, performed=[a_clause(limits)]))
    assert tuple(decision.items) == fields.MINIMAL
    kept = rules(decision)
    assert kept["fact:affected_individuals"] == kept["facts"] == "restriction"
    assert kept["summary"] == kept["system"] == "restriction.minimal"
    why = {each.field: each.why for each in decision.withheld}
    assert why["fact:affected_individuals"] == (
        "Data of patients stay (health-act 1.0, sec. 4) forbids to transfer fact:affected_individuals to NO;"
        " cert-pact 2.0, cl. 3 must tell it."
    )
    assert "health-act 1.0, sec. 4" in why["system"]


def test_a_restriction_on_what_is_not_told_leaves_the_notice_as_it_is() -> None:
    limits = Limits(restrictions=(a_restriction("summary"),))
    assert set(released(release(a_case(), HALDEN, Tell(("tlp", "system")), limits)).items) == {"tlp", "system"}


def test_where_the_restriction_lets_it_go_it_goes() -> None:
    limits = Limits(restrictions=(a_restriction("summary", only_to=("EE", "NO")),))
    assert released(release(a_case(), HALDEN, ALL, limits)).withheld == ()


@pytest.mark.parametrize(
    ("when", "restricted"), [(ALWAYS, True), (SEVERE, True), (Not(SEVERE), False), (BREACH, True), (Not(BREACH), True)]
)
def test_a_restriction_binds_while_its_condition_is_not_known_to_be_false(when: Condition, restricted: bool) -> None:
    limits = Limits(restrictions=(a_restriction("summary", when=when),))
    assert ("summary" in released(release(a_case(), HALDEN, ALL, limits)).items) is not restricted


def test_a_condition_about_the_one_who_must_tell_is_asked_of_the_debtor_of_the_clause() -> None:
    when = c.Test("is_processor", "is", (True,), "owed_by")
    limits = Limits(restrictions=(a_restriction("summary", when=when, by=HALDEN),))
    neighbour = a_party("vilde", "NO")
    assert "summary" not in released(release(a_case(), neighbour, ALL, limits, performed=[a_clause(limits, sender=HALDEN)])).items
    not_so = a_party("halden", "NO", is_processor=False)
    limits = Limits(restrictions=(a_restriction("summary", when=when, by=not_so),))
    assert "summary" in released(release(a_case(), neighbour, ALL, limits, performed=[a_clause(limits, sender=not_so)])).items


def test_a_restriction_binds_what_its_signatories_send_and_nobody_else() -> None:
    limits = Limits(restrictions=(a_restriction("summary", by=HALDEN),))
    neighbour = a_party("vilde", "NO")
    assert "summary" in released(release(a_case(), neighbour, ALL, limits, performed=[a_clause(limits, sender=MERIDIAN)])).items
    assert "summary" not in released(release(a_case(), neighbour, ALL, limits, performed=[a_clause(limits, sender=HALDEN)])).items
    together = [a_clause(limits, sender=MERIDIAN), a_clause(limits, sender=HALDEN)]
    assert "summary" not in released(release(a_case(), neighbour, ALL, limits, performed=together)).items


@pytest.mark.parametrize("signatory", [CERT, MINISTRY])
def test_a_notice_that_performs_no_clause_is_sent_by_the_operator_or_the_filer(signatory: Party) -> None:
    limits = Limits(restrictions=(a_restriction("summary", by=signatory),))
    assert "summary" not in released(release(a_case(), HALDEN, ALL, limits)).items


def test_the_minimal_fields_leave_though_a_restriction_names_them_and_the_clash_is_found() -> None:
    limits = Limits(restrictions=(a_restriction("severity", "tlp"),))
    clause = a_clause(limits, "reference", "severity", "summary")
    decision = released(release(a_case(), HALDEN, Tell(clause.fields), limits, performed=[clause]))
    assert set(decision.items) == {"reference", "severity", "summary"}
    ((restriction, kept, why),) = clashes(a_case(), HALDEN, clause)
    assert (restriction.id, kept) == ("stay", ("severity",))
    assert "health-act 1.0, sec. 4" in why
    assert "cert-pact 2.0, cl. 3" in why
    assert list(clashes(a_case(), a_party("narva", "EE"), clause)) == []


def test_where_the_clause_tells_none_of_the_minimal_fields_nothing_is_added_and_nothing_leaves() -> None:
    limits = Limits(restrictions=(a_restriction("summary"),))
    decision = release(a_case(), HALDEN, Tell(("summary", "system")), limits, performed=[a_clause(limits, "summary", "system")])
    assert rule(decision) == "field.none_left"
    assert isinstance(decision, NothingLeaves)
    assert "health-act 1.0, sec. 4" in decision.why


# What is not known is not let out.


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(fields=(FieldLimit(("sumary",), "GREEN"),)), "field.unknown"),
        (Limits(fields=(FieldLimit(("summary",), "green"),)), "tlp.unknown"),
        (Limits(fields=(FieldLimit(("summary",), None, ("Norway",)),)), "country.unknown"),
        (Limits(recipients=(RecipientLimit(frozenset({"https://x.example/#party"}), "PURPLE"),)), "tlp.unknown"),
        (Limits(recipients=(RecipientLimit(frozenset({"https://x.example/#party"}), None, ("facs",)),)), "field.unknown"),
        (Limits(restrictions=(a_restriction("fact:"),)), "field.unknown"),
        (Limits(restrictions=(a_restriction("summary", only_to=("EU-",)),)), "country.unknown"),
    ],
)
@pytest.mark.parametrize("party", [CERT, HALDEN])
def test_a_name_that_nobody_knows_in_any_limit_means_that_nothing_leaves(limits: Limits, expected: str, party: Party) -> None:
    assert rule(release(a_case(), party, ALL, limits)) == expected
    assert rule(release(a_case(), party, ALL, strictest([Limits(), limits]))) == expected


def test_a_restriction_to_no_country_at_all_restricts_everywhere() -> None:
    limits = Limits(restrictions=(a_restriction("summary", only_to=()),))
    assert tuple(released(release(a_case(), a_party("narva", "EE"), ALL, limits)).items) == fields.MINIMAL


def test_an_unknown_label_among_several_clauses_is_met_and_not_passed_over() -> None:
    assert rule(release(a_case("CLEAR"), HALDEN, ALL, strictest([Limits(), Limits("PURPLE")]))) == "tlp.unknown"


# For any limits.

labels = st.none() | st.sampled_from(TLP)
some_names = st.lists(names, min_size=1, max_size=3).map(tuple)
conditions = st.sampled_from([ALWAYS, SEVERE, Not(SEVERE), BREACH, c.Test("is_processor", "is", (True,), "owed_by")])
uris = st.frozensets(st.sampled_from([CERT.uri, HALDEN.uri, MERIDIAN.uri, "https://sakura.example/#party"]), max_size=2)
restrictions = st.builds(
    lambda id_, kept, only_to, signing, when: replace(a_restriction(*kept, only_to=only_to, when=when, id_=id_), signatories=signing),
    st.sampled_from(["one", "two"]), some_names, countries, uris, conditions,
)  # fmt: skip
many_limits = st.builds(
    Limits,
    st.sampled_from(TLP[2:]),
    st.lists(names, max_size=2).map(tuple),
    countries,
    st.lists(st.builds(FieldLimit, some_names, labels, countries), max_size=2).map(tuple),
    st.lists(st.builds(RecipientLimit, uris, labels, st.lists(names, max_size=2).map(tuple)), max_size=2).map(tuple),
    st.lists(restrictions, max_size=2).map(tuple),
)


def performing(limits: tuple[Limits, ...] | list[Limits], tell: Tell) -> list[Performed]:
    return [a_clause(each, *tell.fields, cite=f"pact 1.0, cl. {number}") for number, each in enumerate(limits)]


@given(parties, tells, many_limits, many_limits, st.sampled_from(TLP))
def test_adding_any_limit_never_releases_more(party: Party, tell: Tell, one: Limits, more: Limits, tlp: str) -> None:
    alone = release(a_case(tlp), party, tell, one, performed=performing([one], tell))
    both = release(a_case(tlp), party, tell, strictest([one, more]), performed=performing([one, more], tell))
    assert leaving(both) <= leaving(alone)


def said(limits: tuple[Limits, ...], order: tuple[int, ...], party: Party, tell: Tell, tlp: str) -> Any:
    clauses = performing(limits, tell)
    decision = release(a_case(tlp), party, tell, strictest(limits[each] for each in order), performed=[clauses[each] for each in order])
    if isinstance(decision, Released):
        return dict(decision.items) | {"incident": None}, {(each.field, each.rule, each.why) for each in decision.withheld}
    return decision.rule, decision.why


@given(parties, tells, st.tuples(many_limits, many_limits, many_limits), st.sampled_from(TLP))
def test_the_order_of_the_clauses_changes_neither_what_leaves_nor_what_is_said(
    party: Party, tell: Tell, limits: tuple[Limits, ...], tlp: str
) -> None:
    first = said(limits, (0, 1, 2), party, tell, tlp)
    assert all(said(limits, order, party, tell, tlp) == first for order in permutations(range(3)))


@given(parties, tells, many_limits, st.sampled_from(TLP))
def test_whoever_is_restricted_gets_only_minimal_fields_beyond_what_the_restriction_allows(
    party: Party, tell: Tell, limits: Limits, tlp: str
) -> None:
    clause = performing([limits], tell)[0]
    decision = release(a_case(tlp), party, tell, limits, performed=[clause])
    kept = {name for _, names_, _ in clashes(a_case(tlp), party, clause) for name in names_}
    if kept - set(fields.MINIMAL) and isinstance(decision, Released):
        assert set(decision.items) <= set(fields.MINIMAL)


def test_a_fact_that_nobody_stated_restricts_as_one_that_was() -> None:
    limits = Limits(restrictions=(a_restriction("fact:root_cause_known"),))
    bare = released(release(a_case(), HALDEN, ALL, limits))
    stated = a_case(facts=a_case().facts.of([a_fact("root_cause_known", True)]))
    assert tuple(bare.items) == tuple(released(release(stated, HALDEN, ALL, limits)).items) == fields.MINIMAL
