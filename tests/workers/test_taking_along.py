"""What is released goes along with its routing: into an inbox at once, to be sent where there is room for it, and else to be claimed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.actions.consequences import acting, dispatching
from incident.evidence import check
from incident.records.outbox import routing
from incident.records.outbox.sending import Room
from tests.workers.waiting import until_somebody_waits
from tests.world import World, url_of
from workers import post, sweeps
from workers.post import Places


def notifications(world: World) -> list[Any]:
    return world.rows("select id, kind, state, attempt, look_at, leased_until from demarche.notification")


def routed_by_a_process_that_dies(world: World) -> None:
    """Routed with everything taken along, by a process that ends before it sends any of it."""
    with world.worker.work() as work:
        work.holds(held := routing.take_cases(work.connection, 50, work.now))
        rows = routing.still_to_route(work.connection, work.now, 50, cases=held)
        assert dispatching.dispatch(work, rows, lambda place: True)


def test_what_went_along_with_a_process_that_died_comes_back_when_its_lease_ends(world: World) -> None:
    world.files(severity="critical")
    routed_by_a_process_that_dies(world)
    along = [row for row in notifications(world) if row.state == "claimed"]
    assert along
    assert {(row.attempt, row.look_at == row.leased_until) for row in along} == {(1, True)}
    world.sweep()
    assert {row.state for row in notifications(world) if row.id in {each.id for each in along}} == {"claimed"}
    world.forward(minutes=1)
    world.sweep()
    assert {(row.state, row.attempt) for row in notifications(world) if row.id in {each.id for each in along}} == {("sent", 2)}
    assert check_of(world) == []


def test_what_goes_to_an_inbox_lies_there_at_once_with_its_attempt_and_its_evidence(world: World) -> None:
    filed = world.files(severity="critical")
    sweeps.route(world.worker)
    lie = {row.id: row for row in notifications(world) if row.kind == "inbox"}
    assert {(row.state, row.attempt, row.look_at) for row in lie.values()} == {("sent", 1, None)}
    tried = world.rows("select notification_id, number, outcome from demarche.attempt where notification_id = any(:ids)", ids=list(lie))
    assert {(row.number, row.outcome) for row in tried} == {(1, "sent")}
    assert len(tried) == len(lie)
    steps = world.rows("select was, became from demarche.notification_step where notification_id = any(:ids)", ids=list(lie))
    assert {tuple(step) for step in steps} == {(None, "sent")}
    proven = "select count(*) from demarche.evidence_entry where kind = 'notification.sent' and stream = :case"
    assert world.rows(proven, case=UUID(filed["incident"]))[0][0] == len(lie)


def test_while_more_is_due_than_there_was_room_for_what_is_new_waits_its_turn(world: World) -> None:
    office = post.post_of(world.worker)
    world.sweep()
    office._more = True
    world.files(severity="critical")
    sweeps.route(world.worker)
    assert {row.state for row in notifications(world) if row.kind != "inbox"} == {"pending"}
    office._more = False
    world.files(severity="critical", reference="EE-2")
    sweeps.route(world.worker)
    office.run(patience=None)
    assert {row.state for row in notifications(world)} == {"sent"}


def test_no_more_goes_along_than_there_is_room_for_at_a_place_and_threads_for_in_all() -> None:
    places = Places(Room({"webhook a": 2, "webhook b": 0}, frozenset({"webhook a"}), unproven=1), free=3)
    asked = ["webhook a", "webhook b", "webhook a", "webhook a", "email x", "email y"]
    assert [places(each) for each in asked] == [True, False, True, False, True, False]
    assert not Places(Room(), free=0)("email x")


def test_a_case_that_somebody_holds_keeps_nothing_else_from_being_routed(world: World) -> None:
    held, other = UUID(world.files()["incident"]), UUID(world.files(reference="EE-2")["incident"])
    routed = "select distinct case_id from demarche.notice where routed_at is not null"
    with world.worker.work() as holder:
        acting.hold(holder, [held])
        assert sweeps.route(world.worker) > 0
        assert {row.case_id for row in world.rows(routed)} == {other}
    assert sweeps.route(world.worker) > 0
    assert {row.case_id for row in world.rows(routed)} == {held, other}


def test_whoever_waited_for_a_case_writes_on_from_where_its_evidence_has_come_to(world: World) -> None:
    """The head is taken with the case, so it has to be the one that was written while it was waited for."""
    filed = world.files()
    case = UUID(filed["incident"])

    def notes(number: int) -> None:
        with world.worker.work() as work:
            acting.hold(work, [case])
            work.record("case.noted", case, {"number": number})

    admin = sa.create_engine(url_of("admin", world.database), poolclass=sa.NullPool)
    with ThreadPoolExecutor(1) as others, admin.connect() as looking:
        with world.worker.work() as holder:
            acting.hold(holder, [case])
            waiting = others.submit(notes, 2)
            until_somebody_waits(looking, world.database)
            holder.record("case.noted", case, {"number": 1})
        waiting.result(timeout=20)
    first, second = (row.seq for row in world.rows("select seq from demarche.evidence_entry where kind = 'case.noted' order by seq"))
    assert second == first + 1
    assert check_of(world) == []


def check_of(world: World) -> list[str]:
    """What is wrong with the evidence."""
    with world.worker.work() as work:
        *_, last = check(work.connection)
        return [str(each) for each in last.broken]
