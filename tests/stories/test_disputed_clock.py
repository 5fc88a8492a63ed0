"""Two sides of one clock who do not agree when it started, whether it was extended, or whether it still runs at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.agree_to_claim import agree_to_claim
from incident.actions.claim import claim
from incident.actions.close_case import close_case
from incident.actions.commands import Claims, CloseCase, DoneBy
from incident.actions.file_report import preview
from incident.actions.refuse_claim import refuse_claim
from incident.actions.simulate_agreement import simulate_agreement
from incident.actions.submit import submit
from incident.actions.waive import waive
from incident.actions.withdraw_claim import withdraw_claim
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from incident.rules.legaltime import moment
from tests.stories.test_what_if import ASSURANCE
from tests.world import World, a_report

LATER = "2026-11-23T14:10:00+02:00"  # the report says 10:40
OPERATOR, CERT, VENDOR = "ee-ministry", "cert-ee", "halden-compute"
DONE = DoneBy("duty officer", detail={"proof": "INC-4711"})


def stated(world: World, filed: dict[str, Any], commitment: str, by: str = CERT, **which: Any) -> dict[str, Any]:
    found = [each for each in live(world, filed, commitment, by, **which) if each["reading"] == "stated"]
    assert len(found) == 1
    return found[0]


def live(world: World, filed: dict[str, Any], commitment: str, by: str = CERT, owed_by: str | None = None) -> list[dict[str, Any]]:
    every = world.incident(filed, by)["obligations"]
    return [
        each
        for each in every
        if each["commitment"].endswith(commitment) and each["superseded_by"] is None and owed_by in (None, each["owed_by"])
    ]


def claims(world: World, by: str, obligation: dict[str, Any], **said: Any) -> dict[str, Any]:
    given = {"kind": "start", "reason": "Our log says so", **({"moment": moment(LATER)} if "kind" not in said else {}), **said}
    with world.work(by) as work:
        return claim(work, UUID(obligation["id"]), Claims(**given))


def a_disputed_awareness(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The operator says that it was aware three and a half hours later than the CERT's report has it."""
    filed = world.files()
    world.sweep()
    return filed, claims(world, OPERATOR, stated(world, filed, "art23.early_warning"))


def by_reading(world: World, filed: dict[str, Any], made: dict[str, Any], commitment: str = "art23.early_warning") -> tuple[str, str]:
    found = {each["reading"]: each["verdict"] for each in live(world, filed, commitment)}
    return found["stated"], found[made["id"]]


def test_both_clocks_run_and_one_act_is_late_in_the_one_and_in_time_in_the_other(world: World) -> None:
    world.forward(hours=6)
    filed, made = a_disputed_awareness(world)
    first, second = live(world, filed, "art23.early_warning")
    assert (first["due_at"], second["due_at"]) == ("2026-11-24T09:00:00Z", "2026-11-24T13:00:00Z")
    assert second["because"][0]["text"].startswith("In the reading of")
    assert by_reading(world, filed, made) == ("running", "running")
    world.forward(hours=20)  # 11:00 UTC the next day: between the two due instants
    world.sweep()
    assert by_reading(world, filed, made) == ("missed", "running")
    with world.work(OPERATOR) as work:
        submit(work, UUID(first["id"]), "early_warning", DONE)
    assert by_reading(world, filed, made) == ("met_late", "met")


