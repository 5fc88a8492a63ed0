"""Revoke a public key by which the caller's party signed."""

from __future__ import annotations

from incident import answers
from incident.actions import permission
from incident.errors import NotFound
from incident.records.agreements import keys
from incident.work import Work


def revoke_signing_key(work: Work, fingerprint: str, reason: str) -> answers.Json:
    """The key, which signs nothing from now on; what it signed before stays. Revoking twice is revoking once.

    Raises:
        NotFound: the caller's party has no such key.
    """
    party = permission.speaks_for(work, what="revoke a signing key")
    row = next((row for row in keys.of(work.connection, party) if row.fingerprint == fingerprint), None)
    if row is None:
        raise NotFound("Your party has no such signing key.")
    if row.revoked_at is None:
        keys.revoke(work.connection, party, fingerprint, by=work.actor.name, because=reason, now=work.now)
        work.record("signing_key.revoked", party, {"fingerprint": fingerprint, "reason": reason})
    row = next(row for row in keys.of(work.connection, party) if row.fingerprint == fingerprint)
    return answers.signing_key(row._mapping, work.actor.slug)
