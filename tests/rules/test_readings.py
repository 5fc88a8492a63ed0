"""Readings, without a database: a claim never changes the stated reading, until the other side agrees; and then only between the two."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from incident.rules.case import Case
from incident.rules.facts import Facts
from incident.rules.legaltime.values import Moment
from incident.rules.planning import STATED, Claim, Key, Planned, counterparts, happened, plan
from incident.rules.routing import route
from incident.rules.simulate import simulate
from incident.rules.terms import bound
from tests.rules.demo_cases import agreements, random_case, random_record, setting

NOBODY = Key("nothing", "nothing", uuid.UUID(int=0), None, "first")


def identity(planned: list[Planned]) -> list[object]:
    return [(each.key, each.target_at, each.deadline, each.because, each.provisional, each.predicted) for each in planned]


def a_claim(random: Random, case: Case, planned: list[Planned]) -> Claim:
    """That the operator was aware at another instant; or for one of its duties more time, or a waiver."""
    by = random.choice([case.operator, case.filer, *case.deployment.suppliers])
    kind = random.choice(["start", "start", "more_time", "waiver"])
    moment = Moment.exactly(case.filed_at - timedelta(minutes=random.randrange(6000)))
    of = random.choice(planned).key
    return Claim(uuid.UUID(int=random.getrandbits(128)), kind, by.id, by.name, of, "aware_at", case.operator.id, moment)


@pytest.mark.parametrize("seed", range(60))
def test_a_claim_never_changes_the_stated_reading(seed: int) -> None:
    random = Random(seed)
    case = random_case(random)
    binding = bound(agreements(), setting(case).laws)
    done = happened(random_record(random, plan(case, binding)))
    alone = plan(case, binding, done)
    claims = [a_claim(random, case, alone) for _ in range(random.randrange(1, 4))]
    with_claims = plan(case, binding, done, claims)
    assert identity([each for each in with_claims if each.reading == STATED]) == identity(alone)
    beside = [each for each in with_claims if each.reading != STATED]
    assert len({each.key for each in with_claims}) == len(with_claims)
    assert {each.key.stated for each in beside} <= {each.key for each in alone}
    assert all(each.because[0].code == "reading" for each in beside)


@pytest.mark.parametrize("seed", range(20))
def test_a_claimed_start_comes_to_what_the_fact_would_come_to(seed: int) -> None:
    random = Random(seed)
    case = random_case(random)
    binding = bound(agreements(), setting(case).laws)
    claim = replace(a_claim(random, case, plan(case, binding)), kind="start", by=case.filer.id)
    corrected = replace(case, facts=case.facts.with_instead("aware_at", case.operator.id, claim.moment, said_by=case.filer.id))
    as_corrected = {each.key: each.deadline for each in plan(corrected, binding)}
    for each in plan(case, binding, claims=[claim]):
        if each.reading != STATED:
            assert each.deadline == as_corrected[each.key.stated]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_agreed_moves_only_what_is_between_those_who_agreed(seed: int) -> None:
    random = Random(seed)
    case = random_case(random)
    binding = bound(agreements(), setting(case).laws)
    stated = {each.key: each for each in plan(case, binding)}
    claim = replace(a_claim(random, case, list(stated.values())), kind="start", by=case.operator.id, agreed=frozenset({case.filer.id}))
    for key, each in {each.key: each for each in plan(case, binding, claims=[claim])}.items():
        if each.reading == STATED and each.deadline != stated[key].deadline:
            assert {case.operator.id, case.filer.id} == {each.debtor.id, each.creditor.id if each.creditor else None}
        if each.reading != STATED:
            asked = counterparts(claim.by, claim.about, each.debtor.id, each.creditor.id if each.creditor else None)
            assert not asked or not asked <= claim.agreed


def test_readings_that_are_disputed_are_told_by_no_notice_of_the_plan() -> None:
    random = Random(3)
    case = random_case(random)
    binding = bound(agreements(), setting(case).laws)
    alone = plan(case, binding)
    claims = [replace(a_claim(random, case, alone), kind="start", by=case.filer.id)]
    with_claims = plan(case, binding, claims=claims)
    assert len(with_claims) > len(alone), "the seed should give a claim that changes something"
    assert [each.digest for each in route(case, with_claims)] == [each.digest for each in route(case, alone)]


@pytest.mark.parametrize("seed", range(10))
def test_a_simulation_keeps_the_readings_on_both_sides(seed: int) -> None:
    random = Random(seed)
    case = random_case(random)
    laws = setting(case).laws
    claims = (replace(a_claim(random, case, plan(case, bound(agreements(), laws))), kind="start", by=case.filer.id),)
    production = plan(case, bound(agreements(), laws), claims=claims)
    record = random_record(random, production)
    for agreement in agreements():
        found = simulate(replace(setting(case, record), claims=claims), agreement)
        assert {each.key for each in found.clocks} == {each.key for each in plan(case, bound(agreements(), laws), happened(record), claims)}
        assert {each.change for each in found.clocks} <= {"same"}


def test_whose_counter_signature_counts() -> None:
    debtor, creditor, operator = (uuid.UUID(int=number) for number in (1, 2, 3))
    assert counterparts(debtor, operator, debtor, creditor) == {creditor}
    assert counterparts(creditor, operator, debtor, creditor) == {debtor}
    assert counterparts(operator, operator, debtor, creditor) == {debtor, creditor}
    assert counterparts(debtor, operator, debtor, None) == {operator}, "no authority on this node: whom the fact is about"
    assert counterparts(debtor, debtor, debtor, None) == set()


def test_a_fact_that_was_not_stated_can_be_claimed() -> None:
    random = Random(4)
    case = replace(random_case(random), facts=Facts())
    binding = bound(agreements(), setting(case).laws)
    claim = Claim(uuid.UUID(int=9), "start", case.filer.id, "us", NOBODY, "aware_at", case.operator.id, Moment.exactly(case.filed_at))
    assert any(each.reading == claim.reading and each.deadline for each in plan(case, binding, claims=[claim]))
