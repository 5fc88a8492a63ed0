"""Transactions that PostgreSQL undid because of others are done again, whole: the one place where that is decided."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from incident import logs

T = TypeVar("T")
TRIES = 5
UNDONE = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: nothing of the transaction is kept, and the same may well succeed a moment later."""
LOCKED = UNDONE | {"55P03", "57014"}
"""And lock_not_available, query_canceled: what a migration meets while others work, who must not wait behind it for long."""
_FIRST, LONGEST = 0.02, 0.5  # seconds; each wait is drawn from half of it up to the whole, so that two who met do not meet again
_log = logs.get(__name__)


def undone(error: BaseException, states: frozenset[str] = UNDONE) -> bool:
    """Whether PostgreSQL undid the transaction for the sake of others: whether its SQLSTATE is one of `states`.

    Not where the connection was lost: then nobody knows whether it was kept, and only whoever asked can look it up by its key.
    """
    return isinstance(error, sa.exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in states


def whole(do: Callable[[], T], *, tries: int = TRIES, states: frozenset[str] = UNDONE, longest: float = LONGEST) -> T:
    """`do()`, which is one whole transaction, again from its beginning when it was undone: at most `tries` times, then the error.

    The waits between grow up to `longest` seconds.
    """
    for number in range(1, tries):
        try:
            return do()
        except sa.exc.DBAPIError as error:
            if not undone(error, states):
                raise
            _log.warning("transaction_undone", attempt=number, error=getattr(error.orig, "sqlstate", None))
        time.sleep(min(_FIRST * 2**number, longest) * random.uniform(0.5, 1.0))  # noqa: S311 - spreads, protects nothing
    return do()
