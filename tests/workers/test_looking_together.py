"""What is due at one instant is looked at together, and routed together; nobody waits for what somebody else holds."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from incident.records import cases
from tests.bench.counts import Counted
from tests.workers.waiting import until_somebody_waits
from tests.world import World, url_of
from workers import sweeps


def reminders_due(world: World, count: int) -> list[uuid.UUID]:
    """So many cases, each with one reminder due now of a duty that its debtor was told of; nothing else is due."""
    filed = [uuid.UUID(world.files(reference=f"EE-{number}")["incident"]) for number in range(count)]
    world.sweep()
    with world.worker.work() as work:
        due = sa.text(
            "with one as (select distinct on (t.case_id) t.obligation_id, t.step from demarche.timer t"
            "  join demarche.obligation o on o.id = t.obligation_id join demarche.notice n on o.id = any(n.obligations)"
            "  where t.step = 'remind_half' and o.settled_as is null and n.recipient = o.debtor order by t.case_id, t.obligation_id)"
            " update demarche.timer t set look_at = :now from one where one.obligation_id = t.obligation_id and one.step = t.step"
        )
        assert work.connection.execute(due, {"now": world.now}).rowcount == count
    return filed


def reminded(world: World) -> int:
    return int(world.rows("select count(*) from demarche.notice where kind = 'reminder'")[0][0])


def test_six_reminders_take_the_statements_of_one(world: World) -> None:
    counts = []
    for count in (1, 6):
        reminders_due(world, count)
        before, counted = reminded(world), Counted(world.worker.engine)
        assert sweeps.watch(world.worker) == count
        counts.append(len(counted.statements))
        assert counted.commits == 2  # one that does it, and one that finds nothing more
        assert reminded(world) == before + count
    assert counts[1] == counts[0], counts
    assert counts[0] <= 6, counts


def test_each_step_of_those_that_go_together_is_taken_once_with_its_evidence(world: World) -> None:
    filed = reminders_due(world, 3)
    sweeps.watch(world.worker)
    sweeps.watch(world.worker)
    told = world.rows("select case_id, count(*) as n from demarche.act where kind = 'reminded' group by case_id")
    assert {row.case_id: row.n for row in told} == dict.fromkeys(filed, 1)
    entries = world.rows(
        "select stream, array_agg(kind order by seq) as kinds from demarche.evidence_entry"
        " where kind in ('act.reminded', 'notice.told') group by stream"
    )
    assert {row.stream: row.kinds for row in entries} == {case: ["act.reminded", "notice.told"] for case in filed}


def test_a_case_that_somebody_holds_keeps_no_other_waiting(world: World) -> None:
    held, *others = reminders_due(world, 3)
    admin = sa.create_engine(url_of("admin", world.database), poolclass=sa.NullPool)
    with ThreadPoolExecutor(1) as watching, admin.connect() as looking:
        with world.worker.work() as holder:
            cases.hold(holder.connection, [held])
            watch = watching.submit(sweeps.watch, world.worker)
            until_somebody_waits(looking, world.database)
            fired = set(looking.execute(sa.text("select case_id from demarche.act where kind = 'reminded'")).scalars())
            looking.rollback()
            assert fired == set(others)
        assert watch.result(timeout=20) == 3
    assert reminded(world) == 3


def test_the_notices_of_three_cases_are_routed_with_the_statements_of_one(world: World) -> None:
    counts = []
    for count in (1, 3):
        for number in range(count):
            world.files(reference=f"EE-{count}-{number}")
        counted = Counted(world.worker.engine)
        assert sweeps.route(world.worker) >= 3 * count
        counts.append(len(counted.statements))
    assert counts[1] == counts[0], counts
