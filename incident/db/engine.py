"""Engines, one per role. The URL says which role, so a process holds only the rights that it needs."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

OPTIONS = "-c timezone=UTC -c jit=off -c enable_seqscan=off"
"""A plan kept from when a table was small would scan it whole for as long as the connection lives: in a new node's first minutes
the filing that hangs on it grew from 50 to 105 ms over 800 cases. So plans are kept, and none scans a table that has an index for
the question; planning each execution instead cost 12 of a filing's 30 ms in PostgreSQL, most of it for its foreign keys."""


def engine(url: str, *, pool_size: int = 10, application: str = "demarche") -> sa.Engine:
    """An engine for `url`, which is a PostgreSQL URL in any of the usual spellings.

    Raises:
        ValueError: for another database; PostgreSQL is the only one.
    """
    made = sa.make_url(url)
    if made.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError(f"{made.render_as_string(hide_password=True)} is not a PostgreSQL URL; expected postgresql://user@host/database")
    return sa.create_engine(
        made.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_use_lifo=True,  # the one that was used last knows the plans; the others stay small
        hide_parameters=True,  # what is written is no business of a log
        connect_args={"application_name": application, "connect_timeout": 5, "options": OPTIONS},
    )


def wait_for(url: str, *, seconds: float) -> None:
    """Return as soon as a connection works.

    Raises:
        OperationalError: when none did within `seconds`.
    """
    made = engine(url, pool_size=1)
    give_up = time.monotonic() + seconds
    while True:
        try:
            with made.connect():
                break
        except OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    made.dispose()
