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

from incident.work import Node

PLACES: Mapping[str, int] = {"route": 1, "deliver": 2, "watch": 1, "seal": 1, "rotas": 1, "audit": 1}
"""How many threads may be in a sweep at once. Of two in `deliver` the later claims while the earlier waits, and relieves it."""

THREADS = sum(PLACES.values())
"""With so many, whatever comes is begun or refused at once."""


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
        if not self._enters(name):
            return 0
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

    def rested(self, name: str) -> float:
        """Seconds since a round of it began in this process; infinite when none ever did."""
        return time.monotonic() - self._began_at.get(name, -math.inf)

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
