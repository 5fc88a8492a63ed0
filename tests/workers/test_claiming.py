"""What a sender takes of what is due: the longest due first, and to no address more than there is room for."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from incident.records.outbox import sending
from incident.records.outbox.sending import Room, place
from tests.world import World
from workers import sweeps

LEASE = timedelta(seconds=45)


@pytest.fixture
def due(world: World) -> list[str]:
    """The places of what is due after four reports, each place several times."""
    for number in range(4):
        world.files(reference=f"C-{number}", severity="critical")
    sweeps.route(world.worker)
    rows = world.rows("select kind || ' ' || address as place from demarche.notification where look_at <= :now", now=world.now)
    return [row.place for row in rows]


def claimed(world: World, room: Room, limit: int = 500) -> Counter[str]:
    with world.worker.work() as work:
        return Counter(place(row) for row in sending.claim(work.connection, work.now, limit, lease=LEASE, room=room)[0])


def test_an_address_that_is_not_known_gets_one_letter(world: World, due: list[str]) -> None:
    assert max(Counter(due).values()) > 1
    assert claimed(world, Room()) == Counter(set(due))


def test_an_address_without_room_gets_nothing_and_the_others_go_on(world: World, due: list[str]) -> None:
    [full, *_] = sorted(set(due))
    assert claimed(world, Room({full: 0})) == Counter(set(due) - {full})


def test_a_proven_address_gets_as_many_as_there_is_room_for(world: World, due: list[str]) -> None:
    [proven, *others] = sorted(set(due), key=lambda each: -due.count(each))
    assert claimed(world, Room({proven: 3}, frozenset({proven}))) == Counter({proven: min(3, due.count(proven))} | dict.fromkeys(others, 1))


def test_all_that_are_not_proven_share_what_is_left_for_them(world: World, due: list[str]) -> None:
    [proven, *_] = sorted(set(due), key=lambda each: -due.count(each))
    found = claimed(world, Room({proven: 2}, frozenset({proven}), unproven=1))
    assert found[proven] == 2
    assert found.total() == 3


def test_what_is_left_alone_is_looked_at_again_when_its_rest_is_over(world: World, due: list[str]) -> None:
    [resting, *_] = sorted(set(due))
    assert resting not in claimed(world, Room({resting: 0}, resting={resting: 20.0}))
    when = world.rows(
        "select distinct look_at from demarche.notification where state = 'pending' and kind || ' ' || address = :place", place=resting
    )
    assert [row.look_at for row in when] == [world.now + timedelta(seconds=20)]
    world.forward(seconds=21)
    assert claimed(world, Room())[resting] == 1


def test_nothing_rests_until_its_duty_has_ended(world: World, due: list[str]) -> None:
    with world.worker.work() as work:
        work.connection.exec_driver_sql("update demarche.notification set due_at = %s", (world.now + timedelta(seconds=10),))
    everything = set(due)
    claimed(world, Room(dict.fromkeys(everything, 0), resting=dict.fromkeys(everything, 60.0)))
    when = {row.look_at for row in world.rows("select look_at from demarche.notification where state = 'pending' and look_at is not null")}
    assert when == {world.now + timedelta(seconds=8)}


def test_what_performs_a_duty_goes_before_what_reminds_of_one_and_the_sooner_before_the_later(world: World, due: list[str]) -> None:
    everything = Room(dict.fromkeys(due, 500), frozenset(due))
    with world.worker.work() as work:
        run = work.connection.exec_driver_sql
        rows = run("select id, notice_id from demarche.notification where look_at <= %s order by id", (world.now,)).all()
        ids = [row.id for row in rows]
        reminder, late, later, sooner = list({row.notice_id: row.id for row in rows}.values())[:4]  # each of a notice of its own
        run("update demarche.notification set performing = false where id = %s", (reminder,))
        run("update demarche.notification set due_at = %s", (world.now + timedelta(days=9),))
        for id_, hours in ((reminder, 1), (late, -1), (later, 3), (sooner, 2)):
            run("update demarche.notification set due_at = %s where id = %s", (world.now + timedelta(hours=hours), id_))
    order = []
    for _ in ids:
        with world.worker.work() as work:
            order += [row.id for row in sending.claim(work.connection, work.now, 1, lease=LEASE, room=everything)[0]]
    assert order[:2] == [sooner, later]
    assert order.index(late) < order.index(reminder)
    assert len(order) == len(ids)


def test_of_equals_the_letters_of_a_case_go_together(world: World, due: list[str]) -> None:
    everything = Room(dict.fromkeys(due, 500), frozenset(due))
    with world.worker.work() as work:
        work.connection.exec_driver_sql("update demarche.notification set due_at = %s", (world.now + timedelta(days=9),))
    order = []
    while len(order) < len(due):
        with world.worker.work() as work:
            order += [row.case_id for row in sending.claim(work.connection, work.now, 1, lease=LEASE, room=everything)[0]]
    changes = sum(one != other for one, other in pairwise(order))
    assert changes == len(set(order)) - 1


def test_however_many_reminders_are_longer_due_what_performs_a_duty_goes_first_and_one_claim_in_some_goes_by_age(
    world: World, due: list[str]
) -> None:
    reminders, everything = 1500, Room(dict.fromkeys(due, 5000), frozenset(due))
    with world.worker.work() as work:
        run = work.connection.exec_driver_sql
        performing = run(
            "select id from demarche.notification where performing and look_at <= %s order by id limit 1", (world.now,)
        ).scalar()
        run(
            "update demarche.notification set look_at = null, state = 'cancelled', cause = 'c' where look_at is not null and id <> %s",
            (performing,),
        )
        columns = "notice_id, case_id, party_id, channel_id, contact, kind, address, state, attempt, created_at, state_at"
        run(
            f"insert into demarche.notification (id, effect_key, look_at, {columns})"
            f" select gen_random_uuid(), 'reminder ' || n, look_at - n * interval '1 second', {columns}"
            " from demarche.notification, generate_series(1, %s) n where id = %s", (reminders, performing),
        )  # fmt: skip
    [first] = taken(world, everything)
    assert first == performing
    with world.worker.work() as work:
        [oldest] = sending.claim(work.connection, work.now, 1, lease=LEASE, room=everything, by_age=True)[0]
    waited = "select effect_key from demarche.notification where id = :id"
    assert world.rows(waited, id=oldest.id)[0][0] == f"reminder {reminders}"


def taken(world: World, room: Room) -> list[object]:
    with world.worker.work() as work:
        return [row.id for row in sending.claim(work.connection, work.now, 1, lease=LEASE, room=room)[0]]
