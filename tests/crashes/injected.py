"""Errors of PostgreSQL at a statement of one's choosing: raised by the server itself, in the very transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

DEADLOCK, SERIALIZATION, DISK_FULL = "40P01", "40001", "53100"


@dataclass
class Injection:
    """What is counted and broken: `at` the n-th statement counted from 1, or just before the commit when 0; `times` times in all."""

    sqlstate: str = DEADLOCK
    at: int | None = None
    times: int = 1
    statements: int = 0
    raised: int = 0
    _in_transaction: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begun(self) -> None:
        """Another transaction begins."""
        with self._lock:
            self._in_transaction = 0

    def strikes(self) -> bool:
        """Whether this statement is the one."""
        with self._lock:
            self.statements += 1
            self._in_transaction += 1
            return self._struck(self._in_transaction)

    def strikes_the_commit(self) -> bool:
        """Whether the commit is."""
        with self._lock:
            return self._struck(0)

    def _struck(self, place: int) -> bool:
        if self.at != place or self.raised >= self.times:
            return False
        self.raised += 1
        return True


@contextmanager
def injected(engine: sa.Engine, sqlstate: str = DEADLOCK, *, at: int | None = None, times: int = 1) -> Iterator[Injection]:
    """Until the block ends, every transaction of the engine meets the error there; with `at=None` statements are only counted."""
    injection = Injection(sqlstate, at, times)
    failing = f"do $$ begin raise exception 'injected' using errcode = '{sqlstate}'; end $$"

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> tuple[str, Any]:
        return (failing, ()) if statement != failing and injection.strikes() else (statement, parameters)

    def begin(connection: sa.Connection) -> None:
        injection.begun()

    def commit(connection: sa.Connection) -> None:
        if injection.strikes_the_commit():
            connection.exec_driver_sql(failing)

    listeners = (("before_cursor_execute", before, True), ("begin", begin, False), ("commit", commit, False))
    for name, listener, replaces in listeners:
        sa.event.listen(engine, name, listener, retval=replaces) if replaces else sa.event.listen(engine, name, listener)
    try:
        yield injection
    finally:
        for name, listener, _ in listeners:
            sa.event.remove(engine, name, listener)
