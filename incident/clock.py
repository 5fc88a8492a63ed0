"""The only module that asks what time it is."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from incident.rules import two_clocks
from incident.rules.two_clocks import Doubt, Jump, Reading


class Watch:
    """What one process knows of its clocks, from every instant that it was given; any thread may ask it."""

    def __init__(self) -> None:
        self._known: two_clocks.Known | None = None
        self._untold: list[Jump] = []
        self.said_at: float | None = None
        """When somebody was last told that the clocks are apart; None while they are not."""
        self._lock = threading.Lock()

    def saw(self, reading: Reading) -> None:
        """One more reading."""
        with self._lock:
            if self._known is None:
                self._known = two_clocks.first(reading)
                return
            self._known, jumps = two_clocks.after(self._known, reading)
            self._untold += jumps

    @property
    def disagrees(self) -> bool:
        """Whether the database's clock and this machine's are too far apart."""
        return self._known is not None and self._known.doubted_since is not None

    @property
    def doubts(self) -> bool:
        """Whether anything is to be doubted at all."""
        return self.disagrees or (self._known is not None and self._known.leapt is not None)

    def doubt(self, due_at: datetime, steady: float) -> Doubt | None:
        """Why a miss of what was due at `due_at` is doubted at `steady`, and for how long it is held; None where it is not."""
        known = self._known
        return None if known is None else two_clocks.doubt(known, due_at, steady)

    @property
    def apart(self) -> timedelta:
        """How far the database's clock was ahead of this machine's at the last reading, beyond what reading it explains."""
        return timedelta() if self._known is None else self._known.apart

    def untold(self) -> tuple[Jump, ...]:
        """The jumps that nobody has put on record yet."""
        return tuple(self._untold)

    def told(self, jumps: tuple[Jump, ...]) -> None:
        """These are on record now."""
        with self._lock:
            self._untold = [each for each in self._untold if each not in jumps]


class Clock(Protocol):
    """Where a unit of work gets its instant from."""

    @property
    def watch(self) -> Watch:
        """What the instants that it gave tell of the clocks."""
        ...

    def now(self, connection: sa.Connection) -> datetime:
        """An aware instant in UTC, the same for the whole of the transaction that `connection` is in."""
        ...

    def steady(self) -> float:
        """Seconds by the clock that nobody sets."""
        ...


_SHOWN = sa.select(sa.func.now(), sa.func.clock_timestamp())


class DatabaseClock:
    """The database's own transaction time: one clock for every process, whatever their machines believe."""

    def __init__(self) -> None:
        self.watch = Watch()

    def now(self, connection: sa.Connection) -> datetime:
        """The instant at which the transaction of `connection` began."""
        asked, asked_at = time.monotonic(), wall()
        began, shown = connection.execute(_SHOWN).one()
        self.watch.saw(Reading(asked, asked_at, shown, wall(), time.monotonic()))
        instant: datetime = began.astimezone(UTC)
        return instant

    def steady(self) -> float:
        """This machine's."""
        return time.monotonic()


class HandWound:
    """A clock that moves when it is told to, for stories that last for days; the machine's goes with it unless one of them jumps."""

    def __init__(self, at: datetime) -> None:
        self.watch = Watch()
        self._at = _aware(at)
        self._database, self._machine = timedelta(), timedelta()

    def now(self, connection: sa.Connection | None = None) -> datetime:
        """What the database shows."""
        shown, here, steady = self._at + self._database, self._at + self._machine, self.steady()
        self.watch.saw(Reading(steady, here, shown, here, steady))
        return shown

    def steady(self) -> float:
        """Goes with the time that passes; neither `jump` moves it."""
        return self._at.timestamp()

    def set(self, at: datetime) -> datetime:
        """Let time pass, or go back, until the database shows `at`, which must be aware."""
        self._at = _aware(at) - self._database
        return self._at + self._database

    def forward(self, by: timedelta | None = None, **spans: float) -> datetime:
        """Let a span pass: `forward(timedelta(days=9))` or `forward(days=9)`."""
        self._at += (by or timedelta()) + timedelta(**spans)
        return self._at + self._database

    def jump(self, *, database: timedelta = timedelta(), machine: timedelta = timedelta()) -> None:
        """Somebody sets one of them, or both: forward, or back."""
        self._database += database
        self._machine += machine


def wall() -> datetime:
    """This machine's own idea of now, in UTC: for log lines and heartbeats, never for a decision about a duty."""
    return datetime.now(UTC)


def since(timestamp: float) -> timedelta:
    """How long ago that was by this machine's clock; seconds since 1970, as a file's time is."""
    return wall() - datetime.fromtimestamp(timestamp, UTC)


def until(timestamp: float) -> timedelta:
    """How long it is until then by this machine's clock; seconds since 1970, as a certificate's end is."""
    return -since(timestamp)


def stepped(seconds: float) -> timedelta:
    """By how much this machine's clock was set, forward or back, while so many seconds passed by the one that nobody sets."""
    began, steady = wall(), time.monotonic()
    time.sleep(seconds)
    return wall() - began - timedelta(seconds=time.monotonic() - steady)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone; expected an aware instant")
    return at.astimezone(UTC)
