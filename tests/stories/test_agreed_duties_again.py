"""What an agreement can ask for more than once, and of several recipients at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.acknowledge import acknowledge
from incident.actions.commands import DoneBy
from incident.actions.submit import submit
from incident.rules.legaltime import moment
from tests.stories.signing import CERT, COMPUTE, MINISTRY, MODELS, TELLING, clause, owed, signed
from tests.world import World

DONE = DoneBy("duty officer", detail={"proof": "sha256:ab"})
DAILY = clause("update", repeat={"every": "submission", "until": {"fact": "resolved_at", "known": True}}, acknowledge_within={"hours": 4})


def test_a_supplier_that_sees_nothing_else_of_the_case_sees_and_does_each_one_by_itself(world: World) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    world.sweep()
    for day in (1, 2, 3):
        with world.work(MODELS) as work:
            mine = [each for each in board.obligations(work).items if each["commitment"] == "update" and each["verdict"] == "running"]
            assert [each["occurrence"] for each in mine] == ["first" if day == 1 else str(day)]
            assert submit(work, UUID(mine[0]["id"]), "update", DONE)["verdict"] == "met"
        world.forward(hours=20)
        world.sweep()
    with world.work(MODELS) as work:
        assert [each["title"] for each in board.inbox(work)].count("Comes again: The update") == 3
    world.forward(hours=13)
    world.sweep()
    again = next(each for each in owed(world, filed, "update") if each["occurrence"] == "4")
    assert "reminded" in {each["kind"] for each in again["acts"]}


def verdicts(world: World, filed: dict[str, Any], commitment: str) -> list[tuple[str, str]]:
    return [(each["occurrence"], each["verdict"]) for each in owed(world, filed, commitment)]


def test_a_daily_update_comes_again_until_it_is_resolved_and_each_is_acknowledged(world: World) -> None:
    signed(world, DAILY)
    filed = world.files()
    for day in (1, 2, 3):
        update = next(each for each in owed(world, filed, "update") if each["verdict"] == "running")
        assert update["occurrence"] == ("first" if day == 1 else str(day))
        world.forward(hours=20)
        with world.work(CERT) as work:
            submit(work, UUID(update["id"]), "update", DONE)
        receipt = next(each for each in owed(world, filed, "update.acknowledge") if each["occurrence"] == update["occurrence"])
        assert (receipt["owed_by"], receipt["owed_to"], receipt["predicted"]) == (CERT, MODELS, False)
        world.forward(hours=1 if day < 3 else 5)
        world.sweep()
        if day < 3:
            with world.work(CERT) as work:
                acknowledge(work, UUID(receipt["id"]), DONE)
    world.files(stage="final_report", resolved_at=moment(world.now.isoformat()))
    assert verdicts(world, filed, "update") == [("2", "met"), ("3", "met"), ("4", "lapsed"), ("first", "met")]
    assert verdicts(world, filed, "update.acknowledge") == [("2", "met"), ("3", "missed"), ("first", "met")]


NOTICE = {
    "owed_by": {"role": "home_cert"}, "owed_to": {"role": "any_party"}, "within": {"hours": 1}, "discharged_by": "sent",
    "tell": {"fields": ["reference", "incident_ref", "severity", "tlp", "duties"], "release": "pre_authorised"},
    "acknowledge_within": {"hours": 4},
}  # fmt: skip


def told_three(world: World, **how: Any) -> dict[str, Any]:
    signed(world, clause("notice", **NOTICE, **how))
    filed = world.files()
    world.sweep()
    assert {each["owed_by"] for each in owed(world, filed, "notice.acknowledge")} == {MINISTRY, MODELS, COMPUTE}
    return filed


def acknowledged_by(world: World, filed: dict[str, Any], who: str) -> None:
    duty = next(each for each in owed(world, filed, "notice.acknowledge") if each["owed_by"] == who)
    with world.work(who) as work:
        acknowledge(work, UUID(duty["id"]), DONE)


def by_debtor(world: World, filed: dict[str, Any]) -> dict[str, str]:
    return {each["owed_by"]: each["verdict"] for each in owed(world, filed, "notice.acknowledge")}


def test_where_the_first_suffices_its_acknowledgement_does_it_for_all(world: World) -> None:
    filed = told_three(world, acknowledged_by="first")
    acknowledged_by(world, filed, COMPUTE)
    assert by_debtor(world, filed) == {COMPUTE: "met", MINISTRY: "lapsed", MODELS: "lapsed"}
    world.forward(hours=6)
    world.sweep()
    assert by_debtor(world, filed) == {COMPUTE: "met", MINISTRY: "lapsed", MODELS: "lapsed"}
    released = next(each for each in owed(world, filed, "notice.acknowledge") if each["owed_by"] == MODELS)
    assert "met_elsewhere" in {each["kind"] for each in released["acts"]}


def test_where_all_must_acknowledge_each_does_it_for_itself(world: World) -> None:
    filed = told_three(world)
    acknowledged_by(world, filed, COMPUTE)
    assert by_debtor(world, filed) == {COMPUTE: "met", MINISTRY: "running", MODELS: "running"}
    world.forward(hours=6)
    world.sweep()
    assert by_debtor(world, filed) == {COMPUTE: "met", MINISTRY: "missed", MODELS: "missed"}


def test_whoever_was_late_stays_late_when_another_does_it_for_all_later_still(world: World) -> None:
    filed = told_three(world, acknowledged_by="first")
    world.forward(hours=6)
    acknowledged_by(world, filed, COMPUTE)
    assert by_debtor(world, filed) == {COMPUTE: "met_late", MINISTRY: "missed", MODELS: "missed"}
