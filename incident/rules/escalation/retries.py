"""When to try a delivery again."""

from __future__ import annotations

from datetime import datetime, timedelta

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The schedule that Standard Webhooks 1.0.0 recommends, from each try to the next; the first is immediate."""

TRIES = len(DELAYS) + 1
LONGEST_WAIT = timedelta(hours=24)
"""A receiver may ask for more patience, but not for more than this."""

LEAST_WAIT = timedelta(seconds=1)
"""No try is pulled closer to the one before: what a second cannot mend is tried when the duty has ended, by the schedule."""
FAULTS = 5
"""Tries of what this node itself stumbles over, before a person is asked."""

_JITTER = 0.1  # of the delay: enough to spread a crowd that failed together


def next_try(
    attempt: int,
    sent_at: datetime,
    due_at: datetime | None,
    retry_after: timedelta | None = None,
    jitter: float = 0.0,
) -> datetime | None:
    """When to try again after try number `attempt` (the first is 1), made at `sent_at`, failed; None after the last.

    The delay is the schedule's plus up to a tenth (`jitter`, from 0 to below 1), and not less than the receiver's `retry_after`.
    While `due_at` lies ahead, that is cut to leave at least a fifth of the remaining time: the duty to deliver outranks the
    receiver's wish. Once it has passed, or nothing but a moment is left, the schedule runs as written: late is better than never.

    Raises:
        ValueError: for an attempt below 1, a jitter outside its range, or an instant without a zone.
    """
    if attempt < 1 or not 0 <= jitter < 1:
        raise ValueError(f"attempt {attempt} and jitter {jitter}: expected at least 1, and from 0 to below 1")
    if sent_at.tzinfo is None or (due_at is not None and due_at.tzinfo is None):
        raise ValueError("sent_at and due_at need their zones")
    if attempt >= TRIES:
        return None
    wait = DELAYS[attempt - 1] * (1 + _JITTER * jitter)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_WAIT))
    room = (due_at - sent_at) * 4 // 5 if due_at is not None else timedelta()  # whole microseconds, never rounded beyond the fifth
    return sent_at + (min(wait, room) if room >= LEAST_WAIT else wait)


def longest_wait(attempt: int) -> timedelta:
    """How long the schedule lets wait after try number `attempt`; nothing before the first, which is number 0 here."""
    return DELAYS[min(attempt, len(DELAYS)) - 1] * (1 + _JITTER) if attempt else timedelta()


def after_fault(tries: int, now: datetime) -> datetime | None:
    """When to try again what this node stumbled over for the `tries`-th time (the first is 1); None after the last.

    A fault of ours is not mended by waiting for hours: a person knows within two minutes, and everything else goes on meanwhile.
    """
    return now + tries * timedelta(seconds=10) if tries < FAULTS else None
