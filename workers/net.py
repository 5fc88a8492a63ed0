"""The net beneath every hint: a worker looks for itself, every few seconds, whether something is due, and runs it.

So work goes on with the timekeeper, beat and Redis all gone.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from incident import logs
from incident.work import Node
from workers.rounds import THREADS, Rounds
from workers.timekeeper import SPARE, URGENT, Sweeps, lateness

EVERY = 2.5  # seconds between two looks, so that with the time for the work itself nothing waits for 5 s
_log = logs.get(__name__)


class Net:
    """A thread that looks; what it finds is run in threads of its own, by the same rounds as what is hinted.

    Args:
        open_node: gives the node; may fail while the database is away.
        rounds: of this process.
        sweeps: what there is to run, and when the earliest row is due.
        periods: seconds between two unasked rounds of each sweep.
    """

    def __init__(
        self, open_node: Callable[[], Node], rounds: Rounds, sweeps: Sweeps, periods: Mapping[str, float], *, every: float = EVERY
    ) -> None:
        self._open_node = open_node
        self._rounds = rounds
        self._sweeps = sweeps
        self._periods = periods
        self._every = every
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="net")
        self._thread = threading.Thread(target=self._keep, name="net", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and wait for what is being run."""
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _keep(self) -> None:
        while not self._stopping.wait(self._every * random.uniform(0.6, 1.0)):  # noqa: S311 - workers look at different times
            try:
                self._look(self._open_node())
            except Exception as error:  # the database is away, or a fault of ours: the next look is soon
                _log.warning("net_failed", error=type(error).__name__, why=str(error).split("\n", 1)[0])

    def _look(self, node: Node) -> None:
        late = lateness(node, self._sweeps)
        due = URGENT if late is not None and late >= 0 else ()
        rested = (name for name, period in self._periods.items() if self._rounds.rested(name) >= period * SPARE)
        for name in dict.fromkeys((*due, *rested)):
            self._pool.submit(self._run, node, name)

    def _run(self, node: Node, name: str) -> None:
        try:
            self._rounds.run(node, name)
        except Exception:
            _log.exception("sweep_failed", sweep=name)
