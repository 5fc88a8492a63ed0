"""Sleeps until the earliest due row, then wakes the workers; does their work itself when they do not."""

from __future__ import annotations

import contextlib
import math
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import psycopg
import sqlalchemy as sa

from incident import logs
from incident.db import signals
from incident.home import open_home
from incident.settings import Settings
from incident.work import Node, open_node

URGENT = ("watch", "route", "deliver")  # in this order a reminder is routed and sent in the same round
GRACE = 2.0  # seconds that a due row may lie before the timekeeper does it itself, broker up or not
PAUSE = 0.25  # seconds for the workers to take what they were told of
LONGEST_SLEEP = 5.0
RECONNECT = 0.2
SPARE = 2  # times its own period until a sweep that others ought to run is run here as well

_LOST = (psycopg.OperationalError, sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
_log = logs.get(__name__)


class Sweeps(Protocol):
    """The module `workers.sweeps`, or one of its shape."""

    @property
    def SWEEPS(self) -> Mapping[str, Callable[[Node], int]]:
        """Each works until nothing is due, or for a few seconds, and returns how much it did."""
        ...

    def next_due(self, node: Node, /) -> datetime | None:
        """When the earliest row is due, which may be past; None when nothing waits."""
        ...


def lateness(node: Node, sweeps: Sweeps) -> float | None:
    """Seconds since the earliest row was due, negative while it is still to come; None when nothing waits."""
    due_at = sweeps.next_due(node)
    if due_at is None:
        return None
    with node.engine.connect() as connection:
        return (node.clock.now(connection) - due_at).total_seconds()


class Broker(Protocol):
    """Where the workers listen."""

    def answers(self) -> bool:
        """Whether it does now; takes 0.2 s at most."""
        ...

    def hint(self, sweep: str) -> None:
        """Tell the workers of a sweep; never raises, and half a second is the longest it takes."""
        ...


class RedisBroker:
    """Redis, asked over a connection of our own that never retries."""

    def __init__(self, url: str, hint: Callable[[str], None]) -> None:
        import redis  # 5 MB that the one process, whose broker is in memory, can do without

        path = url.replace("redis+socket://", "unix://", 1)
        self._redis = redis.Redis.from_url(path, socket_connect_timeout=0.2, socket_timeout=0.2, retry=None)
        self._away = (redis.RedisError, OSError)
        self._hint = hint

    def answers(self) -> bool:
        """Whether a PING is answered within 0.2 s."""
        try:
            return bool(self._redis.ping())
        except self._away:
            return False

    def hint(self, sweep: str) -> None:
        """Send one task by the sweep's name."""
        self._hint(sweep)


class Timekeeper:
    """Runs until told to stop; loses neither PostgreSQL nor the broker for good, however long they are away.

    Args:
        node: with the worker's role.
        sweeps: what there is to run.
        broker: where the workers listen.
        periods: seconds between two unasked rounds of each sweep.
        direct: run what is due here and now instead of telling the workers.
        heartbeat: called at least every five seconds while all is well.
    """

    def __init__(
        self,
        node: Node,
        sweeps: Sweeps,
        broker: Broker,
        *,
        periods: Mapping[str, float],
        direct: bool = False,
        heartbeat: Callable[[], None] = lambda: None,
    ) -> None:
        self._node = node
        self._sweeps = sweeps
        self._broker = broker
        self._periods = periods
        self._direct = direct
        self._heartbeat = heartbeat
        self._stopping = threading.Event()
        self._bell, self._rope = socket.socketpair()
        self._ran_at = dict.fromkeys(periods, time.monotonic())
        self._told_at = self._asked_at = -math.inf
        self._alone = False

    def run(self) -> None:
        """Keep time until `stop` is called, which another thread or a signal handler may do. Once only."""
        try:
            while not self._stopping.is_set():
                try:
                    self._keep()
                except _LOST as error:
                    _log.warning("database_lost", error=type(error).__name__, why=str(error).split("\n", 1)[0])
                    self._node.engine.dispose()
                    self._stopping.wait(RECONNECT)
                except Exception:  # a fault of ours, perhaps for one row only: said aloud, and time goes on
                    _log.exception("timekeeper_failed")
                    self._stopping.wait(1.0)
        finally:
            self._bell.close()
            self._rope.close()

    def stop(self) -> None:
        """End after the sweep that is running, if any."""
        self._stopping.set()
        with contextlib.suppress(OSError):  # it has ended already
            self._rope.send(b"x")

    def _keep(self) -> None:
        """Listen first and look then, so that nothing can be said between the two."""
        url = self._node.engine.url.render_as_string(hide_password=False)
        with signals.open_line(url, application="demarche timekeeper") as line:
            signals.listen(line)
            said = True
            while not self._stopping.is_set():
                self._heartbeat()
                said = self._wait(line, self._round(said))

    def _wait(self, line: signals.Line, seconds: float) -> bool:
        """Sleep; wake early, with True, when something is said, or when it is time to stop."""
        with selectors.DefaultSelector() as selector:
            selector.register(line, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            ready = selector.select(seconds)
        return any(key.fileobj is line for key, _ in ready) and signals.heard(line)

    def _round(self, said: bool) -> float:
        """Do or hand over what is due; return the seconds to sleep. `said`: somebody spoke of work, timed or not."""
        self._spare_rounds()
        late = lateness(self._node, self._sweeps)
        is_due = late is not None and late >= 0
        if late is not None and late >= GRACE:
            return self._do(late)
        if (is_due or said) and (self._direct or self._is_alone()):
            return self._do(late)
        return self._tell() if is_due else self._until_next(late)

    def _do(self, late: float | None) -> float:
        did, failed = self._run(URGENT)
        if did and late is not None and late >= GRACE:
            _log.warning("did_it_myself", did=did, late_ms=round(late * 1000), alone=self._alone)
        if failed:
            return 1.0
        if did:
            return 0.0
        return PAUSE if late is not None and late >= 0 else self._until_next(late)  # due, but another has claimed it

    def _tell(self) -> float:
        if time.monotonic() - self._told_at >= PAUSE:
            self._told_at = time.monotonic()
            for sweep in URGENT:
                self._broker.hint(sweep)
        return PAUSE

    def _spare_rounds(self) -> None:
        """The net beneath the net: sweeps nobody has asked for lately, more often when alone than beside workers."""
        waited = {name: time.monotonic() - self._ran_at[name] for name in self._periods}
        if any(waited[name] >= period for name, period in self._periods.items()):
            times = 1 if self._is_alone() else SPARE
            self._run(name for name, period in self._periods.items() if waited[name] >= period * times)

    def _run(self, sweeps: Iterable[str]) -> tuple[int, bool]:
        """How much they did together, and whether any of them failed; one that fails does not keep the others."""
        did, failed = 0, False
        for name in sweeps:
            if self._stopping.is_set():
                break
            self._ran_at[name] = time.monotonic()
            try:
                did += self._sweeps.SWEEPS[name](self._node)
            except _LOST:
                raise
            except Exception:
                _log.exception("sweep_failed", sweep=name)
                failed = True
        return did, failed

    def _is_alone(self) -> bool:
        """Whether the broker does not answer; asked twice a second at most, because a frozen one takes its time."""
        if time.monotonic() - self._asked_at >= 0.5:
            alone = not self._broker.answers()
            if alone != self._alone:
                _log.warning("broker_lost") if alone else _log.info("broker_back")
            self._alone, self._asked_at = alone, time.monotonic()
        return self._alone

    def _until_next(self, late: float | None) -> float:
        times = 1 if self._alone else SPARE
        now = time.monotonic()
        spare = min(self._ran_at[name] + period * times - now for name, period in self._periods.items())
        return max(0.01, min(LONGEST_SLEEP, spare, LONGEST_SLEEP if late is None else -late))


def main(settings: Settings) -> int:
    """The timekeeper's process: runs until SIGINT or SIGTERM, then returns 0.

    Raises:
        BadSetting: without DATABASE_URL or REDIS_URL.
    """
    from workers import sweeps, tasks

    logs.configure(settings.log_level, settings.log_format)
    hints = tasks.Hints(settings.needed_broker_url())
    node = open_node(settings, settings.needed_database_url(), wake=hints, pool_size=3)
    beat = open_home(settings.home) / "timekeeper.heartbeat"
    broker = RedisBroker(settings.broker_url, hints)
    keeper = Timekeeper(node, sweeps, broker, periods=tasks.PERIODS, heartbeat=beat.touch)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: keeper.stop())
    keeper.run()
    node.close()
    return 0
