"""The timekeeper on a real PostgreSQL and a real Redis, with sweeps small enough to see what was run and by whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from incident.clock import DatabaseClock
from incident.db import engine, signals
from incident.db.embedded import FORGETFUL, EmbeddedPostgres
from incident.settings import Settings
from incident.work import Node
from tests import servers
from workers.rounds import Hands, Rounds
from workers.timekeeper import URGENT, RedisBroker, Timekeeper

SOON = 20.0  # seconds that a test waits for what ought to happen at once; only a failing test waits so long
NEVER = 3600.0


class Rows:
    """Sweeps over two small tables; `deliver` does what is due in one and `watch` in the other, the rest has nothing to do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = engine(url, pool_size=2)
        self.done = threading.Semaphore(0)
        self.ran: list[str] = []
        self.calls: dict[str, Callable[[], None]] = {}
        with self.engine.begin() as connection:
            for table in ("deliver", "watch"):
                connection.execute(sa.text(f"create table if not exists {table} (look_at timestamptz, done_at timestamptz)"))

    @property
    def SWEEPS(self) -> Mapping[str, Callable[[Node], int]]:
        return {name: self._sweep(name) for name in ("route", "deliver", "watch", "seal", "audit")}

    def due(self, node: Node) -> dict[str, float]:
        with node.engine.connect() as connection:
            waits = "select extract(epoch from min(look_at) - now())::float8 from {} where done_at is null"
            found = {name: connection.execute(sa.text(waits.format(name))).scalar() for name in ("watch", "deliver")}
        return {name: seconds for name, seconds in found.items() if seconds is not None}

    def add(self, *, seconds_from_now: float = 0.0, say: bool = True, timer: bool = False) -> None:
        due = sa.text(f"insert into {'watch' if timer else 'deliver'} values (now() + :seconds * interval '1 second')")
        with self.engine.begin() as connection:
            connection.execute(due, {"seconds": seconds_from_now})
        if say:
            with signals.open_line(self.url, application="tests") as line:
                signals.say(line)

    def wait(self) -> bool:
        """Whether a row was done, soon."""
        return self.done.acquire(timeout=SOON)

    def work(self, node: Node, name: str = "deliver") -> int:
        """What a worker would do."""
        done = sa.text(f"update {name} set done_at = now() where done_at is null and look_at <= now()")
        with node.engine.begin() as connection:
            count = connection.execute(done).rowcount
        for _ in range(count):
            self.done.release()
        return count

    def _sweep(self, name: str) -> Callable[[Node], int]:
        def run(node: Node) -> int:
            self.ran.append(name)
            if name in self.calls:
                self.calls[name]()
            return self.work(node, name) if name in ("deliver", "watch") else 0

        return run


class Workers:
    """A broker that answers. `told` is set when it was told of anything."""

    def __init__(self) -> None:
        self.hints: list[str] = []
        self.told = threading.Event()

    def answers(self) -> bool:
        return True

    def hint(self, sweep: str) -> None:
        self.hints.append(sweep)
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
    hands = Hands(lambda: node, Rounds(rows.SWEEPS))
    keeper = Timekeeper(node, rows, broker, hands, **given)  # type: ignore[arg-type]
    thread = threading.Thread(target=keeper.run)
    thread.start()
    try:
        assert alive.wait(SOON)
        yield keeper
    finally:
        keeper.stop()
        thread.join(SOON)
        hands.close()
        node.close()
        assert not thread.is_alive()


def test_a_timer_due_now_is_fired_when_it_is_spoken_of(rows: Rows, tmp_path: Path) -> None:
    with keeping(rows, Workers(), tmp_path):
        rows.add(timer=True)
        assert rows.wait()


def test_a_timer_is_fired_at_its_instant_with_no_message_to_anybody_and_never_before(rows: Rows, tmp_path: Path) -> None:
    rows.add(seconds_from_now=0.3, timer=True)
    workers = Workers()
    with keeping(rows, workers, tmp_path):
        assert rows.wait()
    assert workers.hints == []
    with rows.engine.connect() as connection:
        assert connection.execute(sa.text("select done_at >= look_at from watch")).scalars().all() == [True]


def test_with_the_broker_up_the_workers_are_told_and_not_overtaken(rows: Rows, tmp_path: Path) -> None:
    workers = Workers()
    with keeping(rows, workers, tmp_path):
        rows.add()
        assert workers.told.wait(SOON)
        assert set(workers.hints) == {"deliver"}
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


def test_what_is_spoken_of_is_done_here_when_nobody_else_is_there(rows: Rows, tmp_path: Path) -> None:
    with keeping(rows, Deaf(), tmp_path):
        rows.add()
        assert rows.wait()


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
    rows.add(seconds_from_now=-1, timer=True)
    with keeping(rows, Deaf(), tmp_path):
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
    with keeping(rows, Workers(), tmp_path):
        rows.add(timer=True)
        assert rows.wait()
        server.stop()
        server.start()
        rows.engine.dispose()
        rows.add(timer=True)
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
