"""Leaves and chains. A leaf is RFC 8785 bytes, hashed with the leaf prefix of RFC 6962; a chain hashes with its node prefix."""

from __future__ import annotations

import hashlib
import json

EMPTY = b"\x00" * 32


def commitment(salt: bytes, payload: bytes) -> bytes:
    """SHA-256 over salt and payload: binds the payload, and tells nothing of it once the salt is erased."""
    return hashlib.sha256(salt + payload).digest()


def leaf_bytes(*, id: str, stream: str, seq: int, kind: str, at: str, actor: str, commitment: bytes) -> bytes:
    """The canonical bytes of one entry: names are ASCII and values text or integer, so sorted JSON is RFC 8785 here."""
    leaf = {
        "id": id,
        "stream": stream,
        "seq": seq,
        "kind": kind,
        "at": at,
        "actor": actor,
        "commitment": commitment.hex(),
    }
    return json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def chained(before: bytes, leaf: bytes) -> bytes:
    """The next head: SHA-256 of 0x01, the head before (32 zero bytes at the beginning) and the leaf's hash."""
    return hashlib.sha256(b"\x01" + before + leaf).digest()
