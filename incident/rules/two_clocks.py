"""The rule of two clocks: every decision goes by the database's, and a miss waits a minute while a second clock says otherwise.

Somebody sets a wall clock; nobody sets a steady one. What moved is seen by laying both walls, the database's and the machine's,
against the steady clock of one process. Reading takes time, so each comparison is of spans: being slow is never taken for a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

NEAR = timedelta(seconds=2)
"""Two clocks that are no further apart agree, and what moved by no more did not jump."""
HOLD = timedelta(seconds=60)
"""How long a miss waits at most, from when the doubt was first seen."""

Which = Literal["database", "machine", "both"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Five looks in the order in which they were taken: steady, wall, the database's clock, wall, steady (seconds; aware instants)."""

    asked: float
    asked_at: datetime
    database: datetime
    answered_at: datetime
    answered: float


@dataclass(frozen=True, slots=True)
class Jump:
    """A wall clock that moved `by` against the steady one; `at`: what the database's clock showed when it was seen.

    `both`: machine and database moved alike, as when they are one machine, or it slept.
    """

    of: Which
    by: timedelta
    at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a miss is doubted: the clocks are `apart`, or the database's `leapt` forward, `by` so much; held for `left` more."""

    kind: Literal["apart", "leapt"]
    by: timedelta
    left: timedelta


@dataclass(frozen=True, slots=True)
class _Span:
    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Known:
    """What a process knows of the clocks. `apart`: how far the database's is ahead of the machine's, for certain.

    `doubted_since`: by the steady clock, since when they have been too far apart; `leapt`, `leapt_since`: the last leap of the
    database's forward, unless it went back since.
    """

    machine: _Span
    database: _Span
    apart: timedelta
    doubted_since: float | None = None
    leapt: Jump | None = None
    leapt_since: float = 0.0


def first(reading: Reading) -> Known:
    """What one reading tells."""
    return _doubting(Known(_machine(reading), _database(reading), timedelta()), reading)


def after(known: Known, reading: Reading) -> tuple[Known, tuple[Jump, ...]]:
    """What is known after one more reading, and what has moved since: each jump is told once."""
    machine, database = _machine(reading), _database(reading)
    moved_machine, moved_database = _moved(known.machine, machine), _moved(known.database, database)
    jumps = _jumps(moved_machine, moved_database, reading.database)
    known = replace(
        known,
        machine=machine if moved_machine else _narrower(known.machine, machine),
        database=database if moved_database else _narrower(known.database, database),
    )
    for jump in jumps:
        if jump.of != "machine":
            known = replace(known, leapt=jump if jump.by > timedelta() else None, leapt_since=reading.answered)
    return _doubting(known, reading), jumps


def doubt(known: Known, due_at: datetime, steady: float) -> Doubt | None:
    """Why a miss of what was due at `due_at` would be doubted at `steady`; None where the clocks are to be believed.

    A leap is a doubt about what it jumped over, and about what fell due while that was held; by the clock as it was, nothing else.
    """
    if known.doubted_since is not None:
        return Doubt("apart", known.apart, _left(known.doubted_since, steady))
    leapt = known.leapt
    if leapt is not None and leapt.at - leapt.by < due_at <= leapt.at + HOLD:
        return Doubt("leapt", leapt.by, _left(known.leapt_since, steady))
    return None


def _left(since: float, steady: float) -> timedelta:
    return max(HOLD - timedelta(seconds=steady - since), timedelta())


def _doubting(known: Known, reading: Reading) -> Known:
    apart = max(reading.database - reading.answered_at, timedelta()) or min(reading.database - reading.asked_at, timedelta())
    if abs(apart) <= NEAR:
        return replace(known, apart=apart, doubted_since=None)
    return replace(known, apart=apart, doubted_since=reading.answered if known.doubted_since is None else known.doubted_since)


def _machine(reading: Reading) -> _Span:
    """How far the wall stands ahead of the steady clock: the second look bounds it from below, the first from above."""
    ends = (reading.answered_at.timestamp() - reading.answered, reading.asked_at.timestamp() - reading.asked)
    return _Span(min(ends), max(ends))


def _database(reading: Reading) -> _Span:
    shown = reading.database.timestamp()
    return _Span(shown - reading.answered, shown - reading.asked)


def _moved(before: _Span, now: _Span) -> timedelta:
    """By how much, where the two spans are too far apart for one clock that nobody set; else nothing."""
    gap = max(now.low - before.high, before.low - now.high)
    return timedelta(seconds=now.middle - before.middle) if gap > NEAR.total_seconds() else timedelta()


def _narrower(one: _Span, other: _Span) -> _Span:
    return one if one.high - one.low <= other.high - other.low else other


def _jumps(machine: timedelta, database: timedelta, at: datetime) -> tuple[Jump, ...]:
    if machine and database and abs(machine - database) <= NEAR:
        return (Jump("both", database, at),)
    moved: tuple[tuple[Which, timedelta], ...] = (("database", database), ("machine", machine))
    return tuple(Jump(of, by, at) for of, by in moved if by)
