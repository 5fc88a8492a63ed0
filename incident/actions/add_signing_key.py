"""Register a public key by which the caller's party signs."""

from __future__ import annotations

import base64
import binascii

from incident import answers
from incident.actions import permission
from incident.errors import Conflict, Fault, Invalid
from incident.records.agreements import keys
from incident.rules.proof.dsse import fingerprint
from incident.work import Work

LENGTH = 32


def add_signing_key(work: Work, public_key: str, name: str) -> tuple[answers.Json, bool]:
    """The key as it is on record, and whether it is new. `public_key` is base64 of the 32 raw bytes of an Ed25519 key.

    Raises:
        Invalid: it is no such key.
        Conflict: it was revoked, which is for good.
    """
    party = permission.speaks_for(work, what="register a signing key")
    raw = _raw(public_key)
    mark = fingerprint(raw)
    before = next((row for row in keys.of(work.connection, party) if row.fingerprint == mark), None)
    if before is not None and before.revoked_at is not None:
        raise Conflict("This key was revoked and cannot come back; make another.", code="revoked")
    if before is None:
        keys.add(work.connection, party, mark, raw, name=name, by=work.actor.name, now=work.now)
        work.record("signing_key.added", party, {"fingerprint": mark, "name": name})
    row = next(row for row in keys.of(work.connection, party) if row.fingerprint == mark)
    return answers.signing_key(row._mapping, work.actor.slug), before is None


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != LENGTH:
        raise Invalid([Fault("/public_key", "not_a_key", "expected base64 of the 32 bytes of an Ed25519 public key")])
    return raw
