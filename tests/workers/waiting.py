"""Seeing that somebody waits for a lock that a test holds."""

from __future__ import annotations

import time

import sqlalchemy as sa

_WAITING = sa.text("select count(*) from pg_stat_activity where datname = :d and wait_event_type = 'Lock'")


def until_somebody_waits(looking: sa.Connection, database: str) -> None:
    """Until somebody does in that database; seen over a connection that holds nothing."""
    give_up = time.monotonic() + 20
    while not looking.execute(_WAITING, {"d": database}).scalar():
        looking.rollback()
        assert time.monotonic() < give_up, "nobody waits for the case"
        time.sleep(0.02)
    looking.rollback()
