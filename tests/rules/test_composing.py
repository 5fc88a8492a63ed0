"""Composing layers: a union that knows no order, each authorised change applied once, and a finding for everything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules import regimes
from incident.rules.commitment import Commitment
from incident.rules.planning import Planned, plan
from incident.rules.simulate import Setting, simulate
from incident.rules.terms import Agreement, bound, composing
from tests.examples import examples
from tests.rules.layered import ALLOWS, baseline, clause, document, of, relaxes
from tests.rules.planning_case import CERT, MINISTRY, NOW, VENDOR, case, law, said
from tests.rules.test_simulate import identity

HOUR = timedelta(hours=1)


def codes(*documents: Agreement, laws: tuple[Commitment, ...] = ()) -> list[str]:
    return [each.code for each in composing.composed(documents, laws).findings]


def planned(*documents: Agreement, laws: tuple[Commitment, ...] = (), facts: tuple[Any, ...] = ()) -> list[Planned]:
    return plan(case(*facts), bound(documents, laws))


def due(found: list[Planned], id_: str = "notice", source: str | None = None) -> list[timedelta]:
    wanted = [each for each in found if each.commitment.id == id_ and source in (None, each.commitment.source.name)]
    return [each.deadline.due_at - NOW for each in wanted if each.deadline]


def reasons(found: list[Planned], code: str) -> list[str]:
    return [line.text for each in found for line in each.because if line.code == code]


# The union

POOL = (
    baseline(),
    document("multi", "multilateral", clause("call")),
    document("two", "bilateral", clause("patch", displaceable={"by": ["national"], "cite": "Art. 4"})),
    document("ee", "national", clause("own"), relaxations=[relaxes("base", hours=48)], displacements=[
        {"of": of("two", "patch"), "by": "own", "cite": "§ 3"}]),
    document("health", "sector", clause("ward"), relaxations=[relaxes("base", hours=60)]),
    document("bad", "sector", clause("late"), relaxations=[relaxes("base", hours=90), relaxes("nowhere", hours=90)]),
    document("keeps", "national", restrictions=[
        {"id": "kept", "title": "Kept at home", "cite": "§ 9", "fields": ["summary"], "only_to": ["EE"]}]),
)  # fmt: skip
some = st.lists(st.sampled_from(POOL), max_size=8)


@settings(max_examples=examples(60), deadline=None)
@given(some, some, some)
def test_a_union_is_associative_commutative_and_idempotent(a: list[Agreement], b: list[Agreement], c: list[Agreement]) -> None:
    left = composing.composed(composing.union(composing.union(a, b), c))
    assert composing.composed(composing.union(a, composing.union(b, c))) == left
    assert composing.composed(composing.union(c, b, a)) == left
    assert composing.composed(composing.union(a, b, c, a, c, b)) == left


@settings(max_examples=examples(60), deadline=None)
@given(some, st.randoms(use_true_random=False))
def test_no_clause_is_lost_and_none_is_made(a: list[Agreement], random: Random) -> None:
    laws = tuple(random.sample(regimes.commitments(NOW.date()), 5))
    found = composing.composed(a, laws)
    wanted = {(each.digest, one.id) for each in a for one in each.commitments} | {(each.source.digest, each.id) for each in laws}
    assert {(each.source.digest, each.id) for each in found.commitments} == wanted
    assert len(found.commitments) == len(wanted) == len(found.rules)
    assert [each.commitment for each in found.rules] == list(found.commitments)


@settings(max_examples=examples(30), deadline=None)
@given(some)
def test_the_order_of_documents_changes_no_plan(a: list[Agreement]) -> None:
    one, other = plan(case(), bound(a, ())), plan(case(), bound(reversed(a), ()))
    assert [(each.key, each.target_at, each.because) for each in one] == [(each.key, each.target_at, each.because) for each in other]


@settings(max_examples=examples(60), deadline=None)
@given(some, st.sampled_from(POOL), st.booleans())
def test_a_layer_that_is_tried_out_gives_the_plan_of_production(a: list[Agreement], more: Agreement, known: bool) -> None:
    here, laws = case(*([said("significant_incident", True)] if known else [])), (law("warning"),)
    found = simulate(Setting(here, composing.union(a), laws, (), NOW), more)
    assert identity(found.planned) == identity(plan(here, bound([*a, more], laws)))
    before = sorted(str(each.key) for each in plan(here, bound(a, laws)))
    assert sorted(str(each.key) for each in found.clocks if each.before) == before


@settings(max_examples=examples(60), deadline=None)
@given(some, st.sampled_from(POOL))
def test_another_layer_only_ever_adds_clauses(a: list[Agreement], more: Agreement) -> None:
    before, after = composing.composed(a), composing.composed([*a, more])
    keys = {(each.source.digest, each.id) for each in before.commitments}
    assert keys <= {(each.source.digest, each.id) for each in after.commitments}


def test_what_nothing_yields_to_is_what_was_written() -> None:
    found = composing.composed([baseline(), POOL[1]])
    assert found.commitments == (*baseline().commitments, *POOL[1].commitments)
    assert (found.findings, {each.state for each in found.rules}) == ((), {"in_force"})


def test_different_laws_never_merge() -> None:
    laws = (law("warning", "eu.one"), law("warning", "eu.two"), law("warning", "eu.one"))
    found = composing.composed([], laws)
    assert [each.source.name for each in found.commitments] == ["eu.one", "eu.two"]


def test_a_document_that_binds_other_parties_is_not_mistaken_for_the_same_text() -> None:
    whole = baseline()
    half = replace(whole, commitments=tuple(replace(each, signatories=frozenset({VENDOR.uri})) for each in whole.commitments))
    assert len(planned(whole)) == 1
    assert planned(half) == []
    assert len(planned(whole)) == 1


# Relaxing


def national(*given: dict[str, Any], **more: Any) -> Agreement:
    return document("ee", "national", clause("own"), **{"relaxations": list(given), **more})


def test_an_authorised_relaxation_is_applied_once_and_says_so() -> None:
    documents = (baseline(), national(relaxes("base", hours=48, cite="§ 12")))
    found = planned(*documents)
    assert due(found) == [48 * HOUR]
    (text,) = reasons(found, "relaxed")
    assert text == "Relaxed: 48 hours instead of 24 hours, by ee 1, § 12, as Art. 9 allows."
    (rule,) = [each for each in composing.composed(documents).rules if each.state == "relaxed"]
    (way,) = rule.relaxed
    assert (rule.commitment.id, way.by.name, way.by.cite, way.under) == ("notice", "ee", "§ 12", "Art. 9")
    assert (way.before, way.after) == (baseline().commitments[0].period, rule.commitment.more_time[0].period)
    assert codes(*documents) == []


@pytest.mark.parametrize(
    ("below", "above", "code"),
    [
        (baseline(), national({"of": {"duty": "eu.nis2.art23.early_warning"}, "within": {"hours": 48}, "cite": "x"}), "law"),
        (baseline(), national(relaxes("base", "nothing", hours=48)), "absent"),
        (baseline(), national(relaxes("elsewhere", hours=48)), "absent"),
        (baseline(), document("m", "multilateral", clause("own"), relaxations=[relaxes("base", hours=48)]), "no_authority"),
        (document("base", "baseline", clause()), national(relaxes("base", hours=48)), "no_authority"),
        (document("base", "national", clause(relaxable=ALLOWS)), national(relaxes("base", hours=48)), "not_below"),
        (document("base", "sector", clause(relaxable=ALLOWS)), national(relaxes("base", hours=48)), "not_below"),
        (baseline(within=None), national(relaxes("base", hours=48)), "no_number"),
        (baseline(), national(relaxes("base", hours=73)), "too_long"),
        (baseline(), national(relaxes("base", hours=23)), "shorter"),
        (baseline(), national(relaxes("base", hours=24)), "shorter"),
        (document("base", "baseline", clause(relaxable=ALLOWS)), national(relaxes("base", business_days=1, at="17:00")), "undecided"),
        (baseline(), national(relaxes("base", business_days=3)), "undecided"),
        (baseline(), national(relaxes("base", hours=48), parties=[CERT.uri, "https://other.example/#x"]), "not_signed"),
    ],
)  # fmt: skip
def test_a_relaxation_without_authority_is_a_finding_and_has_no_effect(below: Agreement, above: Agreement, code: str) -> None:
    assert codes(below, above) == [f"relaxation.{code}"]
    found = composing.composed([below, above])
    assert (found.findings[0].source, found.findings[0].level) == (above.name, "error")
    assert {each.state for each in found.rules} == {"in_force"}
    assert due(planned(below, above)) == due(planned(below))


FIXED = {"counting": {"zone": "Europe/Tallinn", "calendar": "EE:public"}}


def test_hours_against_business_days_are_compared_over_the_term_where_the_place_is_named() -> None:
    below = document("base", "baseline", clause(relaxable={**ALLOWS, "most": {"days": 5}}, **FIXED))
    assert codes(below, national(relaxes("base", business_days=2))) == ["relaxation.too_long"]  # over Christmas
    assert codes(below, national(relaxes("base", business_days=1, at="17:00"))) == ["relaxation.shorter"]
    roomy = document("base", "baseline", clause(relaxable={**ALLOWS, "most": {"days": 9}}, **FIXED))
    documents = (roomy, national(relaxes("base", business_days=2)))
    assert codes(*documents) == []
    assert due(planned(*documents))[0] > 48 * HOUR


def test_it_holds_between_the_parties_of_both_documents_alone() -> None:
    below = document("base", "baseline", clause(owed_by={"role": "suppliers"}, relaxable=ALLOWS))
    above = national(relaxes("base", hours=48), parties=[CERT.uri, VENDOR.uri, MINISTRY.uri])
    found = {each.debtor.slug: each.deadline for each in planned(below, above) if each.commitment.id == "notice"}
    assert {slug: at.due_at - NOW for slug, at in found.items() if at} == {"vendor": 48 * HOUR, "cloud": 24 * HOUR}
    (rule,) = [each for each in composing.composed([below, above]).rules if each.state == "relaxed"]
    assert rule.relaxed[0].between == tuple(sorted((CERT.uri, VENDOR.uri, MINISTRY.uri)))


def test_a_document_relaxes_for_nobody_for_whom_it_is_not_in_force() -> None:
    below = document("base", "baseline", clause(owed_by={"role": "suppliers"}, relaxable=ALLOWS))
    above = national(relaxes("base", hours=48))
    partly = replace(above, bound=frozenset({CERT.uri, VENDOR.uri}))
    assert sorted(due(planned(below, partly))) == [24 * HOUR, 48 * HOUR]
    assert due(planned(below, above)) == [48 * HOUR, 48 * HOUR]


def test_a_condition_that_is_not_known_to_be_true_relaxes_nothing_and_leaves_the_clause_firm() -> None:
    only = relaxes("base", hours=48) | {"when": {"fact": "significant_incident", "is": False}}
    documents = (baseline(), national(only))
    unknown, yes, no = (planned(*documents, facts=given) for given in ((), (said("significant_incident", False),), (
        said("significant_incident", True),)))  # fmt: skip
    assert (due(unknown), due(yes), due(no)) == ([24 * HOUR], [48 * HOUR], [24 * HOUR])
    assert not any(each.provisional for each in unknown)
    assert len(reasons(unknown, "may_be_relaxed")) == 1
    assert reasons(no, "may_be_relaxed") == reasons(no, "relaxed") == []


def test_of_several_relaxations_the_strictest_that_holds_is_applied_and_never_one_upon_another() -> None:
    ee, health = national(relaxes("base", hours=48)), document("health", "sector", clause("ward"), relaxations=[relaxes("base", hours=60)])
    for documents in ((baseline(), ee, health), (health, ee, baseline())):
        assert due(planned(*documents)) == [48 * HOUR]
    rare = national(relaxes("base", hours=48) | {"when": {"fact": "severity", "is": "low"}})
    assert due(planned(baseline(), rare, health)) == [60 * HOUR]
    (rule,) = [each for each in composing.composed([baseline(), ee, health]).rules if each.state == "relaxed"]
    assert [way.by.name for way in rule.relaxed] == ["ee", "health"]


def test_of_two_that_cross_neither_has_an_effect() -> None:
    below = document("base", "baseline", clause(relaxable=ALLOWS, **FIXED))
    ee = national(relaxes("base", days=3))
    health = document("health", "sector", clause("ward"), relaxations=[relaxes("base", business_days=2)])
    assert codes(below, ee, health) == ["relaxation.cross", "relaxation.cross"]
    assert {each.level for each in composing.composed([below, ee, health]).findings} == {"warning"}
    assert due(planned(below, ee, health)) == [24 * HOUR]
    assert due(planned(below, ee)) != [24 * HOUR]


def test_acknowledging_is_not_relaxed() -> None:
    below = baseline(acknowledge_within={"hours": 4}, tell={"fields": ["reference"]}, discharged_by="sent")
    found = planned(below, national(relaxes("base", hours=48)))
    assert due(found) == [48 * HOUR]
    assert due(found, "notice.acknowledge") == due(planned(below), "notice.acknowledge") == [4 * HOUR]
    assert len(reasons(found, "relaxed")) == 1


# Displacing


def displacing(target: dict[str, str], *clauses: dict[str, Any], **more: Any) -> Agreement:
    made = clauses or (clause("own", within={"hours": 2}),)
    return document("ee", "national", *made, displacements=[{"of": target, "by": "own", "cite": "§ 5"}], **more)


def test_an_authorised_displacement_leaves_one_clause_and_names_the_other() -> None:
    documents = (baseline(), displacing(of("base")))
    found = planned(*documents)
    assert [(each.commitment.source.name, each.commitment.id) for each in found] == [("ee", "own")]
    assert reasons(found, "displaces") == ["Stands in place of Title of notice (base 1, Art. notice)."]
    rules = {each.commitment.id: each for each in composing.composed(documents).rules}
    assert (rules["notice"].state, rules["notice"].displaced[0].under) == ("displaced", "Art. 9")
    assert (rules["own"].displaces, rules["own"].group) == ((("base", "notice"),), "notice")


def test_it_is_displaced_only_between_two_whom_both_bind() -> None:
    below = document("base", "baseline", clause(owed_by={"role": "suppliers"}, displaceable=ALLOWS))
    own = clause("own", owed_by={"role": "suppliers"}, within={"hours": 2})
    above = displacing(of("base"), own, parties=[CERT.uri, VENDOR.uri])
    found = {(each.commitment.id, each.debtor.slug) for each in planned(below, above)}
    assert found == {("own", "vendor"), ("notice", "cloud")}
    towards_others = displacing(of("base"), own | {"owed_to": {"role": "affected_certs"}})
    assert due(planned(below, towards_others)) == [24 * HOUR, 24 * HOUR]


def test_a_clause_of_which_it_is_not_known_whether_it_binds_displaces_nothing() -> None:
    own = clause("own", when={"fact": "significant_incident", "is": True})
    documents = (baseline(), displacing(of("base"), own))
    found = planned(*documents)
    assert {each.commitment.id for each in found} == {"own", "notice"}
    assert len(reasons(found, "may_be_displaced")) == 1
    known = planned(*documents, facts=(said("significant_incident", True),))
    assert [each.commitment.id for each in known] == ["own"]


def test_nobody_acknowledges_a_notice_that_gave_way() -> None:
    below = baseline(acknowledge_within={"hours": 4}, tell={"fields": ["reference"]}, discharged_by="sent")
    assert {each.commitment.id for each in planned(below)} == {"notice", "notice.acknowledge"}
    assert [each.commitment.id for each in planned(below, displacing(of("base")))] == ["own"]


def test_through_a_chain_the_last_one_stands_for_all() -> None:
    middle = displacing(of("base"), clause("own", displaceable={"by": ["sector"], "cite": "§ 8"}))
    top = document("health", "sector", clause("ward"), displacements=[{"of": of("ee", "own"), "by": "ward", "cite": "§ 2"}])
    found = planned(baseline(), middle, top)
    assert [each.commitment.id for each in found] == ["ward"]
    assert len(reasons(found, "displaces")) == 2


@pytest.mark.parametrize(
    ("below", "above", "code"),
    [
        (baseline(), displacing({"duty": "eu.nis2.art23.early_warning"}), "law"),
        (baseline(), displacing(of("base", "nothing")), "absent"),
        (document("base", "baseline", clause()), displacing(of("base")), "no_authority"),
        (document("base", "national", clause(displaceable=ALLOWS)), displacing(of("base")), "not_below"),
        (baseline(), displacing(of("base"), parties=[CERT.uri, "https://other.example/#x"]), "not_signed"),
    ],
)
def test_a_displacement_without_authority_is_a_finding_and_has_no_effect(below: Agreement, above: Agreement, code: str) -> None:
    assert codes(below, above) == [f"displacement.{code}"]
    assert due(planned(below, above)) == due(planned(below))


def test_a_law_gives_way_to_a_law_by_a_cited_relation_and_to_no_agreement() -> None:
    duty = law("warning", displaced_by=(("eu.other", "Art. 4"),))
    above = document("ee", "national", clause("own"), displacements=[{"of": {"duty": duty.id}, "by": "own", "cite": "§ 5"}])
    assert {each.commitment.id for each in planned(above, laws=(duty,))} == {duty.id, "own"}
    by_law = planned(above, laws=(duty, law("warning", "eu.other")))
    assert {each.commitment.id for each in by_law} == {"eu.other.warning", "own"}


def test_a_clause_that_runs_from_one_that_gave_way_is_a_finding() -> None:
    below = document("base", "baseline", clause(displaceable=ALLOWS), clause("plan", anchor={"after": "notice"}))
    assert codes(below, displacing(of("base"))) == ["displacement.leans"]
