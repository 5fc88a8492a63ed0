"""A sealed log of three streams, made once; every test changes it inside a transaction that is undone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident import db, evidence
from incident.db.embedded import WORKER
from tests.world import drop_database, empty_template, new_database, url_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STREAMS = tuple(uuid.UUID(int=number << 96 | 1 << 78 | 1 << 63) for number in (1, 2, 3))
ENTRIES = 4


@dataclass(frozen=True, slots=True)
class Log:
    """Where it is, and the key that its checkpoints are signed with."""

    database: str
    key: Ed25519PrivateKey


@pytest.fixture(scope="session")
def log() -> Iterator[Log]:
    """Every stream has four entries, sealed in two goes."""
    name = new_database(empty_template())
    made = Log(name, Ed25519PrivateKey.generate())
    engine = db.engine(url_of(WORKER, name), pool_size=1)
    for number in range(ENTRIES):
        at = NOON + timedelta(minutes=number)
        with engine.begin() as connection:
            for stream in STREAMS:
                said = {"number": number, "note": "Ärger in Zürich – 東京"}
                evidence.append(connection, [evidence.Recorded(stream, "act.noted", said)], at=at, actor="https://a.example/#party")
        if number % 2:
            with engine.begin() as connection:
                evidence.seal(connection, now=at, key=made.key, key_id="test")
    engine.dispose()
    yield made
    drop_database(name)


@pytest.fixture
def forger(log: Log) -> Iterator[sa.Connection]:
    """Somebody with every right, whom no constraint stops; what they do is undone."""
    made = sa.create_engine(url_of("admin", log.database), poolclass=sa.NullPool)
    with made.connect() as connection:
        connection.exec_driver_sql("set local search_path = demarche; set local session_replication_role = replica")
        yield connection
        connection.rollback()
