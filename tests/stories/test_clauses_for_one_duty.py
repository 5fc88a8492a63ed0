"""Clauses of several documents about one duty: each is owed by itself, and the case says which is due first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident.actions.commands import DoneBy
from incident.actions.simulate_agreement import simulate_agreement
from incident.actions.submit import submit
from tests.stories.signing import CERT, TELLING, clause, document, owed, signed
from tests.world import World

DUTY = "the.same.duty"


def firsts(world: World, filed: dict[str, Any]) -> dict[str, int]:
    return {each["commitment"]: each["earliest_of"] for each in world.incident(filed)["obligations"] if each["earliest_of"]}


def test_the_clause_that_is_due_first_is_marked_among_those_of_its_duty(world: World) -> None:
    signed(world, TELLING, clause("slow", duty=DUTY))
    signed(world, clause("quick", duty=DUTY, within={"hours": 6}), clause("apart", within={"hours": 1}), name="overlay")
    filed = world.files()
    assert firsts(world, filed) == {"quick": 2}
    assert {each["duty"] for each in owed(world, filed, "slow") + owed(world, filed, "quick")} == {DUTY}
    assert owed(world, filed, "apart")[0]["duty"] == "apart"


def test_what_follows_a_miss_is_no_clause_of_that_duty(world: World) -> None:
    signed(world, TELLING, clause("slow", duty=DUTY))
    followed = {"cure": {"hours": 1}, "cite": "cl. 9"}
    signed(world, clause("quick", duty=DUTY, within={"hours": 6}, on_miss=followed), name="overlay")
    filed = world.files()
    world.forward(hours=7)
    world.sweep()
    assert owed(world, filed, "quick.cure")[0]["duty"] == "quick.cure"
    assert firsts(world, filed) == {"quick": 2}


def test_one_clause_alone_is_no_group_and_each_keeps_its_own_verdict(world: World) -> None:
    signed(world, TELLING, clause("slow", duty=DUTY), clause("quick", duty=DUTY, within={"hours": 6}))
    filed = world.files()
    with world.work(CERT) as work:
        submit(work, UUID(owed(world, filed, "quick")[0]["id"]), "quick", DoneBy("duty officer", detail={"proof": "sha256:ab"}))
    assert (owed(world, filed, "quick")[0]["verdict"], owed(world, filed, "slow")[0]["verdict"]) == ("met", "running")


def test_a_simulation_marks_it_too(world: World) -> None:
    signed(world, TELLING, clause("slow", duty=DUTY))
    world.files()
    overlay = document(clause("quick", duty=DUTY, within={"hours": 6}), name="overlay")
    with world.work(CERT) as work:
        clocks = simulate_agreement(work, overlay)["cases"][0]["clocks"]
    assert {each["commitment"]: each["earliest_of"] for each in clocks} == {"quick": 2}
