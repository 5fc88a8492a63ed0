"""The only module that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa


class Clock(Protocol):
    """Where a unit of work gets its instant from."""

    def now(self, connection: sa.Connection) -> datetime:
        """An aware instant in UTC, the same for the whole of the transaction that `connection` is in."""
        ...


_NOW = sa.select(sa.func.now())


class DatabaseClock:
    """The database's own transaction time: one clock for every process, whatever their machines believe."""

    def now(self, connection: sa.Connection) -> datetime:
        """The instant at which the transaction of `connection` began."""
        began: datetime = connection.execute(_NOW).scalar_one()
        return began.astimezone(UTC)


class HandWound:
    """A clock that moves when it is told to, for stories that last for days."""

    def __init__(self, at: datetime) -> None:
        self._at = _aware(at)

    def now(self, connection: sa.Connection | None = None) -> datetime:
        """Where it was set to."""
        return self._at

    def set(self, at: datetime) -> datetime:
        """Set it to `at`, which must be aware; it may go back."""
        self._at = _aware(at)
        return self._at

    def forward(self, by: timedelta | None = None, **spans: float) -> datetime:
        """Move it on by a span: `forward(timedelta(days=9))` or `forward(days=9)`."""
        self._at += (by or timedelta()) + timedelta(**spans)
        return self._at


def wall() -> datetime:
    """This machine's own idea of now, in UTC: for log lines and heartbeats, never for a decision about a duty."""
    return datetime.now(UTC)


def since(timestamp: float) -> timedelta:
    """How long ago that was by this machine's clock; seconds since 1970, as a file's time is."""
    return wall() - datetime.fromtimestamp(timestamp, UTC)


def until(timestamp: float) -> timedelta:
    """How long it is until then by this machine's clock; seconds since 1970, as a certificate's end is."""
    return -since(timestamp)


def apart(connection: sa.Connection) -> timedelta:
    """How far this machine's clock is ahead of the database's now, the way there and back shared out evenly."""
    before = wall()
    there: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return before + (wall() - before) / 2 - there


def stepped(seconds: float) -> timedelta:
    """By how much this machine's clock was set, forward or back, while so many seconds passed by the one that nobody sets."""
    began, steady = wall(), time.monotonic()
    time.sleep(seconds)
    return wall() - began - timedelta(seconds=time.monotonic() - steady)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone; expected an aware instant")
    return at.astimezone(UTC)
