"""Named points at which a process ends as SIGKILL would end it: by them it is shown that every step survives a crash.

Nothing happens at them unless DEMARCHE_CRASH_AT names one, as `claim.after_commit:2`: at the second time that it is passed.
"""

from __future__ import annotations

import os
import signal
import threading

STEPS = ("file", "route", "claim", "settle", "watch", "seal")
"""What is done in one transaction; each has a point just before its commit and one just after."""
POINTS = (
    *(f"{step}.{when}_commit" for step in STEPS for when in ("before", "after")),
    "send.before",
    "send.after",
)

_lock = threading.Lock()
_at: str | None = None
_left = 0


def spoken(text: str) -> tuple[str, int]:
    """A point and the time at which it is meant, of `name` or `name:n`.

    Raises:
        ValueError: there is no such point, or n is no number from 1 on; says what was expected.
    """
    name, _, number = text.partition(":")
    if name not in POINTS or not (number == "" or (number.isascii() and number.isdigit() and int(number) >= 1)):
        raise ValueError(f"one of {', '.join(POINTS)}, with :n for the n-th time")
    return name, int(number or 1)


def arm(text: str | None) -> None:
    """From now on this process ends at that point; None: at no point."""
    global _at, _left
    with _lock:
        _at, _left = (None, 0) if text is None else spoken(text)


def here(point: str) -> None:
    """Pass a point: it is the end of the process when it is the one that was named, for as many times as was said."""
    global _left
    if point != _at:
        return
    with _lock:
        _left -= 1
        if _left == 0:
            os.write(2, f"Ends at the crash point {point}.\n".encode())  # not through a logger, whose handlers have locks
            os.kill(os.getpid(), signal.SIGKILL)
