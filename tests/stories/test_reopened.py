"""A case that was closed by mistake and opened again is chased as before."""

from __future__ import annotations

from uuid import UUID

from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase
from incident.actions.reopen import reopen
from tests.world import World


def steps(world: World, obligation: str) -> set[str]:
    found = world.rows("select step from demarche.timer where obligation_id = :id", id=obligation)
    return {row[0] for row in found}


def test_what_runs_again_is_looked_at_again(world: World) -> None:
    case = world.files()
    early = world.obligation(case, "early_warning")["id"]
    before = steps(world, early)
    assert len(before) > 1
    with world.work("cert-ee") as work:
        close_case(work, UUID(case["incident"]), CloseCase("false_alarm", "nothing happened"))
    assert steps(world, early) == set()
    with world.work("cert-ee") as work:
        reopen(work, UUID(case["incident"]), "it happened after all")
    assert steps(world, early) == before
