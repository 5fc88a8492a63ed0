"""The net beneath every hint: a worker looks for itself, every few seconds, whether something is due, and runs it.

So work goes on with the timekeeper, beat and Redis all gone.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping

from incident import logs
from incident.errors import Unavailable
from incident.work import Node
from workers.rounds import Hands, behind
from workers.timekeeper import SPARE, URGENT, Sweeps

EVERY = 2.5  # seconds between two looks, so that with the time for the work itself nothing waits for 5 s
_log = logs.get(__name__)


class Net:
    """A thread that looks; what it finds is run by this process, in the same rounds as what is hinted.

    Args:
        open_node: gives the node; may fail while the database is away.
        hands: of this process.
        sweeps: what says what is due.
        periods: seconds between two unasked rounds of each sweep.
    """

    def __init__(
        self, open_node: Callable[[], Node], hands: Hands, sweeps: Sweeps, periods: Mapping[str, float], *, every: float = EVERY
    ) -> None:
        self._open_node = open_node
        self._hands = hands
        self._sweeps = sweeps
        self._periods = periods
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="net", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopping.wait(self._every * random.uniform(0.6, 1.0)):  # noqa: S311 - workers look at different times
            try:
                self._look(self._open_node())
            except Unavailable as older:
                behind.lasts(why=older.message)
            except Exception as error:  # the database is away, or a fault of ours: the next look is soon
                _log.warning("net_failed", error=type(error).__name__, why=str(error).split("\n", 1)[0])

    def _look(self, node: Node) -> None:
        waits = self._sweeps.due(node)
        due = [name for name in URGENT if waits.get(name, 1.0) <= 0]
        rested = [name for name, period in self._periods.items() if self._hands.rounds.rested(name) >= period * SPARE]
        for name in dict.fromkeys((*due, *rested)):
            self._hands.start(name)
