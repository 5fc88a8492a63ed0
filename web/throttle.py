"""Guessing is made slow: after a few wrong answers for one name, each further one costs twice the wait, never a lock for good."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

FREE = 5  # wrong answers before anybody waits
LONGEST = 60  # seconds
FORGOTTEN = 900.0  # seconds after the last wrong answer
MOST = 10_000  # names remembered; beyond that the oldest is forgotten


class Throttle:
    """Wrong answers by name, in this process. Safe for threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, name: str) -> int:
        """Whole seconds until another answer for `name` is looked at; 0 when it may come now."""
        with self._lock:
            count, last = self._wrong.get(name, (0, 0.0))
            since = self._now() - last
            if count < FREE or since > FORGOTTEN:
                return 0
            left = min(LONGEST, 2.0 ** min(count - FREE, 10)) - since
            return max(0, int(left) + (left > int(left)))

    def wrong(self, name: str) -> None:
        """It was wrong."""
        with self._lock:
            count, last = self._wrong.pop(name, (0, 0.0))
            self._wrong[name] = (1 if self._now() - last > FORGOTTEN else count + 1, self._now())
            while len(self._wrong) > MOST:
                self._wrong.popitem(last=False)

    def right(self, name: str) -> None:
        """It was right: what came before is forgotten."""
        with self._lock:
            self._wrong.pop(name, None)


class Pace:
    """At most `most` in `seconds` by name, in this process; what comes faster waits. Safe for threads."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._now = most, seconds, now
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def wait(self, name: str) -> int:
        """Count one for `name`: 0 where it may come, else whole seconds until the next may."""
        with self._lock:
            since, count = self._seen.get(name, (self._now(), 0))
            left = since + self._seconds - self._now()
            if left <= 0:
                since, count, left = self._now(), 0, self._seconds
            self._seen[name] = (since, count + 1)
            self._seen.move_to_end(name)
            while len(self._seen) > MOST:
                self._seen.popitem(last=False)
            return 0 if count < self._most else int(left) + 1
