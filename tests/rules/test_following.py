"""What follows a miss, planned from values alone: the same again, counted where the clause is counted, by the right side."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from incident.rules.commitment import Commitment, Counting, Discharge, Excuse, Extension, OnMiss, Source
from incident.rules.legaltime.values import Period
from incident.rules.planning import FIRST, Done, Happened, Key, OnRecord, Planned, happened, plan
from tests.rules.planning_case import AUTHORITY, MINISTRY, case, law

H = timedelta(hours=1)
AFTER = OnMiss("cl. 14", Period(48, "h", "elapsed_hours"), Period(5, "bd", "business_days"), Period(10, "d", "calendar_days"))
PLAN = law("plan", on_miss=AFTER, extendable="cl. 9", acknowledge_within=Period(4, "h", "elapsed_hours"))
CASE = case()
(OWED,) = [each for each in plan(CASE, [PLAN]) if each.commitment.id == PLAN.id]
assert OWED.deadline
DUE = OWED.deadline.due_at


def missed(*instants: datetime) -> Happened:
    return Happened(missed={OWED.key: instants})


def following(done: Happened, clause: Commitment = PLAN) -> list[Planned]:
    return [each for each in plan(CASE, [clause], done) if each.occurrence.startswith("after a miss")]


def test_both_owe_the_review_the_debtor_the_cure_the_creditor_the_notice() -> None:
    found = {(each.stage, each.debtor.slug, each.creditor.slug) for each in following(missed(DUE)) if each.creditor}
    assert found == {
        ("breach", "authority", "ministry"),
        ("cure", "ministry", "authority"),
        ("review", "ministry", "authority"),
        ("review", "authority", "ministry"),
    }


@pytest.mark.parametrize("hours", [found for n in range(4) for found in product((-1, 0, 5), repeat=n)])
def test_planning_again_finds_the_same_and_follows_the_first_miss_that_still_stands(hours: tuple[int, ...]) -> None:
    instants = [DUE + each * H for each in hours]
    found = following(missed(*instants))
    assert [(each.key, each.deadline) for each in found] == [(each.key, each.deadline) for each in following(missed(*instants))]
    standing = [at for at in instants if at >= DUE]
    assert {each.started_at for each in found} == set(standing[:1])
    assert len(found) == (4 if standing else 0)


def test_each_is_dated_by_its_own_period_from_the_miss_and_cites_what_orders_it() -> None:
    for each in following(missed(DUE)):
        assert each.commitment.source.cite == "cl. 14"
        assert each.commitment.discharged_by is Discharge.SUBMITTED
        assert each.deadline
        assert each.deadline.due_at > DUE
        assert not each.predicted
    (breach,) = [each for each in following(missed(DUE)) if each.stage == "breach"]
    assert breach.deadline
    assert breach.deadline.due_at == DUE + 48 * H


def test_nobody_may_extend_or_pause_what_follows_and_nothing_follows_its_miss() -> None:
    excused = replace(PLAN, excuses=(Excuse("pause", "injunction", "both", "cl. 13"),), extension=Extension("both"))
    for each in following(missed(DUE), excused):
        said = each.commitment
        assert (said.extendable, said.excuses, said.on_miss, said.acknowledge_within, said.tell) == (None, (), None, None, None)


@pytest.mark.parametrize("whose", ["owed_by", "owed_to"])
def test_it_is_counted_where_the_clause_is_counted_whoever_owes_it(whose: str) -> None:
    debtor, creditor = replace(MINISTRY, zone="Asia/Tokyo"), replace(AUTHORITY, zone="America/New_York")
    there = case(operator=debtor, directory=(*[each for each in CASE.directory if each.id != creditor.id], creditor))
    clause = replace(PLAN, counting=Counting(whose, whose))
    (owed,) = [each for each in plan(there, [clause]) if each.commitment.id == clause.id]
    found = [each for each in plan(there, [clause], missed(DUE)) if each.occurrence.startswith("after a miss")]
    assert owed.clock
    assert {each.clock.place.zone for each in found if each.clock} == {owed.clock.place.zone}
    assert len(found) == 4


def test_a_miss_on_record_is_told_to_planning_in_the_order_of_recording_also_when_it_was_superseded() -> None:
    def on_record(at: datetime, recorded: datetime, live: bool) -> OnRecord:
        return OnRecord(OWED.key, True, Discharge.SUBMITTED, (Done("missed", at, recorded),), live)

    found = happened([on_record(DUE, DUE + H, live=False), on_record(DUE + 9 * H, DUE + 10 * H, live=True)])
    assert found.missed == {OWED.key: (DUE, DUE + 9 * H)}


def test_what_follows_a_miss_is_no_clause_of_that_name() -> None:
    """An agreement may have a clause `review` of its own; submitting the review of a miss starts nothing that runs from it."""
    key = Key("agreed", "plan.review", MINISTRY.id, AUTHORITY.id, "after a miss of first")
    done = happened([OnRecord(key, True, Discharge.SUBMITTED, (Done("submitted", DUE, DUE),))])
    assert set(done.submitted) == {("agreed", "plan.review", MINISTRY.id)}


def test_a_provisional_duty_and_one_that_only_asks_to_look_are_followed_by_nothing() -> None:
    assert following(missed(DUE), replace(PLAN, provisional_because="Not law yet.")) == []
    broken = replace(PLAN, counting=Counting("fixed:Nowhere/Land"))
    assert [each.occurrence for each in plan(CASE, [broken], missed(DUE))] == ["not planned"] * 2 or following(missed(DUE), broken) == []


def test_the_acknowledgement_of_a_clause_is_followed_by_nothing_and_is_its_own_clock() -> None:
    clause = replace(PLAN, excuses=(Excuse("pause", "injunction", "both", "cl. 13"),))
    (receipt,) = [each for each in plan(CASE, [clause]) if each.commitment.id.endswith(".acknowledge")]
    assert (receipt.commitment.on_miss, receipt.commitment.excuses, receipt.occurrence) == (None, (), FIRST)


def test_the_source_of_what_follows_is_that_of_the_clause_but_for_the_provision() -> None:
    (cure,) = [each for each in following(missed(DUE)) if each.stage == "cure"]
    assert cure.commitment.source == replace(PLAN.source, cite="cl. 14")
    assert isinstance(cure.commitment.source, Source)
