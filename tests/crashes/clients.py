"""Clients that go on all the while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def going_on(clients: Sequence[Callable[[], None]], ended: threading.Event) -> Iterator[None]:
    """Each in a thread of its own, until the block ends; they stop when `ended` is set, and are waited for."""
    threads = [threading.Thread(target=each) for each in clients]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        ended.set()
        for each in threads:
            each.join()
