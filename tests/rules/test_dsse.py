"""Envelopes: the published vector, and those that nobody should believe."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident.canonical import canonical
from incident.rules.proof import dsse, statements
from incident.rules.proof.dsse import BadEnvelope
from incident.rules.proof.statements import PAYLOAD_TYPE, Officer, Statement

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SAID = Statement(
    UUID(int=7), "sign", "mutual-aid", "1.0", "sha256:" + "a" * 64, "https://cert-ee.example/#party", datetime(2026, 11, 23, tzinfo=UTC)
)
GOOD = dsse.sign(PAYLOAD_TYPE, SAID.payload(), KEY)


def test_what_is_signed_is_the_published_encoding() -> None:
    """The example of the DSSE protocol, version 1.0.0."""
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_an_envelope_comes_through_its_json() -> None:
    found = dsse.parse(json.dumps(GOOD.document()))
    assert found == GOOD
    assert dsse.verify(found, PAYLOAD_TYPE, [OTHER.public_key().public_bytes_raw(), PUBLIC]) == PUBLIC
    assert statements.read(found) == SAID


def test_an_officer_and_everything_else_comes_through() -> None:
    at = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    officer = Officer("M. Saar", "session", "ee")
    whole = replace(SAID, kind="end", effective_at=at, reason="cl. 9", previous="sha256:" + "b" * 64, officer=officer)
    assert statements.read(dsse.sign(PAYLOAD_TYPE, whole.payload(), KEY)) == whole


def test_both_alphabets_of_base64_are_read_and_what_is_not_known_is_ignored() -> None:
    spelt = {**GOOD.document(), "more": 1}
    spelt["payload"] = base64.urlsafe_b64encode(GOOD.payload).decode()
    spelt["signatures"] = [{"sig": base64.urlsafe_b64encode(GOOD.signatures[0][1]).decode(), "note": "x"}]
    found = dsse.read(spelt)
    assert (found.payload, dsse.verify(found, PAYLOAD_TYPE, [PUBLIC])) == (GOOD.payload, PUBLIC)


def changed(**members: Any) -> dict[str, Any]:
    return {**GOOD.document(), **members}


def again(payload: bytes, kind: str = PAYLOAD_TYPE) -> dict[str, Any]:
    """Signed by the right key."""
    return dsse.sign(kind, payload, KEY).document()


def said(**members: Any) -> dict[str, Any]:
    return again(canonical({**SAID.document(), **members}))


SIG = GOOD.document()["signatures"][0]["sig"]
OTHERS = dsse.sign(PAYLOAD_TYPE, GOOD.payload, OTHER).document()["signatures"][0]["sig"]
TWICE = SAID.payload()[:-1] + b',"version":"1.0"}'
HOSTILE: dict[str, tuple[str, Callable[[], object]]] = {
    "no object": ("bad_envelope", lambda: ["x"]),
    "no payload": ("bad_envelope", lambda: {key: value for key, value in GOOD.document().items() if key != "payload"}),
    "payload of another kind": ("bad_envelope", lambda: changed(payload={"kind": "sign"})),
    "payload no base64": ("bad_envelope", lambda: changed(payload="=?")),
    "stripped": ("unsigned", lambda: changed(signatures=[])),
    "no list of signatures": ("unsigned", lambda: changed(signatures=None)),
    "a signature without sig": ("unsigned", lambda: changed(signatures=[{"keyid": "x"}])),
    "an empty sig": ("unsigned", lambda: changed(signatures=[{"keyid": "x", "sig": ""}])),
    "a crowd of signatures": ("envelope_too_large", lambda: changed(signatures=[{"sig": SIG}] * 17)),
    "a forged signature": ("bad_signature", lambda: changed(signatures=[{"sig": base64.b64encode(bytes(64)).decode()}])),
    "a short signature": ("bad_signature", lambda: changed(signatures=[{"sig": "AAAA"}])),
    "another key under the right keyid": (
        "bad_signature",
        lambda: changed(signatures=[{"keyid": dsse.fingerprint(PUBLIC), "sig": OTHERS}]),
    ),
    "a changed payload": ("bad_signature", lambda: changed(payload=base64.b64encode(replace(SAID, version="2.0").payload()).decode())),
    "another payload type": ("other_payload_type", lambda: changed(payloadType="application/json")),
    "another payload type, signed": ("other_payload_type", lambda: again(GOOD.payload, "application/json")),
    "a payload that is no JSON": ("bad_envelope", lambda: again(b"\xff")),
    "a payload that is no object": ("bad_statement", lambda: again(b"[]")),
    "a key twice": ("duplicate_key", lambda: again(TWICE)),
    "blanks in the payload": ("not_canonical", lambda: again(json.dumps(SAID.document(), sort_keys=True).encode())),
    "keys in another order": ("not_canonical", lambda: again(json.dumps(SAID.document(), separators=(",", ":")).encode())),
    "a fraction": ("not_canonical", lambda: again(SAID.payload().replace(b'"reason":""', b'"reason":1.5'))),
    "a member missing": ("bad_statement", lambda: again(canonical({k: v for k, v in SAID.document().items() if k != "previous"}))),
    "a member too many": ("bad_statement", lambda: said(more="x")),
    "another format": ("bad_statement", lambda: said(format="agreement-act/2")),
    "a kind that is not known": ("bad_statement", lambda: said(kind="annul")),
    "no instant": ("bad_statement", lambda: said(issued_at="2026-11-23")),
    "an instant with another offset": ("bad_statement", lambda: said(issued_at="2026-11-23T00:00:00.000000+02:00")),
    "a day that is none": ("bad_statement", lambda: said(issued_at="2026-02-30T00:00:00.000000Z")),
    "clauses out of order": ("bad_statement", lambda: said(reserved=["b", "a"])),
    "a clause twice": ("bad_statement", lambda: said(reserved=["a", "a"])),
    "a digest that is none": ("bad_statement", lambda: said(digest="sha256:0")),
    "an id that is none": ("bad_statement", lambda: said(id="7")),
    "an id of another kind": ("bad_statement", lambda: said(id=7)),
    "an id spelt otherwise": ("not_canonical", lambda: said(id="00000000000000000000000000000007")),
    "a long reason": ("bad_statement", lambda: said(reason="x" * 2001)),
    "a strange officer": ("bad_statement", lambda: said(officer={"name": "M. Saar"})),
}  # fmt: skip


def believed(value: object) -> Statement:
    envelope = dsse.read(value)
    dsse.verify(envelope, PAYLOAD_TYPE, [PUBLIC])
    return statements.read(envelope)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_envelope_is_refused_with_its_reason(name: str) -> None:
    code, made = HOSTILE[name]
    with pytest.raises(BadEnvelope) as refused:
        believed(made())
    assert (refused.value.code, refused.value.faults[0].pointer) == (code, "/envelope")


def test_a_text_is_bounded_and_says_every_key_once() -> None:
    for text, code in (
        ("x" * (dsse.LARGEST + 1), "envelope_too_large"), ('{"payload": "", "payload": ""}', "duplicate_key"), ("[" * 9999, "bad_envelope"),
        (b"\xff\xfe", "bad_envelope"),
    ):  # fmt: skip
        with pytest.raises(BadEnvelope) as refused:
            dsse.parse(text)
        assert refused.value.code == code


def test_no_key_that_counts_means_no_signature() -> None:
    with pytest.raises(BadEnvelope, match="No key that counts"):
        dsse.verify(GOOD, PAYLOAD_TYPE, [])
