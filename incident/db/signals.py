"""One word, said by those who make work to the one who waits for it. Losing it costs latency, never work."""

from __future__ import annotations

import psycopg
from sqlalchemy.engine import make_url

DUE = "due"

LineLost = psycopg.OperationalError
Line = psycopg.Connection[tuple[object, ...]]


def open_line(url: str, *, application: str) -> Line:
    """A connection outside every pool, each of its statements a transaction of its own.

    Raises:
        psycopg.OperationalError: when PostgreSQL cannot be reached within 5 s.
    """
    made = make_url(url)
    parts = made.translate_connect_args(username="user", database="dbname")
    options = {"connect_timeout": 5, "application_name": application, **parts, **made.query}
    return psycopg.connect(autocommit=True, **options)


def listen(line: Line) -> None:
    """From now on `heard` answers. Ask the database what is due *after* this: what was said before is lost."""
    line.execute(f"listen {DUE}")


def say(line: Line) -> None:
    """Tell whoever listens that something is due."""
    line.execute(f"notify {DUE}")


def heard(line: Line) -> bool:
    """Whether anything has been said since it was last asked; does not wait.

    Raises:
        psycopg.OperationalError: when the connection is lost.
    """
    return len(list(line.notifies(timeout=0))) > 0
