"""Sealing: every stream's entries get a place in one global order, and the order's head a signature."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident.canonical import canonical, instant
from incident.evidence.tables import checkpoint, order
from incident.rules.proof import EMPTY, chained

_LOCK = 7_301_002
_BATCH = 500


def seal(connection: sa.Connection, *, now: datetime, key: Ed25519PrivateKey, key_id: str) -> int:
    """Order and sign what is not yet ordered, at most a batch of streams; the number of entries ordered.

    Two statements, because a locked head is read at its newest version and entries at the older snapshot: in one statement
    the entries between the two would be marked as sealed and never ordered.
    """
    connection.exec_driver_sql("select pg_advisory_xact_lock(%s)", (_LOCK,))
    heads = connection.exec_driver_sql(
        "select stream, sealed, seq from demarche.evidence_head where sealed < seq order by stream limit %s for no key update skip locked",
        (_BATCH,),
    ).all()
    if not heads:
        return 0
    waiting = _waiting(connection, [(row.stream, row.sealed, row.seq) for row in heads])
    last = connection.execute(sa.select(order.c.position, order.c.running).order_by(order.c.position.desc()).limit(1)).first()
    position, running = (last.position, bytes(last.running)) if last else (0, EMPTY)
    rows = []
    for row in waiting:
        position, running = position + 1, chained(running, bytes(row.hash))
        rows.append({"position": position, "stream": row.stream, "seq": row.seq, "hash": bytes(row.hash), "running": running})
    connection.execute(sa.insert(order), rows)
    connection.exec_driver_sql(
        "update demarche.evidence_head h set sealed = n.seq from unnest(%s::uuid[], %s::int[]) as n(stream, seq) where h.stream = n.stream",
        ([row.stream for row in heads], [row.seq for row in heads]),
    )
    signed = key.sign(checkpoint_bytes(position, running, now))
    connection.execute(
        sa.insert(checkpoint),
        {"position": position, "running": running, "at": now, "key_id": key_id, "signature": signed},
    )
    return len(rows)


def checkpoint_bytes(position: int, running: bytes, at: datetime) -> bytes:
    """What a checkpoint's signature covers."""
    return canonical({"kind": "demarche-checkpoint-v1", "position": position, "head": running.hex(), "at": instant(at)})


def _waiting(connection: sa.Connection, heads: list[tuple[object, int, int]]) -> list[sa.Row[Any]]:
    # A running maximum, because a transaction's time precedes its lock: within a stream the sequence rules, not the clock.
    return list(
        connection.exec_driver_sql(
            "select stream, seq, hash from ("
            "select e.stream, e.seq, e.hash, max(e.at) over (partition by e.stream order by e.seq) as running "
            "from unnest(%s::uuid[], %s::int[], %s::int[]) as h(stream, sealed, seq) "
            "join demarche.evidence_entry e on e.stream = h.stream and e.seq > h.sealed and e.seq <= h.seq) w "
            "order by running, stream, seq",
            ([h[0] for h in heads], [h[1] for h in heads], [h[2] for h in heads]),
        ).all()
    )
