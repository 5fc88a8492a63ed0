"""Being told something once, by a signal handler too.

A handler runs between any two steps of the thread that it interrupts. It must not wait for what that thread may hold: of a
`threading.Event` that is waited for, `set` in a handler can find the lock taken by the very thread that it stands on, for ever.
"""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue


class Told:
    """For one who waits, and any number who tell."""

    def __init__(self) -> None:
        self._said: SimpleQueue[None] = SimpleQueue()  # the one queue whose `put` may interrupt itself
        self._told = False

    def __bool__(self) -> bool:
        """Whether anybody has told."""
        return self._told

    def tell(self) -> None:
        """Takes no lock, and may be called from a signal handler."""
        self._told = True
        self._said.put(None)

    def wait(self, seconds: float) -> bool:
        """Whether anybody has told, as soon as they do, or after so many seconds."""
        if not self._told:
            with suppress(Empty):
                self._said.get(timeout=seconds)
        return self._told
