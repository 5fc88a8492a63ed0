"""Agreements: versions that never change, and the acceptances that put them in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.ids import new_id
from incident.records.agreements.tables import agreement_party, agreement_version
from incident.rules import terms

Row = sa.Row[Any]
_BINDING = tuple(agreement_version.c[name] for name in ("name", "digest", "text", "accepted_at", "in_force_from", "in_force_until"))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who is a party to a version, and when it accepted, if it has."""

    party_id: UUID
    accepted_at: datetime | None
    accepted_by: str | None


def in_force(connection: sa.Connection, at: datetime, *, known_at: datetime) -> list[terms.Agreement]:
    """The versions that bind at `at`, as far as the caller may see them: accepted by all, within their dates, the newest of each name.

    A version accepted after `known_at` does not count, so that a case keeps the versions it began under.
    """
    rows = connection.execute(
        sa.select(*_BINDING)
        .where(agreement_version.c.accepted_at <= known_at, agreement_version.c.in_force_from <= at)
        .where(agreement_version.c.in_force_until.is_(None) | (agreement_version.c.in_force_until > at))
        .order_by(agreement_version.c.name, agreement_version.c.in_force_from.desc(), agreement_version.c.published_at.desc())
    ).all()
    return _newest(list(rows))


def accepted(connection: sa.Connection) -> list[Row]:
    """Every version in force at some time that the caller may see, in the order of `in_force`: for many questions of `in_force_of`."""
    columns = agreement_version.c
    question = sa.select(*_BINDING).where(columns.accepted_at.is_not(None))
    return list(connection.execute(question.order_by(columns.name, columns.in_force_from.desc(), columns.published_at.desc())).all())


def in_force_of(versions: Iterable[Row], at: datetime, *, known_at: datetime) -> list[terms.Agreement]:
    """As `in_force`, of versions that were read before."""
    found = [row for row in versions if row.accepted_at <= known_at and row.in_force_from <= at]
    return _newest([row for row in found if row.in_force_until is None or row.in_force_until > at])


def _newest(rows: list[Row]) -> list[terms.Agreement]:
    newest = {row.name: row for row in reversed(rows)}
    return [_loaded(row.digest, row.text) for row in newest.values()]


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


@lru_cache(maxsize=512)
def _loaded(digest: str, text: str) -> terms.Agreement:
    return terms.load(text)