def test_an_act_about_the_claimed_reading_is_done_in_the_stated_one_too(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    second = next(each for each in live(world, filed, "art23.early_warning") if each["reading"] == made["id"])
    with world.work(OPERATOR) as work:
        submit(work, UUID(second["id"]), "early_warning", DONE)
    assert by_reading(world, filed, made) == ("met", "met")


def a_disputed_awareness_at(world: World, **later: float) -> tuple[dict[str, Any], dict[str, Any]]:
    world.forward(**later)
    return a_disputed_awareness(world)


def test_each_reading_has_its_own_timers_and_its_own_line_on_the_board(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    ids = [each["id"] for each in live(world, filed, "art23.early_warning")]
    for id_ in ids:
        assert world.rows("select 1 from demarche.timer where obligation_id = :id and step = 'due'", id=id_)
    with world.work(OPERATOR) as work:
        lines = {each["obligation"]: each for each in board.lines(work)["lines"]}
    assert [lines[id_]["reading_of"] for id_ in ids] == [None, OPERATOR]
    assert [lines[id_]["reading"] for id_ in ids] == ["stated", made["id"]]


def test_what_does_not_run_from_the_fact_or_is_not_between_the_two_has_one_reading(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    every = world.incident(filed)["obligations"]
    disputed = [each for each in every if each["reading"] == made["id"]]
    assert disputed
    assert all(OPERATOR in (each["owed_by"], each["owed_to"]) for each in disputed)
    assert not [each for each in disputed if each["predicted"]]


def test_no_fact_is_changed_and_the_claim_is_evidence(world: World) -> None:
    filed, _ = a_disputed_awareness_at(world, hours=6)
    facts = [each for each in world.incident(filed)["facts"] if each["name"] == "aware_at"]
    assert [each["earliest_at"] for each in facts] == ["2026-11-23T08:40:00Z"]
    with world.work(CERT) as work:
        said = [entry["text"] for entry in board.timeline(work, UUID(filed["incident"]))]
    assert "Claimed against a clock by duty officer: Our log says so" in said


def test_agreed_the_claimed_clock_is_the_clock_and_the_miss_stays_on_record(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    first, second = live(world, filed, "art23.early_warning")
    world.forward(hours=20)
    world.sweep()
    with world.work(CERT) as work:
        shown = agree_to_claim(work, UUID(made["id"]))
    assert (shown["state"], shown["agreed"], shown["awaiting"]) == ("agreed", [CERT], [])
    (now,) = live(world, filed, "art23.early_warning")
    assert (now["id"], now["reading"], now["verdict"], now["due_at"]) == (second["id"], "stated", "running", second["due_at"])
    before = next(each for each in world.incident(filed)["obligations"] if each["id"] == first["id"])
    assert (before["superseded_by"], before["verdict"], before["missed_at"]) == (second["id"], "missed", first["due_at"])
    facts = [each for each in world.incident(filed)["facts"] if each["name"] == "aware_at"]
    assert len(facts) == 1, "no fact was changed"
    world.files(severity="critical", revision=2)  # planned again: what was agreed stays agreed
    (again,) = live(world, filed, "art23.early_warning")
    assert (again["id"], again["due_at"]) == (second["id"], second["due_at"])


def test_agreed_what_was_only_predicted_from_it_moves_too(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    before = stated(world, filed, "art23.final_report")
    with world.work(CERT) as work:
        agree_to_claim(work, UUID(made["id"]))
        agree_to_claim(work, UUID(made["id"]))  # twice is once
    after = stated(world, filed, "art23.final_report")
    assert after["id"] == before["id"]
    assert after["because"] != before["because"]


def test_refused_both_readings_run_on(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    with world.work(CERT) as work:
        shown = refuse_claim(work, UUID(made["id"]), "Your own mail is of 10:40")
    assert (shown["state"], shown["refused"]) == ("open", [CERT])
    assert by_reading(world, filed, made) == ("running", "running")
    world.forward(days=2)
    world.sweep()
    assert by_reading(world, filed, made) == ("missed", "missed")
    with world.work(CERT) as work:
        assert agree_to_claim(work, UUID(made["id"]))["state"] == "agreed"


def test_withdrawn_its_reading_lapses_and_stays_on_record(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    with world.work(OPERATOR) as work:
        assert withdraw_claim(work, UUID(made["id"]), "The log was of another matter")["state"] == "withdrawn"
    assert by_reading(world, filed, made) == ("running", "lapsed")
    with pytest.raises(Conflict, match="withdrawn"), world.work(CERT) as work:
        agree_to_claim(work, UUID(made["id"]))
    world.files(severity="critical", revision=2)
    assert by_reading(world, filed, made) == ("running", "lapsed")


def test_a_correction_by_the_filer_that_says_the_same_ends_the_claim_as_agreed(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    first, second = live(world, filed, "art23.early_warning")
    world.files(aware_at=LATER, revision=2)
    (now,) = live(world, filed, "art23.early_warning")
    assert (now["id"], now["reading"]) == (second["id"], "stated")
    with world.work(OPERATOR) as work:
        assert board.claim(work, UUID(made["id"]))["state"] == "said"
    assert next(each for each in world.incident(filed)["obligations"] if each["id"] == first["id"])["superseded_by"] == second["id"]


def test_another_correction_moves_the_stated_reading_and_leaves_the_claimed_one(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    world.files(aware_at="2026-11-23T12:30:00+02:00", revision=2)
    found = {each["reading"]: each["due_at"] for each in live(world, filed, "art23.early_warning")}
    assert found == {"stated": "2026-11-24T11:00:00Z", made["id"]: "2026-11-24T13:00:00Z"}


def test_the_same_claim_twice_is_one_and_another_one_waits_for_the_first_to_end(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    obligation = stated(world, filed, "art23.early_warning")
    assert claims(world, OPERATOR, obligation)["id"] == made["id"]
    assert len(live(world, filed, "art23.early_warning")) == 2
    with pytest.raises(Conflict, match="withdraw it first"):
        claims(world, OPERATOR, obligation, kind="start", moment=moment("2026-11-23T13:00:00+02:00"))
    other = claims(world, CERT, obligation, kind="start", moment=moment("2026-11-23T08:10:00+02:00"), reason="It was on the telephone")
    assert {each["reading"] for each in live(world, filed, "art23.early_warning")} == {"stated", made["id"], other["id"]}


def test_a_claim_that_moves_no_instant_is_on_record_and_makes_no_second_clock(world: World) -> None:
    world.forward(hours=6)
    filed = world.files()
    made = claims(world, OPERATOR, stated(world, filed, "art23.early_warning"), kind="start", moment=moment("2026-11-23T10:50:00+02:00"))
    assert made["readings"] == []
    assert len(live(world, filed, "art23.early_warning")) == 1  # counted in hours after the one in which it became aware
    with world.work(CERT) as work:
        assert agree_to_claim(work, UUID(made["id"]))["state"] == "agreed"


def test_who_neither_owes_nor_is_owed_has_no_standing_and_who_may_not_know_gets_nothing(world: World) -> None:
    filed = world.files()
    world.sweep()
    theirs = stated(world, filed, "supplier_notice.acknowledge", owed_by=VENDOR)
    with pytest.raises(NotAllowed, match="Only the party that owes this"):
        claims(world, OPERATOR, theirs)
    with pytest.raises(NotFound):
        claims(world, "meridian-models", theirs)
    with pytest.raises(Invalid) as refused:
        claims(world, VENDOR, theirs)
    assert [each.code for each in refused.value.faults] == ["not_an_anchor"]
    made = claims(world, OPERATOR, stated(world, filed, "art23.early_warning"), kind="start", moment=moment("2026-11-23T08:30:00+02:00"))
    with pytest.raises(NotFound), world.work(VENDOR) as work:
        agree_to_claim(work, UUID(made["id"]))
    with pytest.raises(NotAllowed, match="other side"), world.work(OPERATOR) as work:
        agree_to_claim(work, UUID(made["id"]))
    with pytest.raises(NotAllowed, match="made the claim"), world.work(CERT) as work:
        withdraw_claim(work, UUID(made["id"]), "We do not like it")


def test_what_has_not_come_and_what_stands_already_cannot_be_claimed(world: World) -> None:
    filed = world.files()
    obligation = stated(world, filed, "art23.early_warning")
    for said, code in ((LATER, "in_the_future"), ("2026-11-23T10:40:00+02:00", "not_different")):
        with pytest.raises(Invalid) as refused:
            claims(world, OPERATOR, obligation, kind="start", moment=moment(said))
        assert [each.code for each in refused.value.faults] == [code]
    with pytest.raises(Invalid) as refused:
        claims(world, OPERATOR, obligation, fact="occurred_at", kind="start", moment=moment("2026-11-23T08:00:00+02:00"))
    assert "aware_at of ee-ministry" in refused.value.faults[0].message


def test_nothing_is_claimed_in_a_case_that_was_closed(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    with world.work(CERT) as work:
        close_case(work, UUID(filed["incident"]), CloseCase("false_alarm", "Nothing happened"))
    assert by_reading(world, filed, made) == ("lapsed", "lapsed")
    with pytest.raises(Conflict, match="reopen"):
        claims(world, CERT, stated(world, filed, "art23.early_warning"), kind="start", moment=moment("2026-11-23T08:30:00+02:00"))
    with pytest.raises(Conflict, match="reopen"), world.work(CERT) as work:
        agree_to_claim(work, UUID(made["id"]))


def plan_of(world: World, filed: dict[str, Any]) -> dict[str, Any]:
    return stated(world, filed, "mitigation_plan", owed_by=VENDOR)


def more_time(world: World, by: str, obligation: dict[str, Any], *, holds: bool = False, **later: float) -> dict[str, Any]:
    until = datetime.fromisoformat(obligation["due_at"]) + timedelta(**(later or {"days": 2}))
    return claims(world, by, obligation, kind="more_time", until=until, holds=holds, reason="Parts are late")


def test_the_debtor_asks_for_more_time_and_the_creditor_grants_it(world: World) -> None:
    filed = world.files()
    world.sweep()
    plan = plan_of(world, filed)
    asked = more_time(world, VENDOR, plan)
    assert (asked["state"], asked["awaiting"], asked["readings"]) == ("open", [CERT], [])
    assert plan_of(world, filed)["due_at"] == plan["due_at"]
    with world.work(CERT) as work:
        assert agree_to_claim(work, UUID(asked["id"]))["state"] == "agreed"
    assert plan_of(world, filed)["due_at"] == asked["until"]


def test_the_debtor_asks_for_more_time_and_is_refused(world: World) -> None:
    filed = world.files()
    world.sweep()
    asked = more_time(world, VENDOR, plan_of(world, filed))
    with world.work(CERT) as work:
        assert refuse_claim(work, UUID(asked["id"]), "Four days are enough")["state"] == "refused"
    assert len(live(world, filed, "mitigation_plan", owed_by=VENDOR)) == 1


def test_a_statutory_clock_gets_no_more_time_and_says_why(world: World) -> None:
    filed = world.files()
    with pytest.raises(NotAllowed, match="statutory clock") as refused:
        more_time(world, OPERATOR, stated(world, filed, "art23.early_warning"))
    assert refused.value.code == "not_extendable"


def test_who_is_entitled_alone_does_it_and_claims_nothing(world: World) -> None:
    filed = world.files()
    world.sweep()
    with pytest.raises(Conflict, match="yourself"):
        more_time(world, CERT, plan_of(world, filed))


def test_an_extension_that_only_the_debtor_holds_runs_beside(world: World) -> None:
    filed = world.files()
    world.sweep()
    plan = plan_of(world, filed)
    made = more_time(world, VENDOR, plan, holds=True)
    found = {each["reading"]: each["due_at"] for each in live(world, filed, "mitigation_plan", owed_by=VENDOR)}
    assert found == {"stated": plan["due_at"], made["id"]: made["until"]}
    with world.work(VENDOR) as work:
        seen = {each["reading"] for each in board.readings(work, UUID(plan["id"]))}
    assert seen == {"stated", made["id"]}, "the vendor, who sees no more of the case, sees both clocks"
    world.forward(days=10)
    world.files(severity="critical", revision=2)  # planned again: both are found again
    world.sweep()
    verdicts = {each["reading"]: each["verdict"] for each in live(world, filed, "mitigation_plan", owed_by=VENDOR)}
    assert set(verdicts) >= {"stated", made["id"]}


def test_a_waiver_that_only_the_debtor_holds_stands_beside_and_can_be_agreed(world: World) -> None:
    filed = world.files()
    world.sweep()
    made = claims(world, VENDOR, plan_of(world, filed), kind="waiver", holds=True, reason="Said on the telephone")
    verdicts = {each["reading"]: each["verdict"] for each in live(world, filed, "mitigation_plan", owed_by=VENDOR)}
    assert verdicts == {"stated": "running", made["id"]: "waived"}
    with world.work(CERT) as work:
        agree_to_claim(work, UUID(made["id"]))
    (now,) = live(world, filed, "mitigation_plan", owed_by=VENDOR)
    assert (now["reading"], now["verdict"]) == ("stated", "waived")


def test_the_other_side_is_told_and_reads_what_was_claimed(world: World) -> None:
    filed = world.files()
    world.sweep()
    made = more_time(world, VENDOR, plan_of(world, filed), holds=True)
    with world.work(CERT) as work:
        assert board.claim(work, UUID(made["id"]))["reason"] == "Parts are late"
        assert {"dispute"} <= {each["kind"] for each in board.inbox(work)}
    with pytest.raises(NotFound), world.work("meridian-models") as work:
        board.claim(work, UUID(made["id"]))


def test_what_if_and_the_preview_are_not_disturbed_by_a_dispute(world: World) -> None:
    filed, made = a_disputed_awareness_at(world, hours=6)
    with world.work(CERT) as work:
        found = simulate_agreement(work, ASSURANCE)
    assert found["summary"]["off_record"] == 0, "the plan in force has the readings that are on record"
    assert found["summary"]["different"] == 0
    with world.work(CERT) as work:
        shown = preview(work, a_report(severity="critical", revision=2))
    assert {made["id"], "stated"} == {each["reading"] for each in shown["obligations"]}
    before = [(each["id"], each["due_at"]) for each in live(world, filed, "art23.early_warning")]
    world.files(severity="critical", revision=2)
    assert [(each["id"], each["due_at"]) for each in live(world, filed, "art23.early_warning")] == before


def test_an_extension_or_a_waiver_that_was_given_holds_in_every_reading(world: World) -> None:
    filed = world.files()
    world.sweep()
    plan = plan_of(world, filed)
    made = more_time(world, VENDOR, plan, holds=True, days=1)
    with world.work(CERT) as work:
        waive(work, UUID(plan["id"]), "Not affected after all")
    verdicts = {each["reading"]: each["verdict"] for each in live(world, filed, "mitigation_plan", owed_by=VENDOR)}
    assert verdicts == {"stated": "waived", made["id"]: "waived"}
