"""Standard Webhooks 1.0.0: what is signed, how keys are written, and how a signed message is checked.

`v1` is HMAC-SHA256 with a secret shared with one receiver, `v1a` is Ed25519; both sign `id.timestamp.body`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from incident.errors import Refused

TOLERANCE = timedelta(minutes=5)
"""How far the timestamp of an inbound message may lie from now, either way."""

_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, by the specification
_MOST_SIGNATURES = 16


class SignatureRefused(Refused):
    """An inbound message is not shown to come from whom it should."""

    code = "signature_refused"


@dataclass(frozen=True, slots=True)
class Signed:
    """An inbound message that was checked. `id` stays the same when it is sent again: keep it, to act once."""

    id: str
    sent_at: datetime


def new_secret() -> tuple[str, bytes]:
    """A fresh secret as shown once to its receiver (`whsec_…`) and as stored (32 bytes)."""
    key = randomness.token_bytes(32)
    return "whsec_" + _text(key), key


def secret_of(text: str) -> bytes:
    """The key bytes of a `whsec_…` text.

    Raises:
        SignatureRefused: when it is not one, or its key is not of 24 to 64 bytes.
    """
    key = _key(text, "whsec_")
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise SignatureRefused(f"The secret has {len(key)} bytes; expected {_SHORTEST} to {_LONGEST}.")
    return key


def public_key_text(key: Ed25519PrivateKey | Ed25519PublicKey | bytes) -> str:
    """`whpk_…` of a key; bytes are the 32 raw bytes of a private one."""
    public = key if isinstance(key, Ed25519PublicKey) else private_key(key).public_key()
    return "whpk_" + _text(public.public_bytes_raw())


def public_key_of(text: str) -> Ed25519PublicKey:
    """The key of a `whpk_…` text.

    Raises:
        SignatureRefused: when it is not one.
    """
    raw = _key(text, "whpk_")
    if len(raw) != 32:
        raise SignatureRefused(f"The public key has {len(raw)} bytes; expected 32.")
    return Ed25519PublicKey.from_public_bytes(raw)


def private_key(key: Ed25519PrivateKey | bytes) -> Ed25519PrivateKey:
    """The key itself, also from its 32 raw bytes.

    Raises:
        ValueError: when the bytes are not 32.
    """
    return Ed25519PrivateKey.from_private_bytes(key) if isinstance(key, bytes) else key


def endpoint_key(node_key: Ed25519PrivateKey | bytes, endpoint: UUID) -> Ed25519PrivateKey:
    """The signing key of one endpoint, derived from the node's own; the same inputs give the same key.

    With one key for all, a message to one receiver could be shown to another as if it were meant for it; the specification
    asks for a key per endpoint.
    """
    seed = private_key(node_key).private_bytes_raw()
    derived = HKDF(SHA256(), 32, salt=None, info=b"demarche webhook v1a " + endpoint.bytes).derive(seed)
    return Ed25519PrivateKey.from_private_bytes(derived)


def sign(
    id_: UUID | str,
    sent_at: datetime,
    body: bytes,
    *,
    secrets: Sequence[bytes] = (),
    signing_keys: Sequence[Ed25519PrivateKey | bytes] = (),
) -> dict[str, str]:
    """The three headers for this attempt. Several keys give several signatures, as during a rotation.

    Raises:
        ValueError: when `id_` has a full stop, `sent_at` has no zone, or there is nothing to sign with.
    """
    if "." in str(id_) or sent_at.tzinfo is None or not (secrets or signing_keys):
        raise ValueError("signing needs an id without a full stop, an instant with its zone, and at least one key")
    timestamp = int(sent_at.timestamp())
    content = _content(str(id_), timestamp, body)
    signatures = [f"v1,{_text(_hmac(secret, content))}" for secret in secrets]
    signatures += [f"v1a,{_text(private_key(key).sign(content))}" for key in signing_keys]
    return {
        "webhook-id": str(id_),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def verify(
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    secrets: Sequence[bytes] = (),
    public_keys: Sequence[Ed25519PublicKey] = (),
    tolerance: timedelta = TOLERANCE,
) -> Signed:
    """Check an inbound message: one signature by one of the given keys is enough; unknown versions are passed over.

    Raises:
        SignatureRefused: when a header is missing or malformed, the timestamp too far from `now`, or no signature holds.
    """
    given = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not given.get(name)]
    if missing:
        raise SignatureRefused(f"The header {missing[0]} is missing.")
    sent_at = _sent_at(given["webhook-timestamp"], now, tolerance)
    content = _content(given["webhook-id"], int(given["webhook-timestamp"]), body)
    for version, signature in _signatures(given["webhook-signature"]):
        if version == "v1" and any(hmac.compare_digest(signature, _hmac(secret, content)) for secret in secrets):
            return Signed(given["webhook-id"], sent_at)
        if version == "v1a" and any(_holds(key, signature, content) for key in public_keys):
            return Signed(given["webhook-id"], sent_at)
    raise SignatureRefused("No signature of the message holds under a known key.")


def _content(id_: str, timestamp: int, body: bytes) -> bytes:
    return f"{id_}.{timestamp}.".encode() + body


def _hmac(secret: bytes, content: bytes) -> bytes:
    return hmac.new(secret, content, hashlib.sha256).digest()


def _holds(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _sent_at(text: str, now: datetime, tolerance: timedelta) -> datetime:
    if not (text.isascii() and text.isdigit() and len(text) <= 11) or text != str(int(text)):
        raise SignatureRefused("The header webhook-timestamp is not a whole number of seconds since 1970.")
    sent_at = datetime.fromtimestamp(int(text), UTC)
    if abs(now - sent_at) > tolerance:
        raise SignatureRefused(f"The message was signed at {sent_at.isoformat()}, more than {tolerance} from now.")
    return sent_at


def _signatures(header: str) -> list[tuple[str, bytes]]:
    found = []
    for each in header.split(" ")[:_MOST_SIGNATURES]:
        version, _, text = each.partition(",")
        try:
            found.append((version, b64decode(text, validate=True)))
        except ValueError:
            continue  # a later version may write its signatures otherwise
    return found


def _key(text: str, prefix: str) -> bytes:
    if not text.startswith(prefix):
        raise SignatureRefused(f"The key does not begin with {prefix}.")
    try:
        return b64decode(text.removeprefix(prefix), validate=True)
    except ValueError as error:
        raise SignatureRefused(f"What follows {prefix} is not base64.") from error


def _text(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
