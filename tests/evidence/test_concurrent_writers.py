"""Many writers and the sequencer at once: nothing is lost, nothing is ordered twice, and each stream keeps its own order."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest
import sqlalchemy as sa

from incident import db, evidence
from incident.db.embedded import WORKER
from tests.evidence.conftest import Log
from tests.world import drop_database, empty_template, new_database, url_of

WRITERS, ROUNDS = 4, 25
SHARED = [uuid.uuid4() for _ in range(3)]


@pytest.fixture
def engine(log: Log) -> Iterator[sa.Engine]:
    name = new_database(empty_template())
    made = db.engine(url_of(WORKER, name), pool_size=WRITERS + 1)
    with made.begin() as connection:
        _write(connection, SHARED, 0)
    yield made
    made.dispose()
    drop_database(name)


def test_writers_and_seal_together_lose_nothing(engine: sa.Engine, log: Log) -> None:
    done = Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        sealing = pool.submit(_seal_until, engine, log, done)
        wrote = sum(pool.map(lambda seed: _writer(engine, seed), range(WRITERS)))
        done.set()
        sealed = sealing.result(timeout=30)
    assert sealed == wrote + len(SHARED)
    with engine.connect() as connection:
        assert list(evidence.check(connection))[-1].broken == ()
        rows = connection.exec_driver_sql("select position, stream, seq from demarche.evidence_order order by position").all()
        entries = connection.exec_driver_sql("select count(*) from demarche.evidence_entry").scalar()
        unsealed = connection.exec_driver_sql("select count(*) from demarche.evidence_head where sealed <> seq").scalar()
    assert (len(rows), unsealed) == (entries, 0)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    seen: dict[uuid.UUID, int] = {}
    for row in rows:
        assert row.seq == seen.get(row.stream, 0) + 1, f"position {row.position}"
        seen[row.stream] = row.seq


def _writer(engine: sa.Engine, seed: int) -> int:
    chance = random.Random(seed)
    own = uuid.uuid4()
    wrote = 0
    for number in range(ROUNDS):
        streams = [*chance.sample(SHARED, chance.randint(1, len(SHARED))), *([own] * chance.randint(0, 2))]
        with engine.begin() as connection:
            wrote += _write(connection, streams, number)
    return wrote


def _write(connection: sa.Connection, streams: list[uuid.UUID], number: int) -> int:
    at = connection.execute(sa.select(sa.func.now())).scalar_one()
    evidence.append(connection, [evidence.Recorded(stream, "act.noted", {"number": number}) for stream in streams], at=at, actor="a")
    return len(streams)


def _seal_until(engine: sa.Engine, log: Log, done: Event) -> int:
    """Seal while others write, and once they have ended until nothing is left."""
    total = 0
    while True:
        ending = done.is_set()
        with engine.begin() as connection:
            sealed = evidence.seal(connection, now=datetime(2026, 11, 23, tzinfo=UTC), key=log.key, key_id="test")
        total += sealed
        if ending and not sealed:
            return total
        done.wait(0 if sealed else 0.005)
