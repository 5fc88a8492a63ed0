"""The timekeeper on a real PostgreSQL and a real Redis, with sweeps small enough to see what was run and by whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from incident.clock import DatabaseClock
from incident.db import engine, signals
from incident.db.embedded import FORGETFUL, EmbeddedPostgres
from incident.settings import Settings
from incident.work import Node
from tests import servers
from workers.timekeeper import URGENT, RedisBroker, Timekeeper

SOON = 20.0  # seconds that a test waits for what ought to happen at once; only a failing test waits so long
NEVER = 3600.0


class Rows:
    """Sweeps over one small table; `deliver` does what is due, the others have nothing to do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = engine(url, pool_size=2)
        self.done = threading.Semaphore(0)
        self.ran: list[str] = []
        self.calls: dict[str, Callable[[], None]] = {}
        with self.engine.begin() as connection:
            connection.execute(sa.text("create table if not exists line (look_at timestamptz, done boolean default false)"))

    @property
    def SWEEPS(self) -> Mapping[str, Callable[[Node], int]]:
        return {name: self._sweep(name) for name in ("route", "deliver", "watch", "seal", "audit")}

    def next_due(self, node: Node) -> datetime | None:
        with node.engine.connect() as connection:
            found: datetime | None = connection.execute(sa.text("select min(look_at) from line where not done")).scalar()
            return found

    def add(self, *, seconds_from_now: float = 0.0, say: bool = True) -> None:
        due = sa.text("insert into line values (now() + :seconds * interval '1 second')")
        with self.engine.begin() as connection:
            connection.execute(due, {"seconds": seconds_from_now})
        if say:
            with signals.open_line(self.url, application="tests") as line:
                signals.say(line)

    def wait(self) -> bool:
        """Whether a row was done, soon."""
        return self.done.acquire(timeout=SOON)

    def work(self, node: Node) -> int:
        """What a worker would do."""
        with node.engine.begin() as connection:
            count = connection.execute(sa.text("update line set done = true where not done and look_at <= now()")).rowcount
        for _ in range(count):
            self.done.release()
        return count

    def _sweep(self, name: str) -> Callable[[Node], int]:
        def run(node: Node) -> int:
            self.ran.append(name)
            if name in self.calls:
                self.calls[name]()
            return self.work(node) if name == "deliver" else 0

        return run


class Workers:
    """A broker that answers. `told` is set when it was told of every urgent sweep."""

    def __init__(self) -> None:
        self.hints: list[str] = []
        self.told = threading.Event()

    def answers(self) -> bool:
        return True

    def hint(self, sweep: str) -> None:
        self.hints.append(sweep)
        if set(self.hints) >= set(URGENT):
            self.told.set()


class Deaf(Workers):
    """A broker that does not answer."""

    def answers(self) -> bool:
        return False


@pytest.fixture
def rows() -> Iterator[Rows]:
    with servers.database() as url:
        made = Rows(url)
        yield made
        made.engine.dispose()


@contextmanager
def keeping(rows: Rows, broker: object, home: Path, **options: object) -> Iterator[Timekeeper]:
    """A timekeeper at work in a thread, asleep because nothing is due when the block begins."""
    settings = Settings.from_environment(home=home)
    node = Node(settings, engine(rows.url, pool_size=2), DatabaseClock())
    alive = threading.Event()
    given = {"periods": dict.fromkeys(URGENT, NEVER), "heartbeat": alive.set} | options
    keeper = Timekeeper(node, rows, broker, **given)  # type: ignore[arg-type]
    thread = threading.Thread(target=keeper.run)
    thread.start()
    try:
        assert alive.wait(SOON)
        yield keeper
    finally:
        keeper.stop()
        thread.join(SOON)
        node.close()
        assert not thread.is_alive()


def test_a_row_due_now_is_done_when_it_is_spoken_of(rows: Rows, tmp_path: Path) -> None:
    with keeping(rows, Workers(), tmp_path, direct=True):
        rows.add()
        assert rows.wait()


