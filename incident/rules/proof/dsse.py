"""DSSE envelopes (github.com/secure-systems-lab/dsse, protocol 1.0.0) with Ed25519: made, read strictly, verified.

What is signed is `PAE(payloadType, payload)`, so the type is as sure as the content. A `keyid` is a hint and decides nothing.
Stricter than the specification asks: an envelope is at most `LARGEST` characters, and one without a signature is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from incident.errors import Fault, Invalid

LARGEST = 64 * 1024
MOST_SIGNATURES = 16
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*={0,2}")


class BadEnvelope(Invalid):
    """The envelope cannot be believed; the code says which rule it breaks."""

    def __init__(self, message: str, *, code: str = "bad_envelope") -> None:
        super().__init__([Fault("/envelope", code, message)], message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its type, and the signatures over both, each with the hint whose it is."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]

    def document(self) -> dict[str, Any]:
        """The JSON envelope."""
        signatures = [{"keyid": key, "sig": _spelt(each)} for key, each in self.signatures]
        return {"payload": _spelt(self.payload), "payloadType": self.payload_type, "signatures": signatures}


def fingerprint(public_key: bytes) -> str:
    """`sha256:` and the SHA-256 of the 32 raw bytes of an Ed25519 public key."""
    return "sha256:" + hashlib.sha256(public_key).hexdigest()


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: `DSSEv1`, then the lengths and the bytes of type and payload, with one blank between."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> Envelope:
    """An envelope with one signature; its keyid is the fingerprint of the key."""
    return Envelope(payload_type, payload, ((fingerprint(key.public_key().public_bytes_raw()), key.sign(pae(payload_type, payload))),))


def parse(text: str | bytes) -> Envelope:
    """The envelope that a text holds.

    Raises:
        BadEnvelope: it is too large, no JSON, says a key twice, or is none.
    """
    if len(text) > LARGEST:
        raise BadEnvelope(f"The envelope is longer than {LARGEST} characters.", code="envelope_too_large")
    return read(plain_json(text, "envelope"))


def read(value: object) -> Envelope:
    """The envelope that a JSON value is. What the specification does not name is ignored, as it asks.

    Raises:
        BadEnvelope: a member is missing or of another type, there is no signature, or something is no base64.
    """
    if not isinstance(value, Mapping):
        raise BadEnvelope("Expected an envelope: an object with payload, payloadType and signatures.")
    for name in ("payload", "payloadType"):
        if not isinstance(value.get(name), str) or len(value[name]) > LARGEST:
            raise BadEnvelope(f"The envelope's {name} is missing or no text of at most {LARGEST} characters.")
    listed = value.get("signatures")
    if not isinstance(listed, list):
        raise BadEnvelope("The envelope's signatures are missing or no list.", code="unsigned")
    if not listed:
        raise BadEnvelope("The envelope carries no signature.", code="unsigned")
    if len(listed) > MOST_SIGNATURES:
        raise BadEnvelope(f"The envelope carries more than {MOST_SIGNATURES} signatures.", code="envelope_too_large")
    return Envelope(value["payloadType"], _bytes(value["payload"], "payload"), tuple(_signature(each) for each in listed))


def verify(envelope: Envelope, payload_type: str, keys: Iterable[bytes]) -> bytes:
    """The raw public key, of those given, that signed the envelope.

    Raises:
        BadEnvelope: the payload is of another type, or none of the keys signed it.
    """
    if envelope.payload_type != payload_type:
        raise BadEnvelope(
            f"The payload is of the type {envelope.payload_type[:100]!r}; expected {payload_type}.", code="other_payload_type"
        )
    said = pae(envelope.payload_type, envelope.payload)
    for raw in keys:
        key = Ed25519PublicKey.from_public_bytes(raw)
        if any(_signed(key, each, said) for _, each in envelope.signatures):
            return raw
    raise BadEnvelope("No key that counts here made a signature of this envelope.", code="bad_signature")


def plain_json(text: str | bytes, what: str) -> object:
    """The value of a JSON text in which no key is said twice and no number has a fraction.

    Raises:
        BadEnvelope: naming `what` the text was to be.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except BadEnvelope:
        raise
    except (ValueError, RecursionError) as error:
        raise BadEnvelope(f"The {what} is no JSON in UTF-8.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadEnvelope("A key is said twice in one object.", code="duplicate_key")
    return found


def _no_number(text: str) -> object:
    raise BadEnvelope(f"{text[:40]} is no whole number.", code="not_canonical")


def _signature(value: object) -> tuple[str, bytes]:
    if not isinstance(value, Mapping) or not isinstance(value.get("sig"), str) or not value["sig"]:
        raise BadEnvelope("A signature is no object with a sig.", code="unsigned")
    key = value.get("keyid", "")
    if not isinstance(key, str):
        raise BadEnvelope("The keyid of a signature is no text.")
    return key[:200], _bytes(value["sig"], "sig")


def _bytes(text: str, what: str) -> bytes:
    """Standard base64, or the alphabet for addresses: both are allowed."""
    try:
        if ("-" in text or "_" in text) and _URL_SAFE.fullmatch(text):
            return base64.b64decode(text, altchars=b"-_", validate=True)
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadEnvelope(f"The {what} is no base64.") from error


def _spelt(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _signed(key: Ed25519PublicKey, signature: bytes, said: bytes) -> bool:
    try:
        key.verify(signature, said)
    except InvalidSignature:
        return False
    return True
