"""Rounds of the sweeps in one process: asked for by many, run by as many threads as there are places, and by no more.

A hint that finds its sweep under way costs nothing: the sweep goes round once more, however many have asked meanwhile. So a queue
full of hints for one sweep is emptied as fast as it is read, and keeps no thread from the others.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from incident import logs
from incident.errors import Unavailable
from incident.work import Node

PLACES: Mapping[str, int] = {"route": 1, "deliver": 2, "watch": 1, "seal": 1, "rotas": 1, "audit": 1}
"""How many threads may be in a sweep at once. Of two in `deliver` the later claims while the earlier waits, and relieves it."""

THREADS = sum(PLACES.values())
"""With so many, whatever comes is begun or refused at once."""

_log = logs.get(__name__)
behind = logs.Lasting(_log, "schema_behind", "schema_current")
"""That the database's schema is older than this program: nothing is begun until it is not, for each row would be one too many tries."""


class Rounds:
    """Who is in which sweep of this process.

    Args:
        sweeps: what there is to run, by name.
    """

    def __init__(self, sweeps: Mapping[str, Callable[[Node], int]]) -> None:
        self._sweeps = sweeps
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()
        self._asked: set[str] = set()
        self._began_at: dict[str, float] = {}
        self._closed = False

    def close(self) -> None:
        """Begin no round any more: who is inside ends with the one under way, however much there is to do. Safe in a signal handler."""
        self._closed = True

    def run(self, node: Node, name: str) -> int:
        """Run a sweep until a round of it does nothing and nobody has asked meanwhile; how much it did.

        0 at once when all places are taken, then those who are inside go round once more; and when it was closed.
        """
        return self._go_round(node, name) if self._enters(name) else 0

    def start(self, node: Node, name: str, pool: ThreadPoolExecutor) -> bool:
        """The same in a thread of the pool; False when all places are taken, or the pool is closed."""
        if not self._enters(name):
            return False
        try:
            pool.submit(self._run_aside, node, name)
        except RuntimeError:
            self._leaves(name)
            return False
        return True

    def rested(self, name: str) -> float:
        """Seconds since a round of it began in this process; infinite when none ever did."""
        return time.monotonic() - self._began_at.get(name, -math.inf)

    def _run_aside(self, node: Node, name: str) -> None:
        try:
            self._go_round(node, name)
        except sa.exc.OperationalError as error:  # the database is away: whoever looks next finds the same rows
            _log.warning("database_lost", sweep=name, why=str(error).split("\n", 1)[0])
        except Exception:
            _log.exception("sweep_failed", sweep=name)

    def _go_round(self, node: Node, name: str) -> int:
        did, inside = 0, True
        try:
            while inside:
                done = self._sweeps[name](node)
                did += done
                inside = self._goes_on(name, done)
        except BaseException:
            self._leaves(name)
            raise
        return did

    def _enters(self, name: str) -> bool:
        with self._lock:
            free = self._inside[name] < PLACES.get(name, 1) and not self._closed
            if free:
                self._inside[name] += 1
                self._began_at[name] = time.monotonic()
            else:
                self._asked.add(name)
            return free

    def _goes_on(self, name: str, done: int) -> bool:
        """Whether another round is wanted; if not, the place is free again, in the same breath."""
        with self._lock:
            wanted = (bool(done) or name in self._asked) and not self._closed
            self._asked.discard(name)
            if wanted:
                self._began_at[name] = time.monotonic()
            else:
                self._inside[name] -= 1
            return wanted

    def _leaves(self, name: str) -> None:
        with self._lock:
            self._inside[name] -= 1


class Hands:
    """Runs rounds at once, in threads of this process. Call it with a sweep's name: it returns at once and never raises.

    What finds no place here is told to the `others`, who may have one.

    Args:
        open_node: gives the node; may fail while the database is away.
        rounds: of this process.
        others: tells other processes of a sweep.
    """

    def __init__(self, open_node: Callable[[], Node], rounds: Rounds, others: Callable[[str], None] = lambda sweep: None) -> None:
        self.rounds = rounds
        self._open_node = open_node
        self._others = others
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hands")

    def __call__(self, sweep: str) -> None:
        """Run it here, or tell the others."""
        if not self.start(sweep):
            self._others(sweep)

    def start(self, sweep: str) -> bool:
        """Run it here; False where it has no place now, or no database that this program can work on."""
        try:
            return self.rounds.start(self._open_node(), sweep, self._pool)
        except sa.exc.OperationalError as error:
            _log.warning("database_lost", sweep=sweep, why=str(error).split("\n", 1)[0])
        except Unavailable as older:
            behind.lasts(why=older.message)
        return False

    def close(self) -> None:
        """Begin no round any more, and wait for those under way."""
        self.rounds.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
