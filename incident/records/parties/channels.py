"""Contacts and the channels that reach them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.ids import new_id
from incident.records.parties.tables import channel, contact


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach one contact of a party, and what it has shown of itself.

    `verified_at`: something arrived over it, and `verified_how` we know. `taken_at`: a carrier took something, which shows less.
    `failed_at`: when it last did not go, and why.
    """

    id: UUID
    party_id: UUID
    contact: str
    contact_name: str
    kind: str
    address: str
    disabled_at: datetime | None
    disabled_because: str | None
    changed_at: datetime
    verified_at: datetime | None
    verified_how: str | None
    taken_at: datetime | None
    failed_at: datetime | None
    failed_because: str | None


def of_party(connection: sa.Connection, party: UUID) -> list[Channel]:
    """Every channel of a party, duty desk first."""
    return _read(connection, channel.c.party_id == party)


def usable(connection: sa.Connection, party: UUID, role: str) -> list[Channel]:
    """The channels of one contact that are not disabled."""
    return _read(connection, (channel.c.party_id == party) & (contact.c.role == role) & channel.c.disabled_at.is_(None))


def contact_of(connection: sa.Connection, party: UUID, role: str) -> UUID:
    """The contact in that role; made when the party has none."""
    found = connection.execute(sa.select(contact.c.id).where(contact.c.party_id == party, contact.c.role == role)).scalar()
    if found is not None:
        return UUID(str(found))
    id_ = new_id()
    db.put(
        connection,
        {contact: [{"id": id_, "party_id": party, "role": role, "name": role.replace("_", " ").capitalize()}]},
    )
    return id_


def put_channel(connection: sa.Connection, *, party: UUID, role: str, kind: str, address: str, secret: bytes | None, now: datetime) -> UUID:
    """Set the channel of that kind of that contact, anew and enabled."""
    of = contact_of(connection, party, role)
    unknown = dict.fromkeys(("disabled_at", "disabled_because", "verified_at", "verified_how", "taken_at", "failed_at", "failed_because"))
    values = {"address": address, "secret": secret, "changed_at": now, **unknown}
    changed = connection.execute(
        sa.update(channel).where(channel.c.contact_id == of, channel.c.kind == kind).values(values).returning(channel.c.id)
    ).scalar()
    if changed is not None:
        return UUID(str(changed))
    id_ = new_id()
    row = {"id": id_, "contact_id": of, "party_id": party, "kind": kind, "created_at": now, **values}
    db.put(connection, {channel: [row]})
    return id_


def disable(connection: sa.Connection, id_: UUID, address: str, because: str, now: datetime) -> bool:
    """Stop using a channel while it has that address; it stays listed with the reason. False where that was so already."""
    in_use = (channel.c.id == id_) & (channel.c.address == address) & channel.c.disabled_at.is_(None)
    return bool(connection.execute(sa.update(channel).where(in_use).values(disabled_at=now, disabled_because=because)).rowcount)


def verified(connection: sa.Connection, id_: UUID, how: str, now: datetime) -> None:
    """Somebody said that what was sent over it arrived. What a carrier or receiver shows is learnt by the table itself."""
    connection.execute(sa.update(channel).where(channel.c.id == id_).values(verified_at=now, verified_how=how))


def took(ids: Iterable[UUID], now: datetime) -> db.Change:
    """That these took something when it was made; what is sent later shows it by itself. At most once a minute, as there."""
    return db.Change(_TOOK, {"channels": sorted(ids), "now": now})


_TOOK = """
update demarche.channel set taken_at = %(now)s where id = any(cast(%(channels)s as uuid[]))
   and (taken_at is null or taken_at < cast(%(now)s as timestamptz) - interval '1 minute' or failed_at > taken_at)
"""


def secrets_of(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The signing secrets of webhook channels and the URLs of services, for the moment of sending."""
    rows = connection.execute(sa.select(channel.c.id, channel.c.secret).where(channel.c.id.in_(list(ids)), channel.c.secret.is_not(None)))
    return {row.id: bytes(row.secret) for row in rows}


def _read(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[Channel]:
    rows = connection.execute(
        sa.select(channel, contact.c.role, contact.c.name)
        .join(contact, contact.c.id == channel.c.contact_id)
        .where(where)
        .order_by(sa.case({"duty_desk": 0, "deputy": 1, "manager": 2}, value=contact.c.role), channel.c.kind)
    )
    return [
        Channel(
            r.id, r.party_id, r.role, r.name, r.kind, r.address, r.disabled_at, r.disabled_because, r.changed_at, r.verified_at,
            r.verified_how, r.taken_at, r.failed_at, r.failed_because,
        ) for r in rows
    ]  # fmt: skip
