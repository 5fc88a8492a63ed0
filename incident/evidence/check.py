"""Checking: walks every chain that the caller can see and names the first broken entry of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from incident.canonical import instant
from incident.evidence.seal import checkpoint_bytes
from incident.evidence.tables import checkpoint, entry, head, order, payload
from incident.rules.proof import EMPTY, chained, commitment, leaf_bytes, leaf_hash


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry of a stream that does not fit, and why."""

    stream: UUID
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was walked, what was erased on purpose, and what is broken."""

    streams: int
    entries: int
    erased: int
    broken: tuple[Broken, ...]


def check(connection: sa.Connection, *, key: Ed25519PublicKey | None = None) -> Iterator[Checked]:
    """Walk stream by stream, then the global order and its signed heads; yields the running totals, the last of them final.

    The order is the node's: only whoever sees every stream can check it. Signatures are checked when `key` is given.
    """
    streams = entries = erased = 0
    broken: list[Broken] = []
    heads = connection.execute(sa.select(head.c.stream, head.c.seq, head.c.hash).order_by(head.c.stream)).all()
    for row in heads:
        walked, gone, fault = _walk(connection, row.stream, row.seq, bytes(row.hash))
        streams, entries, erased = streams + 1, entries + walked, erased + gone
        broken += [fault] if fault else []
        yield Checked(streams, entries, erased, tuple(broken))
    if orphan := _without_head(connection):
        broken.append(orphan)
    if fault := _order(connection) or _unordered(connection) or _checkpoints(connection, key):
        broken.append(fault)
    yield Checked(streams, entries, erased, tuple(broken))


def _walk(connection: sa.Connection, stream: UUID, seq: int, hash_: bytes) -> tuple[int, int, Broken | None]:
    rows = connection.execute(
        sa.select(entry, payload.c.salt, payload.c.payload)
        .select_from(entry.outerjoin(payload, (payload.c.stream == entry.c.stream) & (payload.c.seq == entry.c.seq)))
        .where(entry.c.stream == stream)
        .order_by(entry.c.seq)
    )
    running, count, erased = EMPTY, 0, 0
    for row in rows:
        if row.seq != count + 1:
            return (
                count,
                erased,
                Broken(stream, count + 1, f"entry {count + 1} is missing; the next one present is {row.seq}"),
            )
        promise = bytes(row.commitment)
        leaf = leaf_bytes(
            id=str(row.id),
            stream=str(stream),
            seq=row.seq,
            kind=row.kind,
            at=instant(row.at),
            actor=row.actor,
            commitment=promise,
        )
        running = chained(running, leaf_hash(leaf))
        if running != bytes(row.hash):
            return (
                count,
                erased,
                Broken(stream, row.seq, "its hash does not follow from the entry before it and its own content"),
            )
        if row.salt is None:
            erased += 1
        elif commitment(bytes(row.salt), bytes(row.payload)) != promise:
            return count, erased, Broken(stream, row.seq, "its payload is not the one it was committed to")
        count += 1
    if count != seq:
        return count, erased, Broken(stream, count + 1, f"the head counts {seq} entries, {count} are present")
    if count and running != hash_:
        return count, erased, Broken(stream, count, "the head's hash is not that of the last entry")
    return count, erased, None


def _without_head(connection: sa.Connection) -> Broken | None:
    row = connection.execute(
        sa.select(entry.c.stream, sa.func.min(entry.c.seq).label("seq"))
        .where(~sa.exists().where(head.c.stream == entry.c.stream))
        .group_by(entry.c.stream)
        .limit(1)
    ).first()
    return Broken(row.stream, row.seq, "the stream has entries and no head") if row else None


def _order(connection: sa.Connection) -> Broken | None:
    rows = connection.execute(
        sa.select(order, entry.c.hash.label("entry_hash"))
        .select_from(order.outerjoin(entry, (entry.c.stream == order.c.stream) & (entry.c.seq == order.c.seq)))
        .order_by(order.c.position)
    )
    running, expected = EMPTY, 1
    for row in rows:
        if row.position != expected:
            return Broken(row.stream, row.seq, f"position {expected} of the global order is missing")
        running = chained(running, bytes(row.hash))
        if row.entry_hash is None or bytes(row.hash) != bytes(row.entry_hash) or running != bytes(row.running):
            return Broken(row.stream, row.seq, f"position {row.position} of the global order does not match its entry")
        expected += 1
    return None


def _unordered(connection: sa.Connection) -> Broken | None:
    """What counts as sealed and has no place in the order would never get one."""
    missing = sa.func.min(entry.c.seq).filter(order.c.position.is_(None))
    row = connection.execute(
        sa.select(head.c.stream, sa.func.coalesce(missing, head.c.seq + 1).label("seq"))
        .select_from(
            head.outerjoin(entry, (entry.c.stream == head.c.stream) & (entry.c.seq <= head.c.sealed)).outerjoin(
                order, (order.c.stream == entry.c.stream) & (order.c.seq == entry.c.seq)
            )
        )
        .group_by(head.c.stream, head.c.seq, head.c.sealed)
        .having(sa.func.count(order.c.position) < head.c.sealed)
        .order_by(head.c.stream)
        .limit(1)
    ).first()
    return Broken(row.stream, row.seq, "it counts as sealed and has no place in the global order") if row else None


def _checkpoints(connection: sa.Connection, key: Ed25519PublicKey | None) -> Broken | None:
    rows = connection.execute(
        sa.select(checkpoint, order.c.stream, order.c.seq, order.c.running.label("ordered"))
        .select_from(checkpoint.outerjoin(order, order.c.position == checkpoint.c.position))
        .order_by(checkpoint.c.position)
    )
    for row in rows:
        if row.ordered is None:
            return Broken(UUID(int=0), row.position, f"position {row.position} of the global order was signed and is missing")
        if bytes(row.running) != bytes(row.ordered) or not _signed(row, key):
            return Broken(
                row.stream, row.seq, f"the checkpoint at position {row.position} does not match the order, or its signature does not hold"
            )
    return None


def _signed(row: sa.Row[Any], key: Ed25519PublicKey | None) -> bool:
    if key is None:
        return True
    try:
        key.verify(bytes(row.signature), checkpoint_bytes(row.position, bytes(row.running), row.at))
    except InvalidSignature:
        return False
    return True
