"""Whether the evidence that was ordered since the last audit fits together, and the last checkpoint is this node's."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident.evidence.seal import checkpoint_bytes
from incident.evidence.tables import checkpoint, entry, order
from incident.rules.proof import EMPTY, chained
from workers.auditing_questions import Found


def broken_evidence(connection: sa.Connection, since: int, until: int) -> Iterator[Found]:
    """The first place after `since` and up to `until` where the order does not follow, and every head that its last entry belies."""
    before = connection.execute(sa.select(order.c.running).where(order.c.position == since)).scalar()
    running, expected = bytes(before) if before is not None else EMPTY, since
    streams = set()
    for row in connection.execute(_PART, {"since": since, "until": until}):
        expected, running = expected + 1, chained(running, bytes(row.hash))
        streams.add(row.stream)
        if row.position != expected or row.entry is None or bytes(row.entry) != bytes(row.hash) or bytes(row.running) != running:
            yield Found("evidence.broken", f"position {expected}", f"Position {expected} of the order does not follow.", None, None)
            return
    if expected != until or (before is None and since):
        yield Found("evidence.broken", f"position {expected + 1}", f"Position {expected + 1} of the order is missing.", None, None)
    for row in connection.execute(_HEADS, {"streams": list(streams)}):
        yield Found("evidence.broken", str(row.stream), f"The head of {row.stream} is not the hash of its last entry.", None, None)


def resigned(connection: sa.Connection, key: Ed25519PrivateKey | None) -> Iterator[Found]:
    """The last checkpoint, where the key of this node did not sign it."""
    last = connection.execute(sa.select(checkpoint).order_by(checkpoint.c.position.desc()).limit(1)).first()
    if key is None or last is None:
        return
    try:
        key.public_key().verify(bytes(last.signature), checkpoint_bytes(last.position, bytes(last.running), last.at))
    except InvalidSignature:
        yield Found("evidence.unsigned", "checkpoint", f"The checkpoint at position {last.position} is signed by another key.", None, None)


_PART = (
    sa.select(order.c.position, order.c.stream, order.c.hash, order.c.running, entry.c.hash.label("entry"))
    .select_from(order.outerjoin(entry, (entry.c.stream == order.c.stream) & (entry.c.seq == order.c.seq)))
    .where(order.c.position > sa.bindparam("since"), order.c.position <= sa.bindparam("until"))
    .order_by(order.c.position)
)
_HEADS = sa.text(
    "select h.stream from demarche.evidence_head h left join demarche.evidence_entry e on e.stream = h.stream and e.seq = h.seq"
    " where h.stream = any (:streams) and h.seq > 0 and h.hash is distinct from e.hash"
)
