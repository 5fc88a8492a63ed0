"""Public keys by which parties sign: added, revoked with a reason, never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.records.agreements.tables import party_key
from incident.records.parties.tables import party

Row = sa.Row[Any]


def of(connection: sa.Connection, party_id: UUID) -> list[Row]:
    """The keys of that party, revoked ones too, oldest first."""
    question = sa.select(party_key).where(party_key.c.party_id == party_id).order_by(party_key.c.added_at, party_key.c.fingerprint)
    return list(connection.execute(question).all())


def every(connection: sa.Connection) -> list[Row]:
    """The keys of every party of the node, each with the party's `slug`."""
    question = sa.select(party_key, party.c.slug).join(party, party.c.id == party_key.c.party_id)
    return list(connection.execute(question.order_by(party.c.slug, party_key.c.added_at, party_key.c.fingerprint)).all())


def add(connection: sa.Connection, party_id: UUID, fingerprint: str, public_key: bytes, *, name: str, by: str, now: datetime) -> None:
    """Put it on record."""
    row = {"party_id": party_id, "fingerprint": fingerprint, "public_key": public_key, "name": name, "added_by": by, "added_at": now}
    connection.execute(sa.insert(party_key).values(row))


def revoke(connection: sa.Connection, party_id: UUID, fingerprint: str, *, by: str, because: str, now: datetime) -> None:
    """From now on nothing that it signs counts; what it signed before stays."""
    connection.execute(
        sa.update(party_key)
        .where(party_key.c.party_id == party_id, party_key.c.fingerprint == fingerprint, party_key.c.revoked_at.is_(None))
        .values(revoked_by=by, revoked_at=now, revoked_because=because)
    )
