"""Appending: heads locked in id order and last in the transaction, hashes in Python, everything written in one statement."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from incident.canonical import canonical, instant
from incident.db import Change, Row, put
from incident.evidence.tables import entry, head, payload
from incident.ids import new_id
from incident.rules.proof import EMPTY, chained, commitment, leaf_bytes, leaf_hash

Head = tuple[int, bytes]
"""How far a stream has come: the number and the hash of its last entry."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing to be proven: in which stream, of which kind, and the erasable payload."""

    stream: UUID
    kind: str
    payload: Mapping[str, object]


def append(
    connection: sa.Connection,
    recorded: Iterable[Recorded],
    *,
    at: datetime,
    actor: str,
    begun: Collection[UUID] = (),
    held: Mapping[UUID, Head] = MappingProxyType({}),
    beside: Mapping[sa.Table, Sequence[Row]] = MappingProxyType({}),
    changes: Sequence[Change] = (),
) -> None:
    """Append in the order given, each to its stream. `actor` names an organisation, never a person: it cannot be erased.

    `begun` are streams that no other transaction knows of yet, `held` the heads that this one has taken before. The rows of `beside`
    and the `changes` are written in the same statement.
    """
    todo = list(recorded)
    streams = {each.stream for each in todo}
    fresh = streams & set(begun)
    known = {stream: held[stream] for stream in streams - fresh if stream in held}
    heads = dict.fromkeys(fresh, (0, EMPTY)) | known | _locked(connection, sorted(streams - fresh - known.keys()))
    entries, payloads = list[Row](), list[Row]()
    for each in todo:
        seq, before = heads[each.stream]
        made, erasable, after = _chained(each, seq + 1, before, at, actor)
        heads[each.stream] = (seq + 1, after)
        entries.append(made)
        payloads.append(erasable)
    begins = [{"stream": stream, "seq": heads[stream][0], "hash": heads[stream][1]} for stream in fresh]
    moved = {stream: place for stream, place in heads.items() if stream not in fresh}
    put(connection, {**beside, entry: entries, payload: payloads, head: begins}, changes=[*changes, *([_move(moved)] if moved else [])])


def _move(heads: Mapping[UUID, Head]) -> Change:
    given = {"streams": list(heads), "seqs": [seq for seq, _ in heads.values()], "hashes": [after for _, after in heads.values()]}
    return Change(_MOVE, given)


_MOVE = (
    "update demarche.evidence_head h set seq = n.seq, hash = n.hash "
    "from unnest(cast(%(streams)s as uuid[]), cast(%(seqs)s as int[]), cast(%(hashes)s as bytea[])) as n(stream, seq, hash) "
    "where h.stream = n.stream"
)


def _chained(each: Recorded, seq: int, before: bytes, at: datetime, actor: str) -> tuple[Row, Row, bytes]:
    """One entry, its erasable payload, and the hash with which the chain goes on."""
    salt, body, id_ = secrets.token_bytes(32), canonical(each.payload), new_id()
    promise = commitment(salt, body)
    leaf = leaf_bytes(id=str(id_), stream=str(each.stream), seq=seq, kind=each.kind, at=instant(at), actor=actor, commitment=promise)
    after = chained(before, leaf_hash(leaf))
    place = {"stream": each.stream, "seq": seq}
    made = {**place, "id": id_, "kind": each.kind, "at": at, "actor": actor, "commitment": promise, "hash": after}
    return made, {**place, "salt": salt, "payload": body}, after


def _locked(connection: sa.Connection, streams: list[UUID]) -> dict[UUID, Head]:
    """Missing heads are made before any is locked: whoever waits for a head that another is making must hold none."""
    if not streams:
        return {}
    if len(streams) == 1 and (found := _lock(connection, streams)):
        return found
    there = set(connection.execute(sa.select(head.c.stream).where(head.c.stream.in_(streams))).scalars())
    if missing := [stream for stream in streams if stream not in there]:
        connection.execute(
            sa.text(
                "insert into demarche.evidence_head (stream, seq, hash) select s, 0, :empty"
                " from unnest(cast(:streams as uuid[])) s on conflict do nothing"
            ),
            {"streams": missing, "empty": EMPTY},
        )
    return _lock(connection, streams)


def _lock(connection: sa.Connection, streams: list[UUID]) -> dict[UUID, Head]:
    rows = connection.execute(
        sa.select(head.c.stream, head.c.seq, head.c.hash)
        .where(head.c.stream.in_(streams))
        .order_by(head.c.stream)
        .with_for_update(key_share=True)
    )
    return {row.stream: (row.seq, bytes(row.hash)) for row in rows}
