"""Keys, passwords and sign-ins. Secrets are stored hashed; a key or session id is looked up by its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from incident import db
from incident.actor import Actor
from incident.ids import new_id
from incident.records.parties.tables import api_key, signed_in

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who, the token that forms carry, and until when without further use."""

    id: UUID
    actor: Actor
    email: str
    csrf: str


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def fresh_key(party: UUID, name: str, now: datetime) -> tuple[str, dict[str, object]]:
    """A key and the row that keeps its hash; the key cannot be read from the row."""
    prefix = secrets.token_hex(4)
    key = f"demarche_{prefix}_{secrets.token_urlsafe(32)}"
    return key, {
        "id": new_id(),
        "party_id": party,
        "name": name,
        "prefix": prefix,
        "hash": _hash(key),
        "created_at": now,
        "revoked_at": None,
    }


def new_key(connection: sa.Connection, party: UUID, name: str, now: datetime) -> str:
    """Make a key for a party and return it; this is the only time it can be read."""
    key, row = fresh_key(party, name, now)
    db.put(connection, {api_key: [row]})
    return key


_HOLDER = sa.text("select k.*, set_config('app.party', cast(k.party_id as text), true) from demarche.key_holder(:h) k")


def holder_of_key(connection: sa.Connection, key: str) -> Actor | None:
    """Who holds `key`, from here on named to the walls, or None for an unknown or revoked one."""
    row = connection.execute(_HOLDER, {"h": _hash(key)}).first()
    return Actor("key", row.party_id, row.party, row.uri, row.name) if row else None


def hash_password(password: str) -> str:
    """argon2id with the library's current defaults."""
    return _HASHER.hash(password)


@cache
def _of_nobody() -> str:
    """Made when somebody first signs in: it costs as much as a sign-in, and most processes see none."""
    return hash_password("the time it takes to refuse a stranger")


def check_password(connection: sa.Connection, email: str, password: str) -> tuple[UUID, UUID] | None:
    """(person, party) when the password is right; None, after the same work, when it is not or nobody has that address."""
    row, nobodys = connection.execute(sa.text("select * from demarche.person_of(:e)"), {"e": email}).first(), _of_nobody()
    try:
        _HASHER.verify(row.password_hash if row else nobodys, password)
    except VerificationError:
        return None
    return (row.person_id, row.party_id) if row else None


def start_session(connection: sa.Connection, *, person_id: UUID, party_id: UUID, now: datetime) -> str:
    """Open a session and return its id for the cookie; only a hash of it is kept."""
    id_ = secrets.token_urlsafe(32)
    row = {
        "id": new_id(), "person_id": person_id, "party_id": party_id, "hash": _hash(id_), "csrf": secrets.token_urlsafe(24),
        "created_at": now, "seen_at": now, "expires_at": now + ABSOLUTE,
    }  # fmt: skip
    db.put(connection, {signed_in: [row]})
    return id_


def session_of(connection: sa.Connection, id_: str, now: datetime) -> SignedIn | None:
    """The live session with that id, or None when unknown, ended, idle for 30 minutes or 12 hours old."""
    row = connection.execute(sa.text("select * from demarche.signed_in_as(:h)"), {"h": _hash(id_)}).first()
    if row is None or now >= row.expires_at or now - row.seen_at > IDLE:
        return None
    return SignedIn(row.id, Actor("session", row.party_id, row.party, row.uri, row.name), row.email, row.csrf)


def touch(connection: sa.Connection, session: UUID, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    connection.execute(
        sa.update(signed_in).where(signed_in.c.id == session, signed_in.c.seen_at < now - timedelta(minutes=1)).values(seen_at=now)
    )


def end_session(connection: sa.Connection, session: UUID) -> None:
    """End it at once."""
    connection.execute(sa.delete(signed_in).where(signed_in.c.id == session))
