"""Clocks that stand still, misses that are excused, duties that may not be performed: acts with their ground, none a deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase, DoneBy, Ground
from incident.actions.excuse import excuse
from incident.actions.extend import extend
from incident.actions.pause import pause
from incident.actions.reopen import reopen
from incident.actions.resume import resume
from incident.actions.simulate_agreement import simulate_agreement
from incident.actions.submit import submit
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.stories.signing import CERT, COMPUTE, MINISTRY, MODELS, TELLING, clause, document, owed, signed, verdict
from tests.world import World
from web.cli.due_explain import explained
from workers import sweeps

DONE = DoneBy("duty officer", detail={"proof": "sha256:ab"})
INJUNCTION = Ground("injunction", "The court forbids it for now.", "cl. 13", "order 3-26-4711")
FORCE = Ground("force_majeure", "The data centre is flooded.", "cl. 16")
CARVE_OUT = Ground("security_carve_out", "The service asks us to wait.", "cl. 13.2")
BANNED = Ground("prohibition", "The export order came into force.", provision="Export Order 2026/7, Art. 5")
PLAN = clause(
    "plan", extendable="cl. 12", waivable="cl. 15",
    extension={"by": "both", "grounds": ["force_majeure"], "most": {"hours": 48}},
    excuses=[
        {"kind": "pause", "ground": "injunction", "by": "owed_by", "most": {"hours": 72}, "cite": "cl. 13"},
        {"kind": "pause", "ground": "security_carve_out", "by": "owed_to", "cite": "cl. 13.2"},
        {"kind": "excuse", "ground": "force_majeure", "by": "owed_to", "most": {"days": 5}, "cite": "cl. 16"},
    ],
)  # fmt: skip
BARE = clause("bare")


def filed_with(world: World, *clauses: dict[str, Any]) -> dict[str, Any]:
    """Filed on Monday 23 November at 09:01 UTC; the plan is due on Tuesday at 09:01."""
    signed(world, TELLING, *(clauses or (PLAN, BARE)))
    filed = world.files()
    world.sweep()
    return filed


def one(world: World, filed: dict[str, Any], commitment: str = "plan") -> dict[str, Any]:
    (found,) = owed(world, filed, commitment)
    return found


def does(world: World, who: str, act: Any, filed: dict[str, Any], *how: Any, commitment: str = "plan") -> dict[str, Any]:
    with world.work(who) as work:
        answer: dict[str, Any] = act(work, UUID(one(world, filed, commitment)["id"]), *how)
        return answer


def steps(world: World, filed: dict[str, Any]) -> set[str]:
    found = world.rows("select step from demarche.timer where obligation_id = :o", o=one(world, filed)["id"])
    return {row.step for row in found}


def test_a_paused_clock_stands_and_runs_again_later_by_as_long(world: World) -> None:
    filed = filed_with(world)
    world.forward(hours=20)
    paused = does(world, MODELS, pause, filed, INJUNCTION)
    assert (paused["paused_at"], paused["paused_until"]) == ("2026-11-24T05:01:00Z", "2026-11-27T05:01:00Z")
    assert paused["due_at"] == "2026-11-27T09:01:00Z", "what it is if nobody resumes it"
    assert paused["because"][-1]["cite"] == "cl. 13"
    assert "remind_half" not in steps(world, filed)
    world.forward(hours=30)
    world.sweep()
    assert verdict(world, filed, "plan") == "running"
    assert not [each for each in one(world, filed)["acts"] if each["kind"] in ("reminded", "escalated", "missed")]
    again = does(world, MODELS, resume, filed, "The order was lifted.")
    assert (again["paused_at"], again["due_at"]) == (None, "2026-11-25T15:01:00Z")
    world.forward(hours=4)
    world.sweep()
    assert verdict(world, filed, "plan") == "running"
    world.forward(minutes=1)
    world.sweep()
    assert verdict(world, filed, "plan") == "missed"
    assert one(world, filed)["missed_at"] == "2026-11-25T15:01:00Z"


def test_at_the_end_of_what_the_clause_allows_it_runs_by_itself_whoever_looks_whenever(world: World) -> None:
    filed = filed_with(world)
    does(world, MODELS, pause, filed, INJUNCTION)
    world.forward(days=9)
    with pytest.raises(Conflict, match="ended by itself at 2026-11-26T09:01:00Z"):
        does(world, MODELS, resume, filed, "Late.")
    world.sweep()
    assert (verdict(world, filed, "plan"), one(world, filed)["missed_at"]) == ("missed", "2026-11-27T09:01:00Z")


def test_two_pauses_under_one_clause_share_what_it_allows(world: World) -> None:
    filed = filed_with(world)
    does(world, MODELS, pause, filed, INJUNCTION)
    world.forward(hours=70)
    assert does(world, MODELS, resume, filed, "Lifted.")["due_at"] == "2026-11-27T07:01:00Z"
    world.forward(hours=1)
    second = does(world, MODELS, pause, filed, INJUNCTION)
    assert (second["paused_until"], second["due_at"]) == ("2026-11-26T10:01:00Z", "2026-11-27T09:01:00Z")
    world.forward(hours=3)
    with pytest.raises(NotAllowed, match=r"as long as cl. 13 allows"):
        does(world, MODELS, pause, filed, INJUNCTION)


def test_a_pause_without_a_limit_leaves_no_instant_until_it_is_resumed(world: World) -> None:
    filed = filed_with(world)
    stopped = does(world, CERT, pause, filed, CARVE_OUT)
    with world.work(CERT) as work:
        assert {each["paused"] for each in board.lines(work)["lines"] if each["obligation"] == stopped["id"]} == {True}
    assert (stopped["due_at"], stopped["target_at"], stopped["paused_until"], stopped["verdict"]) == (None, None, None, "running")
    with pytest.raises(Conflict, match="stands still already"):
        does(world, MODELS, pause, filed, INJUNCTION)
    with pytest.raises(Conflict, match="resume it first"):
        does(world, CERT, extend, filed, world.now + timedelta(days=9), "cl. 12", "More", "force_majeure")
    world.forward(days=20)
    world.sweep()
    sweeps.audit(world.worker)
    assert verdict(world, filed, "plan") == "running"
    with pytest.raises(NotAllowed, match=r"Only the party that it is owed to may resume it, under cl. 13.2"):
        does(world, MODELS, resume, filed, "We are ready.")
    assert does(world, CERT, resume, filed, "Done.")["due_at"] == "2026-12-14T09:01:00Z"


def test_what_is_done_while_it_stands_still_is_done_in_time(world: World) -> None:
    filed = filed_with(world)
    does(world, MODELS, pause, filed, INJUNCTION)
    world.forward(hours=40)
    assert does(world, MODELS, submit, filed, "plan", DONE)["verdict"] == "met"
    with pytest.raises(Conflict):
        does(world, MODELS, resume, filed, "Too late to matter.")
    world.forward(days=30)
    world.sweep()
    assert verdict(world, filed, "plan") == "met"


def test_a_pause_begun_after_the_due_instant_stands_beside_the_miss(world: World) -> None:
    filed = filed_with(world)
    world.forward(hours=25)
    world.sweep()
    late = does(world, MODELS, pause, filed, INJUNCTION)
    assert (late["verdict"], late["due_at"], late["paused_at"]) == ("missed", "2026-11-24T09:01:00Z", None)
    assert one(world, filed)["acts"][-1]["detail"]["after_the_due_instant"] is True
    world.files(stage="incident_notification")
    assert one(world, filed)["due_at"] == "2026-11-24T09:01:00Z"


def test_planning_again_keeps_the_pause_and_a_correction_moves_what_it_moved(world: World) -> None:
    filed = filed_with(world, {**PLAN, "anchor": {"fact": "aware_at", "of": "operator"}})
    assert one(world, filed)["due_at"] == "2026-11-24T08:40:00Z"
    does(world, MODELS, pause, filed, INJUNCTION)
    world.forward(hours=10)
    world.files(stage="incident_notification")
    assert one(world, filed)["due_at"] == "2026-11-27T08:40:00Z"
    world.files(revision=2, aware_at="2026-11-23T08:40:00+02:00")
    assert (one(world, filed)["due_at"], one(world, filed)["paused_until"]) == ("2026-11-27T06:40:00Z", "2026-11-26T09:01:00Z")
    assert does(world, MODELS, resume, filed, "Lifted.")["due_at"] == "2026-11-24T16:40:00Z"
    world.files(stage="incident_notification", revision=2, aware_at="2026-11-23T08:40:00+02:00")
    assert one(world, filed)["due_at"] == "2026-11-24T16:40:00Z"
    with world.work(CERT) as work:
        kept = board.obligation(work, UUID(one(world, filed)["id"]))
    assert explained(kept)["differences"] == []


def test_a_case_closed_and_opened_again_while_a_clock_stands_still_reminds_nobody(world: World) -> None:
    filed = filed_with(world)
    does(world, MODELS, pause, filed, INJUNCTION)
    case = UUID(filed["incident"])
    with world.work(CERT) as work:
        close_case(work, case, CloseCase("false_alarm", "It was none."))
    with world.work(CERT) as work:
        reopen(work, case, "It was one.")
    assert one(world, filed)["paused_until"] == "2026-11-26T09:01:00Z"
    world.forward(hours=70)
    world.sweep()
    assert not [each for each in one(world, filed)["acts"] if each["kind"] == "reminded"]


def test_only_the_side_that_the_clause_names_and_only_on_its_grounds(world: World) -> None:
    filed = filed_with(world)
    with pytest.raises(NotAllowed, match="Only the party that it is owed to may stop this clock on the ground of security_carve_out"):
        does(world, MODELS, pause, filed, CARVE_OUT)
    with pytest.raises(Invalid) as wrong:
        does(world, MODELS, pause, filed, Ground("force_majeure", "Flood.", "cl. 13"))
    assert (wrong.value.faults[0].pointer, wrong.value.faults[0].code) == ("/ground", "wrong_ground")
    assert "injunction (cl. 13); security_carve_out (cl. 13.2)" in wrong.value.faults[0].message
    with pytest.raises(Invalid) as wrong:
        does(world, MODELS, pause, filed, Ground("injunction", "Court.", "cl. 99"))
    assert wrong.value.faults[0].pointer == "/clause"
    with pytest.raises(NotFound):
        does(world, COMPUTE, pause, filed, INJUNCTION)
    with pytest.raises(NotAllowed, match="Only the party that owes this"):
        does(world, MINISTRY, pause, filed, INJUNCTION)


def test_the_filer_may_log_for_the_debtor_what_it_was_told_and_it_stays_visible(world: World) -> None:
    filed = filed_with(world)
    assert does(world, CERT, pause, filed, INJUNCTION)["paused_at"]
    detail = one(world, filed)["acts"][-1]["detail"]
    assert (detail["by"], detail["logged_for_debtor"], detail["provision"]) == ("owed_by", True, "order 3-26-4711")


def test_a_statutory_clock_and_a_clause_without_a_ground_are_refused_at_once_with_the_reason(world: World) -> None:
    filed = filed_with(world)
    with pytest.raises(NotAllowed, match=r"Nobody may stop this clock: .*§ 8\(1\) names no ground for it \(a statutory clock\)") as refused:
        does(world, CERT, pause, filed, INJUNCTION, commitment="eu.nis2.art23.early_warning")
    assert refused.value.code == "not_pausable"
    with pytest.raises(NotAllowed, match=r"Nobody may stop this clock: cl. bare names no ground"):
        does(world, MODELS, pause, filed, INJUNCTION, commitment="bare")
    with pytest.raises(NotAllowed, match=r"Nobody may be excused from it: cl. bare") as refused:
        does(world, CERT, excuse, filed, FORCE, commitment="bare")
    assert refused.value.code == "not_excusable"


def test_an_excuse_stands_beside_the_miss_and_erases_nothing(world: World) -> None:
    filed = filed_with(world)
    world.forward(hours=25)
    world.sweep()
    with pytest.raises(NotAllowed, match="Only the party that it is owed to"):
        does(world, MODELS, excuse, filed, FORCE)
    shown = does(world, CERT, excuse, filed, FORCE)
    assert (shown["verdict"], shown["missed_at"]) == ("missed", "2026-11-24T09:01:00Z")
    assert [(e["kind"], e["ground"], e["clause"], e["by"]) for e in shown["excused"]] == [("excused", "force_majeure", "cl. 16", "owed_to")]
    with world.work(MODELS) as work:
        assert board.obligation(work, UUID(shown["id"]))["excused"] == shown["excused"]
        assert "Excused: The plan" in {each["title"] for each in board.inbox(work)}
    world.files(stage="incident_notification")
    world.sweep()
    assert (verdict(world, filed, "plan"), one(world, filed)["excused"]) == ("missed", shown["excused"])


def test_an_excuse_is_given_for_a_running_duty_too_and_comes_too_late_after_its_limit(world: World) -> None:
    filed = filed_with(world)
    assert does(world, CERT, excuse, filed, FORCE)["verdict"] == "running"
    world.forward(days=5)
    world.sweep()
    assert verdict(world, filed, "plan") == "missed"
    world.forward(days=2)
    with pytest.raises(NotAllowed, match=r"too late: under cl. 16 it had to be given by 2026-11-29T22:00:00Z"):
        does(world, CERT, excuse, filed, FORCE)
    does(world, MODELS, submit, filed, "plan", DONE)
    assert verdict(world, filed, "plan") == "met_late"


def test_what_may_not_be_performed_is_neither_met_nor_missed_when_it_was_said_in_time(world: World) -> None:
    filed = filed_with(world)
    with pytest.raises(Invalid) as unnamed:
        does(world, MODELS, excuse, filed, Ground("prohibition", "We may not."))
    assert unnamed.value.faults[0].pointer == "/provision"
    said = does(world, MODELS, excuse, filed, BANNED, commitment="bare")
    assert (said["verdict"], said["excused"][0]["kind"], said["excused"][0]["clause"]) == (
        "running", "prohibited", "Export Order 2026/7, Art. 5",
    )  # fmt: skip
    world.forward(days=3)
    with world.work(CERT) as work:
        unresolved = [each["id"] for each in board.obligations(work, verdict="unresolved").items]
        assert said["id"] in unresolved
        assert said["id"] not in [each["id"] for each in board.obligations(work, verdict="missed").items]
        assert {each["verdict"] for each in board.lines(work)["lines"] if each["obligation"] == said["id"]} == {"unresolved"}
    world.sweep()
    assert (verdict(world, filed, "bare"), verdict(world, filed, "plan")) == ("unresolved", "missed")
    does(world, MODELS, submit, filed, "bare", DONE, commitment="bare")
    assert verdict(world, filed, "bare") == "met_late"


def test_what_may_not_be_performed_stands_beside_a_miss_when_it_was_said_too_late(world: World) -> None:
    filed = filed_with(world)
    world.forward(days=3)
    world.sweep()
    assert does(world, CERT, excuse, filed, BANNED, commitment="eu.nis2.art23.early_warning")["verdict"] == "missed"
    with pytest.raises(NotFound):
        does(world, COMPUTE, excuse, filed, BANNED)


def test_more_time_rests_on_the_ground_and_ends_where_the_clause_says(world: World) -> None:
    filed = filed_with(world)
    start = world.now
    for until, ground, pointer in ((30, None, "/ground"), (30, "injunction", "/ground"), (73, "force_majeure", "/until")):
        with pytest.raises(Invalid) as refused:
            does(world, MODELS, extend, filed, start + timedelta(hours=until), "cl. 12", "Flood", ground)
        assert refused.value.faults[0].pointer == pointer
    first = does(world, MODELS, extend, filed, start + timedelta(hours=60), "cl. 12", "Flood", "force_majeure")
    assert first["because"][-1]["text"].startswith("Extended by the debtor until")
    with pytest.raises(Invalid) as refused:
        does(world, CERT, extend, filed, start + timedelta(hours=73), "cl. 12", "Flood", "force_majeure")
    assert "all extensions together" in refused.value.faults[0].message
    assert does(world, CERT, extend, filed, start + timedelta(hours=72), "cl. 12", "Flood", "force_majeure")["due_at"]
    paused = does(world, MODELS, pause, filed, INJUNCTION)
    assert paused["due_at"] == "2026-11-29T09:01:00Z"
    world.files(stage="incident_notification")
    assert one(world, filed)["due_at"] == "2026-11-29T09:01:00Z"
    world.forward(hours=1)
    assert does(world, MODELS, resume, filed, "Lifted.")["due_at"] == "2026-11-26T10:01:00Z"
    with world.work(CERT) as work:
        assert explained(board.obligation(work, UUID(one(world, filed)["id"])))["differences"] == []


def test_trying_the_version_in_force_shows_the_pause_and_one_without_it_does_not(world: World) -> None:
    filed = filed_with(world)
    does(world, MODELS, pause, filed, INJUNCTION)
    world.forward(hours=50)
    world.sweep()
    with world.work(CERT) as work:
        same = simulate_agreement(work, document(TELLING, PLAN, BARE))
        assert (same["summary"]["different"], same["summary"]["off_record"]) == (0, 0)
        without = {key: value for key, value in PLAN.items() if key != "excuses"}
        (case,) = simulate_agreement(work, document(TELLING, without, BARE, version="2.0"))["cases"]
    clocks = {each["commitment"]: each for each in case["clocks"]}
    assert (clocks["plan"]["before"]["verdict"], clocks["plan"]["then"]["verdict"]) == ("running", "missed")