def test_a_row_due_later_is_done_although_nobody_speaks_of_it_again(rows: Rows, tmp_path: Path) -> None:
    rows.add(seconds_from_now=0.3)
    with keeping(rows, Workers(), tmp_path, direct=True):
        assert rows.wait()


def test_with_the_broker_up_the_workers_are_told_and_not_overtaken(rows: Rows, tmp_path: Path) -> None:
    workers = Workers()
    with keeping(rows, workers, tmp_path):
        rows.add()
        assert workers.told.wait(SOON)
        assert rows.ran == []
        rows.work(Node(Settings.from_environment(), rows.engine, DatabaseClock()))


def test_with_the_broker_gone_the_timekeeper_does_it_itself(rows: Rows, tmp_path: Path) -> None:
    server = servers.RedisServer()  # never started: the port refuses
    broker = RedisBroker(server.url, lambda sweep: pytest.fail(f"{sweep} was handed to a broker that is gone"))
    with keeping(rows, broker, tmp_path):
        rows.add()
        assert rows.wait()
    server.close()


def test_a_frozen_broker_counts_as_gone_until_it_thaws(tmp_path: Path) -> None:
    server = servers.RedisServer()
    server.start()
    broker = RedisBroker(server.url, lambda sweep: None)
    assert broker.answers()
    server.freeze()
    assert not broker.answers()
    server.thaw()
    deadline = time.monotonic() + SOON
    while not broker.answers():
        assert time.monotonic() < deadline
    server.close()


def test_what_has_no_timer_is_done_when_it_is_spoken_of_and_nobody_else_is_there(rows: Rows, tmp_path: Path) -> None:
    routed = threading.Event()
    rows.calls["route"] = routed.set
    with keeping(rows, Deaf(), tmp_path):
        routed.clear()
        with signals.open_line(rows.url, application="tests") as line:
            signals.say(line)
        assert routed.wait(SOON)


def test_workers_that_do_not_come_are_not_waited_for(rows: Rows, tmp_path: Path) -> None:
    workers = Workers()
    with keeping(rows, workers, tmp_path):
        rows.add(seconds_from_now=-60)
        assert rows.wait()
    assert "deliver" in rows.ran


def test_a_sweep_that_fails_does_not_keep_the_others(rows: Rows, tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    rows.calls = {"watch": fail, "route": fail}
    with keeping(rows, Workers(), tmp_path, direct=True):
        rows.add()
        assert rows.wait()
        rows.add()
        assert rows.wait()


def test_every_sweep_is_run_by_itself_when_nobody_else_runs_it(rows: Rows, tmp_path: Path) -> None:
    periods = {"seal": 0.05, "audit": 0.05}
    with keeping(rows, Deaf(), tmp_path, periods=periods):
        deadline = time.monotonic() + SOON
        while not {"seal", "audit"} <= set(rows.ran):
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)


def test_it_can_be_stopped_in_the_middle_of_a_long_sleep(rows: Rows, tmp_path: Path) -> None:
    rows.add(seconds_from_now=NEVER)
    with keeping(rows, Workers(), tmp_path):
        pass  # `keeping` fails when the thread does not end


def test_after_postgresql_was_away_it_listens_again(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", FORGETFUL)
    server.start()
    rows = Rows(server.url())
    with keeping(rows, Workers(), tmp_path, direct=True):
        rows.add()
        assert rows.wait()
        server.stop()
        server.start()
        rows.engine.dispose()
        rows.add()
        assert rows.wait()
    rows.engine.dispose()
    server.stop()


def test_a_word_said_is_heard_once_and_a_lost_line_is_noticed(rows: Rows) -> None:
    with signals.open_line(rows.url, application="tests") as line:
        signals.listen(line)
        assert not signals.heard(line)
        with signals.open_line(rows.url, application="tests") as other:
            signals.say(other)
            assert servers.hears(line)
            assert not signals.heard(line)
            other.execute("select pg_terminate_backend(%s)", [line.info.backend_pid])
        with pytest.raises(signals.LineLost):
            assert all(not signals.heard(line) for _ in iter(int, 1))
