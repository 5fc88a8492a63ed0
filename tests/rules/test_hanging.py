"""Where nothing is said to hang on a duty, planning again finds the same: over random cases, random agreements, laws, acts and claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from incident.rules.commitment import Discharge
from incident.rules.planning import Done, Looks, OnRecord, Planned, happened, may_hang_on, plan, runs_from
from incident.rules.terms import bound
from tests.examples import examples
from tests.rules.demo_cases import agreements, random_case, random_claims, random_record, setting
from tests.rules.random_agreements import random_agreement, random_pair
from tests.rules.test_plans_alike import obligations

SEEDS = st.integers(min_value=0, max_value=2**32)


def looks(each: Planned) -> Looks:
    """As it is kept with the obligation."""
    commitment = each.commitment
    return Looks(commitment.source.name, commitment.id, frozenset(runs_from(commitment)), commitment.repeat is not None)


def one_more(random: Random, each: OnRecord, acts: tuple[Done, ...]) -> OnRecord:
    """The same, sent or received somewhen as well."""
    at = (each.due_at or acts[0].recorded_at) + timedelta(minutes=random.randrange(-3000, 3000))
    return replace(each, acts=(*each.acts, Done(random.choice(("sent", "received")), at, at)))


def hangs_and_changes(seed: int) -> tuple[bool, bool]:
    """Of a random case in which some duties were handed over: whether something is said to hang on them, and whether something does."""
    random = Random(seed)
    case = random_case(random)
    documents = random_pair(random) if random.random() < 0.3 else (random_agreement(random),)
    binding = bound((*documents, *agreements()), setting(case).laws)
    record = random_record(random, plan(case, binding))
    claims = random_claims(random, plan(case, binding)) if random.random() < 0.3 else ()
    before = plan(case, binding, happened(record), claims)
    kept = {each.key: each for each in record}
    live = [kept.get(each.key) or OnRecord(each.key, True, Discharge(each.commitment.discharged_by)) for each in before]
    told = [number for number, each in enumerate(before) if each.commitment.tell or random.random() < 0.2] or [0]
    chosen = random.sample(told, min(len(told), random.randint(1, 3)))
    filed = (Done("filed", case.filed_at, case.filed_at),)
    after = [one_more(random, each, filed) if number in chosen else each for number, each in enumerate(live)]
    said = may_hang_on([looks(before[number]) for number in chosen], map(looks, before))
    return said, obligations(plan(case, binding, happened(after), claims)) != obligations(plan(case, binding, happened(live), claims))


@settings(max_examples=examples(300), deadline=None)
@given(SEEDS)
def test_what_nothing_hangs_on_changes_no_plan(seed: int) -> None:
    said, changes = hangs_and_changes(seed)
    assert said or not changes


def test_both_are_found_among_random_cases() -> None:
    found = {hangs_and_changes(seed) for seed in range(60)}
    assert {(True, True), (False, False)} <= found


def test_of_what_was_kept_before_it_was_kept_what_clocks_look_at_nobody_says_that_nothing_hangs_on_it() -> None:
    one, unknown = Looks("a", "notify", frozenset(), False), Looks("b", "old", None, False)
    assert not may_hang_on([one], [one])
    assert may_hang_on([one], [one, unknown])
    assert may_hang_on([unknown], [one])


def test_a_stage_is_meant_by_its_last_word_too_and_only_within_its_own_source() -> None:
    early, after = (
        Looks("nis2", "art23.early_warning", frozenset(), False),
        Looks("nis2", "art23.final", frozenset({"early_warning"}), False),
    )
    assert may_hang_on([early], [early, after])
    assert not may_hang_on([after], [early, after])
    assert not may_hang_on([early], [early, replace(after, source="dora")])


def test_on_a_duty_that_comes_again_its_next_time_hangs() -> None:
    again = Looks("a", "weekly", frozenset(), True)
    assert may_hang_on([again], [again])
