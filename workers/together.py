"""What several threads have to do to one database, done together: whoever comes while it is done waits, and is part of the next time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """A gathering of what ends at about the same time.

    Args:
        do: does it for all that it is given, one caller at a time, and raises nothing for any of them.
        most: for so many at once, at most.
    """

    def __init__(self, do: Callable[[Sequence[T]], None], most: int) -> None:
        self._do, self._most = do, most
        self._waiting: list[_Place[T]] = []
        self._busy = False
        self._turn = threading.Condition()

    def __call__(self, one: T) -> None:
        """Return when it was done for this one: by this thread, or by another that took it along."""
        mine = _Place(one)
        with self._turn:
            self._waiting.append(mine)
        while taken := self._take(mine):
            try:
                self._do([each.one for each in taken])
            finally:
                self._leave(taken)

    def _take(self, mine: _Place[T]) -> list[_Place[T]]:
        """What this thread does now, when nobody else is at it; nothing once `mine` was done."""
        with self._turn:
            self._turn.wait_for(lambda: mine.done or not self._busy)
            if mine.done:
                return []
            self._busy = True
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            return taken

    def _leave(self, taken: list[_Place[T]]) -> None:
        with self._turn:
            for each in taken:
                each.done = True
            self._busy = False
            self._turn.notify_all()


class _Place(Generic[T]):
    __slots__ = ("done", "one")

    def __init__(self, one: T) -> None:
        self.one, self.done = one, False
