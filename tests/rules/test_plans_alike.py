"""What is tried out is what production does: over random cases, random agreements and random acts, obligations and notices alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from incident.rules import typical
from incident.rules.case import Case
from incident.rules.facts import Facts
from incident.rules.legaltime.values import Moment
from incident.rules.planning import Happened, OnRecord, Planned, Standing, Verdict, happened, plan, standing_still, verdict
from incident.rules.routing import route
from incident.rules.simulate import Setting, Simulated, simulate
from incident.rules.terms import Agreement, bound
from tests.examples import examples
from tests.rules.demo_cases import agreements, random_case, random_claims, random_record, setting
from tests.rules.random_agreements import random_agreement, random_pair

SEEDS = st.integers(min_value=0, max_value=2**32)


def obligations(planned: tuple[Planned, ...] | list[Planned]) -> list[Any]:
    """Everything of a plan that is kept; the order is part of it."""
    return [
        (each.key, each.commitment.title, each.started_at, each.target_at, each.deadline, each.because, each.provisional, each.predicted,
         each.group) for each in planned
    ]  # fmt: skip


def notices(found: Simulated) -> dict[Any, Any]:
    return {(each.recipient.slug, each.then.way): each.then for each in found.tellings if each.then}


@settings(max_examples=examples(250), deadline=None)
@given(SEEDS)
def test_a_random_agreement_does_in_a_simulation_what_it_does_in_production(seed: int) -> None:
    random = Random(seed)
    case, agreement = random_case(random), random_agreement(random)
    in_force = _some_in_force(random, agreement)
    laws = setting(case).laws
    tried = tuple(agreement if each.name == agreement.name else each for each in in_force)
    tried = tried if agreement in tried else (*tried, agreement)
    record = random_record(random, plan(case, bound(tried, laws))) if random.random() < 0.7 else ()
    at = case.filed_at + timedelta(hours=random.randrange(900))
    found = simulate(replace(setting(case, record, at), in_force=in_force), agreement)
    production = plan(case, bound(tried, laws), _had_it_bound(found, agreement, record))
    assert obligations(found.planned) == obligations(production)
    assert notices(found) == {(draft.recipient.slug, draft.way): draft for draft in route(case, production)}
    before = plan(case, bound(in_force, laws), happened(record))
    assert {each.key for each in found.clocks if each.before} == {each.key for each in before}


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
@example(1795)  # a miss under the document that is tried, and a claim beside it
def test_layers_misses_pauses_and_claims_are_simulated_as_they_are_planned(seed: int) -> None:
    random = Random(seed)
    case, (below, above) = random_case(random), random_pair(random)
    in_force = (*_some_in_force(random, below)[:2], below)
    tried, laws = (*in_force, above), setting(case).laws
    first = plan(case, bound(tried, laws))
    claims = random_claims(random, first)
    record = random_record(random, plan(case, bound(tried, laws), happened(()), claims))
    at = case.filed_at + timedelta(hours=random.randrange(900))
    found = simulate(Setting(case, in_force, laws, record, at, claims), above)
    done = happened(record)
    production = plan(case, bound(tried, laws), _had_it_bound(found, above, record), claims)
    assert obligations(found.planned) == obligations(production)
    assert notices(found) == {(draft.recipient.slug, draft.way): draft for draft in route(case, production)}
    before = plan(case, bound(in_force, laws), done, claims)
    assert obligations([each.before.planned for each in found.clocks if each.before and each.then]) == obligations(
        _in_the_order_of(found, before)
    )
    kept = {each.key: each for each in record}
    for each in found.clocks:
        if each.then and not each.then.planned.group and each.key in kept:
            assert each.then.verdict is _stands(each.then.planned, kept[each.key], at)


def _had_it_bound(found: Simulated, agreement: Agreement, record: tuple[OnRecord, ...]) -> Happened:
    """The record as it would be under the document: production would have recorded what was late under it, where something follows."""
    done = happened(record)
    late = [each.then.planned for each in found.clocks if each.then and each.then.late and each.key.source == agreement.name]
    missed = {each.key: (each.deadline.due_at,) for each in late if each.commitment.on_miss and each.deadline}
    return done if agreement.digest in {each.digest for each in found.replaced} else replace(done, missed={**done.missed, **missed})


def _in_the_order_of(found: Simulated, planned: list[Planned]) -> list[Planned]:
    by_key = {each.key: each for each in planned}
    return [by_key[each.key] for each in found.clocks if each.before and each.then]


def _stands(planned: Planned, record: OnRecord, at: datetime) -> Verdict:
    """As production keeps it: the due instant on the row is the one that its pauses leave."""
    acts = tuple(each for each in record.acts if each.kind != "missed")
    _, due_at = standing_still(record.pauses, None, planned.deadline.due_at if planned.deadline else None)
    return verdict(Standing(due_at, planned.commitment.discharged_by, planned.provisional, planned.predicted), acts, at)


def _some_in_force(random: Random, agreement: Agreement) -> tuple[Agreement, ...]:
    """Some of the demo's, and perhaps an earlier version of the one that is tried."""
    found = tuple(each for each in agreements() if random.random() < 0.7)
    if random.random() < 0.5:
        return found
    earlier = replace(random_agreement(random), name=agreement.name)
    named = tuple(replace(each, source=replace(each.source, name=agreement.name)) for each in earlier.commitments)
    return (*found, replace(earlier, commitments=named))


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_a_typical_case_is_planned_as_the_same_case_would_be(seed: int) -> None:
    random = Random(seed)
    each, agreement = random.choice(typical.cases()), random_agreement(random)
    for (played, found), asked in zip(typical.performed(agreement, each), typical.settings(each), strict=True):
        cast = typical.recast(agreement, played.parts)
        production = plan(asked.case, bound((*played.beside, cast), asked.laws))
        assert obligations(found.planned) == obligations(production)
        assert [draft.digest for draft in notices(found).values()] == [draft.digest for draft in route(asked.case, production)]


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_cases_that_say_the_same_at_other_times_with_other_acts_are_each_planned_by_themselves(seed: int) -> None:
    random = Random(seed)
    agreement, first = random_agreement(random), random_case(random)
    laws = setting(first).laws
    for number in range(4):
        case = _moved(first, timedelta(hours=31 * number))
        record = random_record(random, plan(case, bound((agreement,), laws)))
        found = simulate(Setting(case, (), laws, record, case.filed_at + timedelta(days=9)), agreement)
        production = plan(case, bound((agreement,), laws), _had_it_bound(found, agreement, record))
        assert obligations(found.planned) == obligations(production)
        assert notices(found) == {(draft.recipient.slug, draft.way): draft for draft in route(case, production)}


def _moved(case: Case, by: timedelta) -> Case:
    """The same, later; whoever plays in it is the very same."""
    facts = {key: replace(fact, value=_later(fact.value, by)) for key, fact in case.facts.by_key.items()}
    return replace(case, filed_at=case.filed_at + by, facts=Facts(facts))


def _later(value: Any, by: timedelta) -> Any:
    return Moment.exactly(value.earliest + by) if isinstance(value, Moment) else value
