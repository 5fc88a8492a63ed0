"""A clause says what follows a miss: a notice of breach, a cure, a meeting of both. It follows from the record, and stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.commands import DoneBy
from incident.actions.simulate_agreement import simulate_agreement
from incident.actions.submit import submit
from incident.actions.waive import waive
from tests.stories.signing import CERT, MODELS, TELLING, clause, document, owed, signed, verdict
from tests.world import World

DONE = DoneBy("duty officer", detail={"proof": "sha256:ab"})
AFTER = {
    "cite": "cl. 14", "notice_of_breach": {"hours": 48}, "cure": {"business_days": 5}, "review": {"days": 10},
}  # fmt: skip
PLAN = clause("plan", on_miss=AFTER, waivable="cl. 15", counting={"zone": "owed_to", "calendar": "EE:public"})
FOLLOWING = ("plan.breach", "plan.cure", "plan.review")


def missed(world: World, *clauses: dict[str, Any]) -> dict[str, Any]:
    """Filed on Monday at 09:01 UTC, and the plan not submitted on Tuesday."""
    signed(world, TELLING, *(clauses or (PLAN,)))
    filed = world.files()
    world.sweep()
    assert not following(world, filed)
    world.forward(hours=25)
    world.sweep()
    return filed


def following(world: World, filed: dict[str, Any]) -> dict[tuple[str, str, str], str | None]:
    return {
        (each["commitment"], each["owed_by"], each["owed_to"]): each["due_at"] for what in FOLLOWING for each in owed(world, filed, what)
    }


def test_a_miss_is_followed_by_breach_cure_and_review_from_the_instant_that_was_missed(world: World) -> None:
    filed = missed(world)
    (plan,) = owed(world, filed, "plan")
    assert (plan["verdict"], plan["due_at"]) == ("missed", "2026-11-24T09:01:00Z")
    assert following(world, filed) == {
        ("plan.breach", CERT, MODELS): "2026-11-26T09:01:00Z",
        ("plan.cure", MODELS, CERT): "2026-12-01T22:00:00Z",
        ("plan.review", MODELS, CERT): "2026-12-04T22:00:00Z",
        ("plan.review", CERT, MODELS): "2026-12-04T22:00:00Z",
    }
    (breach,) = owed(world, filed, "plan.breach")
    assert breach["source"]["cite"] == "cl. 14"
    assert breach["title"] == "Notice of breach: The plan"
    assert [each["code"] for each in breach["because"]][:3] == ["binds", "follows", "anchor"]
    assert (breach["provisional"], breach["predicted"], breach["extendable"]) == (False, False, None)


def test_the_debtor_is_told_of_the_miss_and_of_what_follows_and_can_cure_it(world: World) -> None:
    filed = missed(world)
    (cure,) = owed(world, filed, "plan.cure")
    with world.work(MODELS) as work:
        told = next(
            each for each in board.inbox(work) if each["kind"] == "missed" and each["title"].startswith("Missed: The plan, owed by ")
        )
        assert cure["id"] in told["obligations"]
        assert [each["duty"] for each in told["items"]["follows"]] == [
            "Notice of breach: The plan", "Cure: The plan", "Meeting to review: The plan", "Meeting to review: The plan",
        ]  # fmt: skip
        assert submit(work, UUID(cure["id"]), "cure", DONE)["verdict"] == "met"
    assert verdict(world, filed, "plan.breach") == "running"
    world.forward(days=3)
    world.sweep()
    assert verdict(world, filed, "plan.breach") == "missed"
    assert len(following(world, filed)) == 4


def test_what_followed_stays_when_the_miss_is_waived_or_done_late_and_however_often_one_plans(world: World) -> None:
    filed = missed(world)
    before = following(world, filed)
    ids = {each["id"] for what in FOLLOWING for each in owed(world, filed, what)}
    (plan,) = owed(world, filed, "plan")
    with world.work(CERT) as work:
        assert waive(work, UUID(plan["id"]), "A small matter")["verdict"] == "missed"
    world.files(stage="incident_notification")
    with world.work(MODELS) as work:
        assert submit(work, UUID(plan["id"]), "plan", DONE)["verdict"] == "met_late"
    world.files(stage="incident_notification", revision=2, summary="Corrected")
    world.sweep()
    assert following(world, filed) == before
    assert {each["id"] for what in FOLLOWING for each in owed(world, filed, what)} == ids
    assert {each["verdict"] for what in FOLLOWING for each in owed(world, filed, what)} == {"running"}
    assert owed(world, filed, "plan")[0]["missed_at"] == plan["due_at"]


def test_a_node_that_was_down_finds_the_same_as_one_that_looked_in_time(world: World) -> None:
    signed(world, TELLING, PLAN)
    filed = world.files()
    world.sweep()
    world.forward(days=9)
    world.sweep()
    assert following(world, filed)[("plan.breach", CERT, MODELS)] == "2026-11-26T09:01:00Z"
    assert verdict(world, filed, "plan.breach") == "missed"


def test_what_was_done_late_before_anybody_looked_was_missed_and_is_followed_all_the_same(world: World) -> None:
    signed(world, TELLING, PLAN)
    filed = world.files()
    world.sweep()
    world.forward(hours=26)
    with world.work(MODELS) as work:
        assert submit(work, UUID(owed(world, filed, "plan")[0]["id"]), "plan", DONE)["verdict"] == "met_late"
    assert owed(world, filed, "plan")[0]["missed_at"] == "2026-11-24T09:01:00Z"
    assert following(world, filed)[("plan.breach", CERT, MODELS)] == "2026-11-26T09:01:00Z"
    world.sweep()
    assert len(following(world, filed)) == 4


def test_a_correction_that_moves_the_deadline_past_the_miss_takes_back_what_followed_and_no_miss(world: World) -> None:
    signed(world, clause("plan", on_miss=AFTER, anchor={"fact": "aware_at", "of": "operator"}))
    filed = world.files(aware_at="2026-11-22T08:00:00+02:00")
    world.sweep()
    assert len(following(world, filed)) == 4
    world.files(aware_at="2026-11-23T10:40:00+02:00", revision=2)
    world.sweep()
    assert {each["verdict"] for what in FOLLOWING for each in owed(world, filed, what)} == {"lapsed"}
    assert verdict(world, filed, "plan") == "running"
    replaced = [each for each in world.incident(filed)["obligations"] if each["commitment"] == "plan" and each["superseded_by"]]
    assert [each["verdict"] for each in replaced] == ["missed"]
    world.forward(days=2)
    world.sweep()
    live = {each["due_at"] for each in owed(world, filed, "plan.breach") if each["verdict"] != "lapsed"}
    assert live == {"2026-11-26T08:40:00Z"}


def test_a_clause_that_says_nothing_is_followed_by_nothing(world: World) -> None:
    filed = missed(world, clause("plan"))
    assert verdict(world, filed, "plan") == "missed"
    assert following(world, filed) == {}


def test_each_time_of_a_duty_that_comes_again_is_followed_by_itself(world: World) -> None:
    again = clause("plan", on_miss={"cite": "cl. 14", "cure": {"hours": 12}}, repeat={"every": "submission"})
    filed = missed(world, again)
    for _ in range(2):
        running = next(each for each in owed(world, filed, "plan") if each["verdict"] in ("missed", "running"))
        with world.work(CERT) as work:
            submit(work, UUID(running["id"]), "plan", DONE)
        world.forward(hours=25)
        world.sweep()
    assert [each["occurrence"] for each in owed(world, filed, "plan.cure")] == [
        "after a miss of 2", "after a miss of 3", "after a miss of first",
    ]  # fmt: skip


def test_trying_the_version_in_force_shows_what_followed_and_another_what_would_have(world: World) -> None:
    missed(world)
    with world.work(CERT) as work:
        same = simulate_agreement(work, document(TELLING, PLAN))
        assert same["summary"]["different"] == 0
        assert same["summary"]["off_record"] == 0
        harsher = clause("plan", on_miss={"cite": "cl. 14", "cure": {"hours": 12}}, within={"hours": 3})
        tried = simulate_agreement(work, document(TELLING, harsher, version="2.0"))["cases"][0]
    found = {each["commitment"]: each for each in tried["clocks"]}
    assert found["plan.breach"]["change"] == "gone"
    assert (found["plan"]["then"]["due_at"], found["plan"]["then"]["verdict"]) == ("2026-11-23T12:01:00Z", "missed")
    assert found["plan.cure"]["then"]["due_at"] == "2026-11-24T00:01:00Z"
