"""Rounds of the sweeps in one process, and the net that needs nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from incident.clock import DatabaseClock
from incident.db import engine
from incident.settings import Settings
from incident.work import Node
from tests import servers
from tests.workers.test_timekeeper import SOON, Rows
from workers import sweeps, tasks
from workers.net import Net
from workers.rounds import PLACES, THREADS, Hands, Rounds
from workers.timekeeper import Timekeeper

NOBODY = cast(Node, None)


class Door:
    """A sweep that says when somebody is in it, and keeps everybody until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Semaphore(0)
        self.rounds = 0

    def __call__(self, node: Node) -> int:
        self.rounds += 1
        self.entered.release()
        assert self.opened.acquire(timeout=SOON)
        return 0


@contextmanager
def inside(rounds: Rounds, name: str) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=rounds.run, args=(NOBODY, name))
    thread.start()
    yield thread
    thread.join(SOON)
    assert not thread.is_alive()


def test_a_sweep_that_always_finds_more_ends_with_its_round_when_it_is_closed() -> None:
    rounds = Rounds({"deliver": lambda _: busy()})
    done: list[int] = []

    def busy() -> int:
        done.append(1)
        if len(done) == 3:
            rounds.close()
        assert len(done) < 10, "it never ends"
        return 1

    assert rounds.run(NOBODY, "deliver") == 3
    assert rounds.run(NOBODY, "deliver") == 0


def test_a_hundred_hints_for_a_sweep_that_is_under_way_are_one_more_round() -> None:
    door = Door()
    rounds = Rounds({"seal": door})
    with inside(rounds, "seal"):
        assert door.entered.acquire(timeout=SOON)
        assert [rounds.run(NOBODY, "seal") for _ in range(100)] == [0] * 100  # none of them waits
        door.opened.release(2)
    assert door.rounds == 2


def test_a_sweep_that_hangs_keeps_no_other_from_its_thread() -> None:
    door = Door()
    rounds = Rounds({"deliver": door, "seal": lambda node: 0})
    with inside(rounds, "deliver"), inside(rounds, "deliver"):
        assert door.entered.acquire(timeout=SOON)
        assert door.entered.acquire(timeout=SOON)
        assert rounds.run(NOBODY, "deliver") == 0
        assert rounds.run(NOBODY, "seal") == 0
        door.opened.release(3)
    assert door.rounds == 3


def test_a_sweep_goes_round_until_it_does_nothing() -> None:
    left = [3, 2, 0]
    assert Rounds({"route": lambda node: left.pop(0)}).run(NOBODY, "route") == 5


def test_a_sweep_that_failed_can_be_run_again() -> None:
    left = [1, 0]

    def once_broken(node: Node) -> int:
        if len(left) == 2:
            left.pop()
            raise RuntimeError("broken")
        return 0

    rounds = Rounds({"watch": once_broken})
    with pytest.raises(RuntimeError):
        rounds.run(NOBODY, "watch")
    assert rounds.run(NOBODY, "watch") == 0
    assert rounds.rested("watch") < SOON


def test_every_sweep_has_its_places_and_the_worker_a_thread_for_each() -> None:
    assert set(PLACES) == set(sweeps.SWEEPS)
    assert tasks.configuration("redis://localhost/0")["worker_concurrency"] >= THREADS == sum(PLACES.values())


@pytest.fixture
def rows() -> Iterator[Rows]:
    with servers.database() as url:
        made = Rows(url)
        yield made
        made.engine.dispose()


@contextmanager
def netted(rows: Rows, home: Path, *, away: int = 0) -> Iterator[None]:
    """A net beneath a worker whose node cannot be opened `away` times."""
    node = Node(Settings.from_environment(home=home), engine(rows.url, pool_size=2), DatabaseClock())
    left = iter(range(away))

    def opened() -> Node:
        if next(left, None) is not None:
            raise sa.exc.OperationalError("select 1", {}, Exception("the database is away"))
        return node

    hands = Hands(opened, Rounds(rows.SWEEPS))
    net = Net(opened, hands, rows, {"seal": 0.05}, every=0.02)
    net.start()
    try:
        yield
    finally:
        net.stop()
        hands.close()
        node.close()


def test_a_row_that_nobody_speaks_of_is_done_by_the_worker_itself(rows: Rows, tmp_path: Path) -> None:
    with netted(rows, tmp_path):
        rows.add(say=False)
        assert rows.wait()


def test_the_net_is_spread_before_the_database_is_there(rows: Rows, tmp_path: Path) -> None:
    rows.add(say=False)
    with netted(rows, tmp_path, away=3):
        assert rows.wait()


def test_what_has_no_due_row_is_run_at_its_own_period(rows: Rows, tmp_path: Path) -> None:
    sealed = threading.Semaphore(0)
    rows.calls["seal"] = sealed.release
    with netted(rows, tmp_path):
        assert sealed.acquire(timeout=SOON)
        assert sealed.acquire(timeout=SOON)


def test_one_row_seen_by_five_timekeepers_and_a_net_is_done_once(rows: Rows, tmp_path: Path) -> None:
    from tests.workers.test_timekeeper import Deaf, keeping

    keepers: list[Timekeeper] = []
    with netted(rows, tmp_path):
        with keeping(rows, Deaf(), tmp_path) as one, keeping(rows, Deaf(), tmp_path) as two, keeping(rows, Deaf(), tmp_path) as three:
            keepers += [one, two, three]
            rows.add(seconds_from_now=0.2, timer=True)
            assert rows.wait()
        rows.add()
        assert rows.wait()
    assert not rows.done.acquire(blocking=False)
