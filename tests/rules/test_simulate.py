"""What an agreement would have done with a case: the very plan of production, and what is different."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import yaml

from incident.rules.case import Case
from incident.rules.commitment import Discharge, Restriction, Source
from incident.rules.planning import Done, Key, OnRecord, Planned, Verdict, happened, plan
from incident.rules.routing import MINIMAL, route
from incident.rules.simulate import Clock, Simulated, simulate
from incident.rules.terms import Agreement, bound, load
from tests.rules.demo_cases import agreements, deployment, parties, random_case, random_record, setting

ASSURANCE = next(each for each in agreements() if each.name == "sovereign-ai-assurance")


def changed(of: Agreement, **clauses: dict[str, Any]) -> Agreement:
    """The agreement as its next version, with members of these clauses replaced; None takes a member or a clause away."""
    document = {**of.document, "version": "9.0"}
    kept = []
    for each in document["commitments"]:
        new = clauses.pop(each["id"], {})
        if new is not None:
            kept.append({key: value for key, value in {**each, **new}.items() if value is not None})
    assert not clauses, f"there is no {clauses}"
    return load(yaml.safe_dump({**document, "commitments": kept}, sort_keys=False))


def estonian(severity: str = "high", tlp: str = "AMBER", **more: Any) -> Case:
    case = random_case(Random(5))
    filed = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
    here, known = deployment("ee-citizen-assistant"), parties()
    return replace(case, deployment=here, filer=known["cert-ee"], severity=severity, tlp=tlp, filed_at=filed, **more)


def clocks(found: Simulated, commitment: str) -> list[Clock]:
    return [each for each in found.clocks if each.key[1] == commitment]


def identity(planned: list[Planned] | tuple[Planned, ...]) -> list[Any]:
    return [(each.key, each.target_at, each.deadline, each.because, each.provisional, each.predicted) for each in planned]


@pytest.mark.parametrize("seed", range(40))
def test_the_versions_in_force_give_the_very_plan_of_production_and_no_difference(seed: int) -> None:
    random = Random(seed)
    case = random_case(random)
    laws = setting(case).laws
    first = plan(case, bound(agreements(), laws))
    record = random_record(random, first)
    production = plan(case, bound(agreements(), laws), happened(record))
    at = case.filed_at + timedelta(days=random.randrange(40))
    for agreement in agreements():
        found = simulate(setting(case, record, at), agreement)
        assert identity(found.planned) == identity(production)
        assert {each.change for each in found.clocks} <= {"same"}
        assert [each.then for each in found.tellings] == route(case, production)
        assert {each.change for each in found.tellings} <= {"same"}
        assert [each for each in found.conflicts if each.new] == []
        assert [each.then.verdict for each in found.clocks if each.then] == [each.before.verdict for each in found.clocks if each.before]
        assert found.replaced == (agreement,)


@pytest.mark.parametrize("seed", range(8))
def test_under_another_version_the_plan_is_what_production_would_give_under_it(seed: int) -> None:
    case = random_case(Random(seed))
    tried = changed(ASSURANCE, supplier_notice={"within": {"minutes": 20}}, mitigation_plan={"when": None}, root_cause=None)
    versions = [tried if each.name == tried.name else each for each in agreements()]
    found = simulate(setting(case), tried)
    assert identity(found.planned) == identity(plan(case, bound(versions, setting(case).laws)))


def test_a_shorter_period_moves_its_clocks_earlier_and_nothing_else() -> None:
    found = simulate(setting(estonian()), changed(ASSURANCE, supplier_notice={"within": {"minutes": 20}}))
    moved = [each for each in found.clocks if each.change != "same"]
    assert {(each.key[1], each.change) for each in moved} == {("supplier_notice", "earlier")}
    assert len(moved) == 2
    then, before = moved[0].then, moved[0].before
    assert then
    assert before
    assert then.planned.deadline
    assert before.planned.deadline
    assert before.planned.deadline.due_at - then.planned.deadline.due_at == timedelta(minutes=40)


def test_a_clause_that_is_dropped_is_gone_and_one_that_is_new_is_added() -> None:
    case = estonian()
    without = changed(ASSURANCE, root_cause=None)
    assert {each.change for each in clocks(simulate(setting(case), without), "root_cause")} == {"gone"}
    beside = replace(setting(case), in_force=(without,))
    assert {each.change for each in clocks(simulate(beside, ASSURANCE), "root_cause")} == {"added"}


def test_a_number_that_is_taken_away_counts_as_later() -> None:
    found = simulate(setting(estonian()), changed(ASSURANCE, operator_notice={"within": None}))
    assert [each.change for each in clocks(found, "operator_notice")] == ["later"]


def test_another_discharge_is_another_duty_although_no_instant_moves() -> None:
    found = simulate(setting(estonian()), changed(ASSURANCE, operator_notice={"discharged_by": "received"}))
    assert [each.change for each in clocks(found, "operator_notice")] == ["other"]


def notice_sent(after: timedelta, *more: Done, source: str = ASSURANCE.name) -> tuple[Case, OnRecord]:
    case = estonian()
    at = case.filed_at + after
    key = Key(source, "operator_notice", case.filer.id, case.operator.id, "first")
    return case, OnRecord(key, True, Discharge.SENT, (Done("sent", at, at), *more), True, case.filed_at + timedelta(hours=24))


def test_what_was_done_in_time_is_late_under_a_stricter_clause() -> None:
    case, record = notice_sent(timedelta(hours=3))
    found = simulate(
        setting(case, (record,), case.filed_at + timedelta(days=3)), changed(ASSURANCE, operator_notice={"within": {"hours": 2}})
    )
    (clock,) = clocks(found, "operator_notice")
    assert clock.then
    assert clock.before
    assert (clock.then.verdict, clock.before.verdict) == (Verdict.MET_LATE, Verdict.MET)
    assert (clock.then.acts, clock.then.late, clock.before.late) == ("own", True, False)


def test_acts_under_the_same_clause_of_another_agreement_are_taken_over_and_it_is_said() -> None:
    case, record = notice_sent(timedelta(hours=3))
    tried = load(yaml.safe_dump({**ASSURANCE.document, "name": "a-new-agreement"}, sort_keys=False))
    found = simulate(setting(case, (record,), case.filed_at + timedelta(days=3)), tried)
    (mine,) = [each for each in clocks(found, "operator_notice") if each.key[0] == "a-new-agreement"]
    assert mine.change == "added"
    assert mine.then
    assert (mine.then.acts, mine.then.verdict) == ("like", Verdict.MET)
    assert found.replaced == ()


def test_a_duty_that_nobody_had_is_not_called_late_for_want_of_acts() -> None:
    case = estonian()
    old = replace(setting(case, (), case.filed_at + timedelta(days=3)), in_force=())
    (clock,) = clocks(simulate(old, ASSURANCE), "operator_notice")
    assert clock.then
    assert (clock.then.verdict, clock.then.acts) == (Verdict.MISSED, "none")
    assert (clock.then.late, clock.then.untested) == (False, True)


def test_a_waiver_or_an_extension_counts_only_under_a_clause_that_knows_of_it() -> None:
    case, sent = notice_sent(timedelta(hours=30))
    until = case.filed_at + timedelta(hours=40)
    waived = replace(sent, acts=(Done("waived", case.filed_at, case.filed_at),))
    later = case.filed_at + timedelta(days=3)
    for record, members in ((replace(sent, extended_until=until), {"extendable": "cl. 1"}), (waived, {"waivable": "cl. 2"})):
        name = next(iter(members))
        verdicts = [
            each.then.verdict
            for said in (members, {name: None})
            for each in clocks(simulate(setting(case, (record,), later), changed(ASSURANCE, operator_notice=said)), "operator_notice")
            if each.then
        ]
        good, bad = (Verdict.MET, Verdict.MET_LATE) if name == "extendable" else (Verdict.WAIVED, Verdict.MISSED)
        assert verdicts == [good, bad]


def test_what_a_recipient_would_see_is_compared_field_by_field() -> None:
    tried = changed(ASSURANCE, operator_notice={"tell": {"fields": ["reference", "tlp"], "release": "pre_authorised"}})
    found = simulate(setting(estonian()), tried)
    (told,) = [each for each in found.tellings if each.recipient.slug == "ee-ministry"]
    assert told.change == "other"
    assert "summary" in told.fields
    assert told.then
    assert told.before
    assert "summary" not in told.then.items
    assert "summary" in told.before.items


def test_a_duty_to_tell_that_handling_forbids_is_a_conflict_with_its_reason() -> None:
    found = simulate(setting(estonian(tlp="AMBER+STRICT")), changed(ASSURANCE, supplier_notice={"handling": {"max_tlp": "GREEN"}}))
    conflicts = [each for each in found.conflicts if each.commitment == "supplier_notice" and each.new]
    assert {each.code for each in conflicts} == {"nothing_leaves"}
    assert len({each.to for each in conflicts}) == 2
    assert all(each.why for each in conflicts)


def test_a_field_that_the_notice_must_contain_and_residency_keeps_is_a_conflict() -> None:
    members = {"must_contain": ["reference", "summary"], "handling": {"max_tlp": "AMBER", "residency": ["EE"]}}
    found = simulate(setting(estonian()), changed(ASSURANCE, supplier_notice=members))
    named = [each for each in found.conflicts if each.new]
    assert {(each.code, each.commitment) for each in named} == {("must_contain", "supplier_notice")}
    assert all("summary" in each.why for each in named)


def restricted(*kept: str, clause: str = "supplier_notice", by: str = "https://cert-ee.example/#party") -> Agreement:
    """The agreement with a restriction among the limits of that clause, as composing puts it there."""
    source = Source("agreement", "data-act", "1.0", "sha256:0", "sec. 4")
    act = Restriction("stay", "Data of residents stay", source, kept, ("EE",), frozenset({by}))
    commitments = tuple(
        replace(each, limits=replace(each.limits, restrictions=(act,))) if each.id == clause else each for each in ASSURANCE.commitments
    )
    return replace(ASSURANCE, commitments=commitments)


def test_must_notify_against_must_not_transfer_is_a_conflict_and_the_minimal_lawful_notice_goes() -> None:
    case = estonian()
    found = simulate(setting(case), restricted("system"))
    conflicts = [each for each in found.conflicts if each.new]
    assert {(each.code, each.commitment) for each in conflicts} == {("must_not_transfer", "supplier_notice")}
    for each in conflicts:
        assert "data-act 1.0, sec. 4" in each.why
        assert each.cite in each.why
        assert each.why.endswith("The minimal lawful notice goes.")
        (told,) = [one.then for one in found.tellings if one.then and one.then.recipient.slug == each.to and one.then.items]
        assert set(told.items) <= {*MINIMAL, "duties"}
        assert {held.rule for held in told.withheld} == {"restriction", "restriction.minimal"}


def test_a_restricted_field_that_the_notice_must_contain_is_both_conflicts() -> None:
    tried = changed(ASSURANCE, supplier_notice={"must_contain": ["reference", "system"]})
    act = restricted("system").commitment("supplier_notice")
    assert act
    commitments = tuple(replace(each, limits=act.limits) if each.id == "supplier_notice" else each for each in tried.commitments)
    found = simulate(setting(estonian()), replace(tried, commitments=commitments))
    assert {each.code for each in found.conflicts if each.new} == {"must_not_transfer", "must_contain"}


def test_a_restriction_that_binds_none_of_the_senders_is_no_conflict() -> None:
    found = simulate(setting(estonian()), restricted("system", by="https://somebody-else.example/#party"))
    assert [each for each in found.conflicts if each.new] == []
    assert {each.change for each in found.tellings} <= {"same"}


def test_a_clause_that_cannot_be_planned_is_a_conflict() -> None:
    broken = replace(ASSURANCE, commitments=tuple(_nowhere(each) for each in ASSURANCE.commitments))
    found = simulate(setting(estonian()), broken)
    assert [(each.code, each.commitment) for each in found.conflicts if each.new] == [("not_planned", "operator_notice")]


def _nowhere(commitment: Any) -> Any:
    away = replace(commitment.counting, zone_of="fixed:Atlantis/Poseidonis")
    return replace(commitment, counting=away) if commitment.id == "operator_notice" else commitment


def test_it_says_where_the_record_is_not_what_the_plan_in_force_gives() -> None:
    case = estonian()
    planned = plan(case, bound(agreements(), setting(case).laws))
    record = tuple(replace(each, acts=()) for each in random_record(Random(1), planned))
    assert simulate(setting(case, record), ASSURANCE).off_record == 0
    assert simulate(setting(case, record[1:]), ASSURANCE).off_record == 1
    moved = replace(record[0], due_at=case.filed_at)
    assert simulate(setting(case, (moved, *record[1:])), ASSURANCE).off_record == 1
