"""The directory: parties with what they are on a day, and the deployments that join them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.errors import NotFound
from incident.records.parties.tables import deployment, deployment_party, party, profile_fact
from incident.rules.case import Deployment, Party
from incident.rules.facts import Scalar


def everybody(connection: sa.Connection) -> list[Party]:
    """Every party of the node, by slug, without profiles."""
    rows = connection.execute(sa.select(party).order_by(party.c.slug)).all()
    return [_party(row, {}) for row in rows]


def by_ids(connection: sa.Connection, ids: Iterable[UUID], on: date | None = None) -> dict[UUID, Party]:
    """These parties; with `on`, their profile of that day as far as the caller may know it."""
    wanted = list(set(ids))
    profiles = _profiles(connection, wanted, on) if on else {}
    rows = connection.execute(sa.select(party).where(party.c.id.in_(wanted))).all()
    return {row.id: _party(row, profiles.get(row.id, {})) for row in rows}


def by_slug(connection: sa.Connection, slug: str) -> Party:
    """The party with that slug.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(sa.select(party).where(party.c.slug == slug)).first()
    if row is None:
        raise NotFound(f"There is no party {slug!r}.")
    return _party(row, {})


def by_uris(connection: sa.Connection, uris: Iterable[str]) -> dict[str, Party]:
    """The parties known under these URIs, by URI; unknown ones are absent."""
    rows = connection.execute(sa.select(party).where(party.c.uri.in_(list(uris)))).all()
    return {row.uri: _party(row, {}) for row in rows}


def for_case(connection: sa.Connection, members: Iterable[UUID], on: date) -> tuple[Party, ...]:
    """Everybody a role of a case may resolve to: its members, and every CERT, regulator and contact point."""
    ids = list(set(members))
    rows = connection.execute(
        sa.select(party).where(party.c.id.in_(ids) | party.c.kind.in_(["cert", "regulator", "spoc"])).order_by(party.c.slug)
    ).all()
    profiles = _profiles(connection, ids, on)
    return tuple(_party(row, profiles.get(row.id, {})) for row in rows)


def deployment_by_slug(connection: sa.Connection, slug: str, on: date | None = None) -> Deployment:
    """The deployment with that slug; with `on`, its parties have their profile of that day.

    Raises:
        NotFound: there is none, or the caller has no part in it.
    """
    row = connection.execute(sa.select(deployment).where(deployment.c.slug == slug)).first()
    if row is None:
        raise NotFound(f"There is no deployment {slug!r} that you have a part in.")
    return _deployments(connection, [row], on)[0]


def deployment_by_id(connection: sa.Connection, id_: UUID, on: date | None = None) -> Deployment:
    """The same by its id."""
    row = connection.execute(sa.select(deployment).where(deployment.c.id == id_)).one()
    return _deployments(connection, [row], on)[0]


def deployments(connection: sa.Connection) -> list[Deployment]:
    """Every deployment that the caller has a part in, by slug, without profiles."""
    return _deployments(connection, connection.execute(sa.select(deployment).order_by(deployment.c.slug)).all(), None)


def _deployments(connection: sa.Connection, rows: Iterable[sa.Row[Any]], on: date | None) -> list[Deployment]:
    found = list(rows)
    members = connection.execute(
        sa.select(deployment_party)
        .where(deployment_party.c.deployment_id.in_([row.id for row in found]), deployment_party.c.role == "supplier")
        .order_by(deployment_party.c.position, deployment_party.c.party_id)
    ).all()
    known = by_ids(connection, [row.operator_id for row in found] + [row.party_id for row in members], on)
    suppliers: dict[UUID, list[Party]] = {}
    for member in members:
        suppliers.setdefault(member.deployment_id, []).append(known[member.party_id])
    return [
        Deployment(
            row.id, row.slug, row.name, row.jurisdiction, known[row.operator_id], tuple(suppliers.get(row.id, ())), row.system,
            row.system_version, tuple(row.models), tuple(row.data_may_live),
        )
        for row in found
    ]  # fmt: skip


def _profiles(connection: sa.Connection, ids: list[UUID], on: date) -> dict[UUID, dict[str, Scalar]]:
    rows = connection.execute(
        sa.select(profile_fact.c.party_id, profile_fact.c.name, profile_fact.c.value)
        .where(profile_fact.c.party_id.in_(ids), profile_fact.c.valid_from <= on)
        .where(profile_fact.c.valid_until.is_(None) | (profile_fact.c.valid_until > on))
        .order_by(profile_fact.c.recorded_at)
    )
    profiles: dict[UUID, dict[str, Scalar]] = {}
    for row in rows:
        profiles.setdefault(row.party_id, {})[row.name] = row.value
    return profiles


def _party(row: sa.Row[Any], profile: dict[str, Scalar]) -> Party:
    return Party(
        row.id,
        row.uri,
        row.slug,
        row.name,
        row.kind,
        row.jurisdiction,
        row.zone,
        row.calendar,
        frozenset(row.competences),
        profile,
    )
