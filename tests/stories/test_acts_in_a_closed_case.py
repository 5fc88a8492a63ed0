"""What is done after a case was closed stands on record, and gives back nothing that the closing ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase, DoneBy
from incident.actions.reopen import reopen
from incident.actions.submit import submit
from tests.stories.signing import TELLING, clause, owed, signed
from tests.world import World

DONE = DoneBy("duty officer", detail={"proof": "sha256:ab"})
DAILY = clause("update", repeat={"every": "submission", "until": {"fact": "resolved_at", "known": True}})


def close(world: World, filed: dict[str, Any], as_: str) -> None:
    with world.work("cert-ee") as work:
        close_case(work, UUID(filed["incident"]), CloseCase(as_, "looked into again"))


def verdicts(world: World, filed: dict[str, Any]) -> dict[tuple[str, ...], str]:
    live = [each for each in world.incident(filed)["obligations"] if each["superseded_by"] is None]
    return {(each["commitment"], each["owed_by"], each["owed_to"] or "", each["occurrence"]): each["verdict"] for each in live}


def submits(world: World, filed: dict[str, Any], commitment: str) -> None:
    duty = world.obligation(filed, commitment)
    with world.work("cert-ee") as work:
        submit(work, UUID(duty["id"]), duty["commitment"], DONE)


@pytest.mark.parametrize("as_", ["false_alarm", "below_threshold"])
def test_a_submission_after_the_closing_revives_nothing(world: World, as_: str) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    close(world, filed, as_)
    before = verdicts(world, filed)
    assert set(before.values()) == {"lapsed"}
    submits(world, filed, "early_warning")
    after = verdicts(world, filed)
    assert {key for key in before if before[key] != after[key]} <= {key for key in before if key[0].endswith("early_warning")}
    assert set(after) == set(before)
    world.forward(days=40)
    world.sweep()
    assert "missed" not in verdicts(world, filed).values()


def test_a_delivery_that_is_recorded_after_the_closing_revives_nothing(world: World) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    close(world, filed, "false_alarm")
    world.sweep()
    assert set(verdicts(world, filed).values()) == {"lapsed"}


def test_what_comes_again_comes_no_more_once_the_case_is_closed(world: World) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    close(world, filed, "false_alarm")
    submits(world, filed, "update")
    assert [each["occurrence"] for each in owed(world, filed, "update")] == ["first"]
    with world.work("cert-ee") as work:
        reopen(work, UUID(filed["incident"]), "it happened after all")
    assert {each["occurrence"] for each in owed(world, filed, "update")} == {"first", "2"}


def test_a_withdrawn_report_ends_what_was_agreed_and_the_law_goes_on(world: World) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    close(world, filed, "withdrawn")
    before = verdicts(world, filed)
    submits(world, filed, "early_warning")
    after = verdicts(world, filed)
    assert {key for key in before if before[key] == "lapsed"} == {key for key in after if after[key] == "lapsed"}
    assert set(before) == set(after)
    assert "running" in after.values()


def test_what_an_act_starts_is_dated_in_a_case_that_is_closed_as_resolved(world: World) -> None:
    signed(world, TELLING, DAILY)
    filed = world.files()
    close(world, filed, "resolved")
    submits(world, filed, "update")
    assert {each["occurrence"] for each in owed(world, filed, "update")} == {"first", "2"}
