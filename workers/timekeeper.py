"""Sleeps until the earliest due row: fires timers at their instant, wakes the workers for the rest, or does it when they do not."""

from __future__ import annotations

import contextlib
import math
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import psycopg
import sqlalchemy as sa

from incident import logs
from incident.db import signals
from incident.errors import Unavailable
from incident.home import open_home
from incident.settings import Settings
from incident.told import Told
from incident.work import Node, open_node
from workers.rounds import Hands, Rounds, behind

URGENT = ("watch", "route", "deliver")
FIRED_HERE = "watch"  # at its instant, by the timekeeper itself: no message lies between
GRACE = 2.0  # seconds that a due row may lie before the timekeeper does it itself, broker up or not
PAUSE = 0.25  # seconds for the workers to take what they were told of
LONGEST_SLEEP = 5.0
RECONNECT = 0.2
_REST = 1.0  # seconds for timers that could not be looked at; what else is due goes on
SPARE = 2  # times its own period until a sweep that others ought to run is run here as well
_FINEST = 0.001  # seconds: what waiting for sockets is rounded to
_AWAKE = 0.005  # seconds before a timer to be awake, and to have asked once more: who has slept begins a millisecond late

_LOST = (psycopg.OperationalError, sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
_log = logs.get(__name__)


class Sweeps(Protocol):
    """The module `workers.sweeps`, or one of its shape."""

    def due(self, node: Node, /) -> Mapping[str, float]:
        """For which sweeps something waits, and in how many seconds it is due; negative since it was."""
        ...


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

    Timers it fires itself, at their instant; of what else is due it tells the workers, and does it itself when they do not.

    Args:
        node: with the worker's role.
        sweeps: what says what is due.
        broker: where the workers listen.
        hands: of this process, for what it does itself.
        periods: seconds between two unasked rounds of each sweep.
        heartbeat: called at least every five seconds while all is well.
        expect: called before it begins, and when it begins anew; raises Unavailable while the schema is older than this program.
    """

    def __init__(
        self,
        node: Node,
        sweeps: Sweeps,
        broker: Broker,
        hands: Hands,
        *,
        periods: Mapping[str, float],
        heartbeat: Callable[[], None] = lambda: None,
        expect: Callable[[], None] = lambda: None,
    ) -> None:
        self._node = node
        self._sweeps = sweeps
        self._broker = broker
        self._hands = hands
        self._periods = periods
        self._heartbeat = heartbeat
        self._expect = expect
        self._stopping = Told()
        self._bell, self._rope = socket.socketpair()
        self._began_at = time.monotonic()
        self._told_at: dict[str, float] = {}
        self._fires_at, self._asked_at = math.inf, -math.inf
        self._alone = False
        self._overdue: set[str] = set()

    def run(self) -> None:
        """Keep time until `stop` is called, which another thread or a signal handler may do. Once only."""
        try:
            while not self._stopping:
                try:
                    self._keep()
                except _LOST as error:
                    _log.warning("database_lost", error=type(error).__name__, why=str(error).split("\n", 1)[0])
                    self._node.engine.dispose()
                    self._stopping.wait(RECONNECT)
                except Unavailable as older:
                    behind.lasts(why=older.message)
                    self._stopping.wait(LONGEST_SLEEP)
                except Exception:  # a fault of ours, perhaps for one row only: said aloud, and time goes on
                    _log.exception("timekeeper_failed")
                    self._stopping.wait(1.0)
        finally:
            self._bell.close()
            self._rope.close()

    def stop(self) -> None:
        """End after the round that is under way, if any."""
        self._stopping.tell()
        self._hands.rounds.close()
        with contextlib.suppress(OSError):  # it has ended already
            self._rope.send(b"x")

    def _keep(self) -> None:
        """Listen first and look then, so that nothing can be said between the two."""
        url = self._node.engine.url.render_as_string(hide_password=False)
        with signals.open_line(url, application="demarche timekeeper") as line:
            signals.listen(line)
            self._expect()
            behind.is_over()
            said = True
            while not self._stopping:
                self._heartbeat()
                said = self._wait(line, self._round(said))

    def _wait(self, line: signals.Line, seconds: float) -> bool:
        """Sleep; wake early, with True, when something is said, or when it is time to stop."""
        wakes_at = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(line, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            ready = selector.select(max(0.0, seconds - _FINEST))
        if not ready:
            time.sleep(max(0.0, min(_FINEST, wakes_at - time.monotonic())))
        return any(key.fileobj is line for key, _ in ready) and signals.heard(line)

    def _round(self, said: bool) -> float:
        """Do or hand over what is due; return the seconds to sleep. `said`: somebody spoke of work, timed or not."""
        failed = False
        if self._fires_at <= time.monotonic():  # what it slept for: done before anything is asked
            failed = self._fire() is None
        waits = dict(self._sweeps.due(self._node))
        if not failed and waits.get(FIRED_HERE, 1.0) <= 0:
            did = self._fire()
            if did:
                return 0.0
            failed = did is None
        for name in URGENT:
            if name != FIRED_HERE and waits.get(name, 1.0) <= 0:
                self._hand_over(name, -waits[name], said)
        self._overdue &= {name for name, seconds in waits.items() if seconds <= 0}
        self._spare_rounds()
        return self._until_next(waits | ({FIRED_HERE: _REST} if failed else {}))

    def _fire(self) -> int | None:
        """Look at what timers say; how much there was, None where that failed."""
        try:
            return self._hands.rounds.run(self._node, FIRED_HERE)
        except _LOST:
            raise
        except Exception:
            _log.exception("sweep_failed", sweep=FIRED_HERE)
            return None

    def _hand_over(self, sweep: str, late: float, said: bool) -> None:
        """Tell the workers, or do it here when they do not come. Who speaks of work has told them, and they get a moment to begin."""
        now = time.monotonic()
        if late >= GRACE or self._is_alone():
            if self._hands.start(sweep) and late >= GRACE and sweep not in self._overdue:
                _log.warning("doing_it_myself", sweep=sweep, late_ms=round(late * 1000), alone=self._alone)
                self._overdue.add(sweep)
        elif said and late < PAUSE:
            self._told_at[sweep] = now
        elif now - self._told_at.get(sweep, -math.inf) >= PAUSE:
            self._told_at[sweep] = now
            self._broker.hint(sweep)

    def _spare_rounds(self) -> None:
        """The net beneath the net: sweeps nobody has asked for lately, more often when alone than beside workers."""
        if any(self._waited(name) >= period for name, period in self._periods.items()):
            times = 1 if self._is_alone() else SPARE
            for name, period in self._periods.items():
                if self._waited(name) >= period * times:
                    self._hands.start(name)

    def _waited(self, sweep: str) -> float:
        return min(self._hands.rounds.rested(sweep), time.monotonic() - self._began_at)

    def _is_alone(self) -> bool:
        """Whether the broker does not answer; asked twice a second at most, because a frozen one takes its time."""
        if time.monotonic() - self._asked_at >= 0.5:
            alone = not self._broker.answers()
            if alone != self._alone:
                _log.warning("broker_lost") if alone else _log.info("broker_back")
            self._alone, self._asked_at = alone, time.monotonic()
        return self._alone

    def _until_next(self, waits: Mapping[str, float]) -> float:
        """Seconds to sleep: to just before the next timer, and from there to its instant exactly."""
        times = 1 if self._alone else SPARE
        spare = min(period * times - self._waited(name) for name, period in self._periods.items())
        timer = waits.get(FIRED_HERE, math.inf)
        self._fires_at = time.monotonic() + timer if timer > 0 else math.inf
        if timer > _AWAKE:
            timer -= _AWAKE
        first = min([timer, *(seconds for name, seconds in waits.items() if name != FIRED_HERE), LONGEST_SLEEP])
        if first <= 0:
            first = min(PAUSE, timer) if timer > 0 else PAUSE
        return min(LONGEST_SLEEP, first, max(0.01, spare))


def main(settings: Settings) -> int:
    """The timekeeper's process: runs until SIGINT or SIGTERM, then returns 0.

    Raises:
        BadSetting: without DATABASE_URL or REDIS_URL.
    """
    from workers import sweeps, tasks

    logs.configure(settings.log_level, settings.log_format)
    hints = tasks.Hints(settings.needed_broker_url())
    node = open_node(settings, settings.needed_database_url(), wake=hints, pool_size=5)
    beat = open_home(settings.home) / "timekeeper.heartbeat"
    broker = RedisBroker(settings.broker_url, hints)
    hands = Hands(lambda: node, Rounds(sweeps.SWEEPS))
    keeper = Timekeeper(node, sweeps, broker, hands, periods=tasks.PERIODS, heartbeat=beat.touch, expect=node.expect_schema)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: keeper.stop())
    keeper.run()
    hands.close()
    node.close()
    return 0
