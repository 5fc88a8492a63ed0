"""Letters that end at about the same time are settled in one transaction; what cannot be recorded touches no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
import yaml

from incident.actions.consequences import settling
from incident.records import obligations
from incident.records.outbox import sending
from incident.records.outbox.sending import Room, Taken, place
from incident.rules.planning import may_hang_on
from tests.bench.counts import Counted
from tests.rules.random_agreements import random_agreement
from tests.stories.test_plans_alike import puts_in_force
from tests.world import World
from workers import post, sweeps
from workers.channels import Delivered, GaveUp
from workers.post import Ended
from workers.together import Together


def claimed(world: World) -> list[Taken]:
    """Everything that is due, claimed for a moment."""
    sweeps.route(world.worker)
    due = {place(row) for row in world.rows("select kind, address from demarche.notification where look_at <= :now", now=world.now)}
    with world.worker.work() as work:
        room = Room(dict.fromkeys(due, 500), frozenset(due))
        return sending.claim(work.connection, work.now, 500, lease=timedelta(seconds=45), room=room)[0]


def states(world: World) -> dict[UUID, str]:
    return {row.id: row.state for row in world.rows("select id, state from demarche.notification")}


def replanned(world: World) -> int:
    return int(world.rows("select count(*) from demarche.evidence_entry where kind = 'case.replanned'")[0][0])


def test_the_letters_of_two_cases_are_settled_in_one_transaction_and_each_case_is_planned_again_once(world: World) -> None:
    for number in range(2):
        world.files(reference=f"T-{number}", severity="critical")
    rows = claimed(world)
    assert len(rows) > 4
    assert len({row.case_id for row in rows}) == 2
    before, counted = replanned(world), Counted(world.worker.engine)
    post.post_of(world.worker)._settle([Ended(row, Delivered({"kind": row.kind})) for row in rows])
    assert counted.commits == 1
    assert set(states(world).values()) <= {"sent", "delivered"}
    assert replanned(world) - before == 2


def test_what_cannot_be_recorded_of_one_letter_leaves_the_others_settled_and_comes_back(world: World) -> None:
    world.files(severity="critical")
    spoilt, *rows = claimed(world)
    ended = [Ended(spoilt, Delivered({"kind": float("nan")})), *(Ended(row, Delivered({"kind": row.kind})) for row in rows)]
    post.post_of(world.worker)._settle(ended)
    stands = states(world)
    assert stands.pop(spoilt.id) == "claimed"
    assert set(stands.values()) <= {"sent", "delivered"}
    world.forward(minutes=1)
    world.sweep()
    assert states(world)[spoilt.id] in ("sent", "delivered")


def test_one_that_failed_and_one_that_arrived_are_each_recorded_as_they_were(world: World) -> None:
    world.files(severity="critical")
    rows = claimed(world)
    lost = next(row for row in rows if row.kind != "inbox")
    ended = [Ended(row, GaveUp("Nobody is there.") if row is lost else Delivered({"kind": row.kind})) for row in rows]
    post.post_of(world.worker)._settle(ended)
    stands = states(world)
    assert stands[lost.id] in ("failed", "dead")
    assert {stands[row.id] for row in rows if row is not lost} <= {"sent", "delivered"}


def test_a_lost_lease_settles_nothing_for_its_letter_and_everything_for_the_others(world: World) -> None:
    world.files(severity="critical")
    late, *rows = claimed(world)
    with world.worker.work() as work:
        work.connection.exec_driver_sql("update demarche.notification set attempt = attempt + 1 where id = %s", (late.id,))
    post.post_of(world.worker)._settle([Ended(row, Delivered({"kind": row.kind})) for row in (late, *rows)])
    stands = states(world)
    assert stands.pop(late.id) == "claimed"
    assert "claimed" not in stands.values()


@pytest.mark.parametrize("seed", [3, 17, 40])
def test_what_was_settled_after_a_delivery_is_what_planning_again_comes_to(world: World, seed: int) -> None:
    """Also where it was settled without: under random agreements, whether something hangs on the delivery or not."""
    random = Random(seed)
    for _ in range(3):
        puts_in_force(world, yaml.safe_dump(random_agreement(random, "EE").document))
    filed = world.files(severity="critical", affected_countries=("FR",))
    case = UUID(filed["incident"])
    world.sweep()
    hangs = set()
    with world.worker.work() as work, work.undone():
        stands = [(row.id, row.settled_as, row.due_at) for row in obligations.of_case(work.connection, case)]
        acts = len(obligations.acts_of_case(work.connection, case))
        handed = {act.obligation_id for act in obligations.acts_of_case(work.connection, case) if act.kind in ("sent", "received")}
        live = obligations.standing_beside(work.connection, handed, cases=[case])[case]
        for row in live:
            if row.id in handed:
                hangs.add(may_hang_on([obligations.looks_of(row)], map(obligations.looks_of, live)))
        assert not settling.after_an_act(work, case, why="to see what it comes to").changed
        assert [(row.id, row.settled_as, row.due_at) for row in obligations.of_case(work.connection, case)] == stands
        assert len(obligations.acts_of_case(work.connection, case)) == acts
    assert hangs == {True, False}


def test_whoever_comes_while_it_is_done_is_part_of_the_next_time() -> None:
    done: list[list[int]] = []

    def do(some: Sequence[int]) -> None:
        if not done:
            begun.set()
            while len(together._waiting) < 5:
                pass
        done.append(sorted(some))

    together, begun = Together(do, most=3), threading.Event()
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(together, 0)
        assert begun.wait(20)
        others = [threads.submit(together, each) for each in range(1, 6)]
        for each in (first, *others):
            each.result(20)
    assert (done[0], len(done)) == ([0], 3)
    assert sorted(number for some in done[1:] for number in some) == [1, 2, 3, 4, 5]
    assert max(map(len, done)) == 3


def test_where_doing_it_fails_whoever_did_it_hears_and_nobody_is_left_waiting() -> None:
    def do(some: Sequence[int]) -> None:
        raise ValueError(str(some))

    together = Together(do, most=3)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"\[1\]"):
            together(1)
