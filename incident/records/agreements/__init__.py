"""Agreements: versions that never change, who signed them, and what binds when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.ids import new_id
from incident.records.agreements.binding import ever, in_force, in_force_and_armed, in_force_of
from incident.records.agreements.tables import agreement_party, agreement_version
from incident.rules import terms

__all__ = [
    "Acceptance", "Row", "accept", "acceptances", "by_name", "earlier", "ever", "every", "find", "in_force",
    "in_force_and_armed", "in_force_of", "publish",
]  # fmt: skip

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who is a party to a version, and when it accepted, if it has."""

    party_id: UUID
    accepted_at: datetime | None
    accepted_by: str | None


def find(connection: sa.Connection, id_: UUID) -> Row | None:
    """One version, or None."""
    return connection.execute(sa.select(agreement_version).where(agreement_version.c.id == id_)).first()


def by_name(connection: sa.Connection, publisher: UUID, name: str, version: str) -> Row | None:
    """What a publisher has published under that name and version."""
    return connection.execute(
        sa.select(agreement_version).where(
            agreement_version.c.published_by == publisher, agreement_version.c.name == name, agreement_version.c.version == version
        )
    ).first()


def every(connection: sa.Connection) -> list[Row]:
    """Every version that the caller is a party to, by name, newest first."""
    return list(
        connection.execute(sa.select(agreement_version).order_by(agreement_version.c.name, agreement_version.c.published_at.desc())).all()
    )


def earlier(connection: sa.Connection, row: Row) -> list[Row]:
    """The versions of its name, by id and version, that were published before it, newest first."""
    found = connection.execute(
        sa.select(agreement_version.c.id, agreement_version.c.version)
        .where(agreement_version.c.name == row.name, agreement_version.c.published_at < row.published_at)
        .order_by(agreement_version.c.published_at.desc())
    )
    return [*found]


def acceptances(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, list[Acceptance]]:
    """The parties of each version."""
    found: dict[UUID, list[Acceptance]] = {}
    for row in connection.execute(sa.select(agreement_party).where(agreement_party.c.version_id.in_(list(ids)))):
        found.setdefault(row.version_id, []).append(Acceptance(row.party_id, row.accepted_at, row.accepted_by))
    return found


def publish(connection: sa.Connection, agreement: terms.Agreement, *, text: str, parties: Iterable[UUID], by: UUID, now: datetime) -> UUID:
    """Put a version on record; it binds nobody before every party has accepted it."""
    id_ = new_id()
    row = {
        "id": id_, "name": agreement.name, "version": agreement.version, "title": agreement.title, "digest": agreement.digest, "text": text,
        "document": agreement.document, "in_force_from": agreement.in_force_from, "in_force_until": agreement.in_force_until,
        "published_by": by, "published_at": now,
    }  # fmt: skip
    db.put(connection, {agreement_version: [row]})
    db.put(connection, {agreement_party: [{"version_id": id_, "party_id": party} for party in sorted(set(parties))]})
    return id_


def accept(connection: sa.Connection, id_: UUID, party: UUID, *, by: str, now: datetime) -> None:
    """Record one party's acceptance; the last one puts the version in force."""
    connection.execute(
        sa.update(agreement_party)
        .where(agreement_party.c.version_id == id_, agreement_party.c.party_id == party, agreement_party.c.accepted_at.is_(None))
        .values(accepted_at=now, accepted_by=by)
    )
