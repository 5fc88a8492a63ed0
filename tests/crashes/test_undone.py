"""What PostgreSQL undoes for the sake of others is done again, whole: at whichever statement it strikes, no half of it stays."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from incident.db import again
from incident.evidence import check
from incident.records import cases
from incident.work import Work
from tests.crashes.injected import DEADLOCK, DISK_FULL, SERIALIZATION, injected
from tests.web.callers import Callers, a_body, at_the_door, problem_of
from tests.world import World
from workers import post, sweeps

TABLES = ("incident", "report", "fact", "obligation", "act", "timer", "notice", "withholding", "line", "evidence_entry", "evidence_head")
OUT = ("notification", "attempt", "act", "evidence_entry")


@pytest.fixture
def api(world: World) -> Iterator[Callers]:
    with at_the_door(world) as callers:
        yield callers


def rows(world: World, tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows each table has; how often a case was planned again goes by which letters ended together, and is not counted."""
    among = {"evidence_entry": "evidence_entry where kind <> 'case.replanned'"}
    return {table: int(world.rows(f"select count(*) from demarche.{among.get(table, table)}")[0][0]) for table in tables}


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in before}


def is_whole(world: World) -> bool:
    """Whether every chain of evidence is."""
    sweeps.seal(world.worker)
    with world.worker.work() as work:
        return [*check(work.connection)][-1].broken == ()


@pytest.mark.parametrize("sqlstate", [DEADLOCK, SERIALIZATION])
def test_a_filing_undone_at_any_statement_is_filed_once_and_whole(api: Callers, sqlstate: str) -> None:
    api.files(reference="the first one reads what the process then knows")
    start = rows(api.world, TABLES)
    with injected(api.world.web.engine) as counted:
        api.files(reference="untouched")
    expected = grown(start, rows(api.world, TABLES))
    for place in range(counted.statements + 1):  # 0: its commit
        before = rows(api.world, TABLES)
        with injected(api.world.web.engine, sqlstate, at=place) as injection:
            answer = api.post("/reports", a_body(reference=f"{sqlstate} {place}"))
        assert (answer.status_code, injection.raised) == (201, 1), (place, answer.text)
        assert grown(before, rows(api.world, TABLES)) == expected, place
    assert is_whole(api.world)


def test_a_filing_that_is_undone_every_time_is_answered_with_try_again_and_leaves_nothing(api: Callers) -> None:
    before = rows(api.world, (*TABLES, "reply"))
    with injected(api.world.web.engine, at=0, times=100) as injection:
        answer = api.post("/reports", a_body(reference="never"), headers={"Idempotency-Key": "never"})
    assert problem_of(answer, 503)["code"] == "busy"
    assert answer.headers["Retry-After"].isdigit()
    assert injection.raised == again.TRIES
    assert rows(api.world, (*TABLES, "reply")) == before
    assert api.post("/reports", a_body(reference="never"), headers={"Idempotency-Key": "never"}).status_code == 201


def test_a_delivery_undone_at_any_statement_is_recorded_once_and_whole(api: Callers) -> None:
    world = api.world
    api.files(reference="untouched")
    sweeps.route(world.worker)
    start = rows(world, OUT)
    with injected(world.worker.engine) as counted:
        post.post_of(world.worker).run(patience=None)
    expected = grown(start, rows(world, OUT))
    assert expected["attempt"] > 0
    longest = 30  # statements: no transaction of a delivery is longer
    assert counted.statements > longest
    struck = 0
    for place in range(longest):
        api.files(reference=f"at {place}")
        sweeps.route(world.worker)
        before = rows(world, OUT)
        with injected(world.worker.engine, at=place, times=2) as injection:
            post.post_of(world.worker).run(patience=None)
        struck += injection.raised
        assert grown(before, rows(world, OUT)) == expected, place
    assert struck > longest
    assert is_whole(world)


def test_two_works_that_wait_for_each_other_are_both_done(world: World) -> None:
    first, second = (uuid.UUID(world.files(reference=each)["incident"]) for each in ("A", "B"))
    both_hold = threading.Barrier(2)

    def in_turn(mine: uuid.UUID, yours: uuid.UUID) -> int:
        tries = 0

        def do(work: Work) -> None:
            nonlocal tries
            tries += 1
            cases.hold(work.connection, [mine])
            if tries == 1:
                both_hold.wait(20)
            cases.hold(work.connection, [yours])
            work.record("note", mine, {"tries": tries})

        world.worker.perform(do)
        return tries

    with ThreadPoolExecutor(2) as threads:
        tries = [*threads.map(in_turn, (first, second), (second, first))]
    assert sorted(tries) == [1, 2]  # one of them was undone, and done again
    assert len(world.rows("select 1 from demarche.evidence_entry where kind = 'note'")) == 2
    assert is_whole(world)


def test_what_is_no_fault_of_others_is_not_tried_again(world: World) -> None:
    with injected(world.worker.engine, "23505", at=0, times=100) as injection, pytest.raises(sa.exc.IntegrityError):
        world.worker.perform(lambda work: None)
    assert injection.raised == 1


def test_evidence_wake_ups_and_cookies_of_what_was_undone_are_forgotten(world: World) -> None:
    case = uuid.UUID(world.files()["incident"])
    woken: list[str] = []
    world.worker.wake = woken.append

    def do(work: Work) -> int:
        work.wake("route")
        work.record("note", case, {})
        return len(work.recorded)

    with injected(world.worker.engine, at=0, times=3):
        assert world.worker.perform(do) == 1
    assert woken == ["route"]
    assert len(world.rows("select 1 from demarche.evidence_entry where kind = 'note'")) == 1


def test_a_full_disk_is_said_and_leaves_nothing_and_when_there_is_room_the_same_is_filed(api: Callers) -> None:
    before = rows(api.world, TABLES)
    with injected(api.world.web.engine, DISK_FULL, at=0, times=100) as injection:
        answer = api.post("/reports", a_body(reference="full"))
    assert problem_of(answer, 503)["code"] == "storage_full"
    assert injection.raised == 1
    assert rows(api.world, TABLES) == before
    assert api.post("/reports", a_body(reference="full")).status_code == 201
