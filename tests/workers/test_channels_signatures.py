from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks import Webhook

from incident.clock import wall
from incident.reach.signatures import (
    SignatureRefused,
    endpoint_key,
    new_secret,
    public_key_of,
    public_key_text,
    secret_of,
    sign,
    verify,
)

ID = UUID("018f3f9e-7e3c-7b5a-9d0e-2b1f5a6c7d8e")
NOW = datetime(2026, 11, 20, 17, 40, 0, 250_000, tzinfo=UTC)
BODY = '{"text":"démarche"}'.encode()


def a_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_a_secret_is_shown_in_the_form_that_the_public_library_reads():
    text, key = new_secret()
    assert text.startswith("whsec_")
    assert len(key) == 32
    assert secret_of(text) == key
    headers = sign(ID, wall(), BODY, secrets=[key])
    assert Webhook(text).verify(BODY, headers) == {"text": "démarche"}


def test_no_two_secrets_are_alike():
    assert len({new_secret()[1] for _ in range(50)}) == 50


def test_the_example_of_the_public_library_gets_the_same_signature():
    text, key = new_secret()
    theirs = Webhook(text).sign(str(ID), NOW, BODY.decode())
    assert sign(ID, NOW, BODY, secrets=[key])["webhook-signature"] == theirs


def test_the_ed25519_signature_holds_under_the_published_key_alone():
    headers = sign(ID, NOW, BODY, signing_keys=[a_key()])
    version, signature = headers["webhook-signature"].split(",")
    content = f"{ID}.{int(NOW.timestamp())}.".encode() + BODY
    published = Ed25519PublicKey.from_public_bytes(b64decode(public_key_text(a_key()).removeprefix("whpk_")))
    assert version == "v1a"
    published.verify(b64decode(signature), content)
    with pytest.raises(InvalidSignature):
        published.verify(b64decode(signature), content + b" ")


def test_a_key_and_its_raw_bytes_sign_alike():
    assert sign(ID, NOW, BODY, signing_keys=[a_key()]) == sign(ID, NOW, BODY, signing_keys=[bytes(range(32))])
    assert public_key_text(a_key()) == public_key_text(bytes(range(32))) == public_key_text(a_key().public_key())
    assert public_key_of(public_key_text(a_key())).public_bytes_raw() == a_key().public_key().public_bytes_raw()


def test_each_endpoint_has_its_own_key_and_keeps_it():
    one, other = UUID(int=1), UUID(int=2)
    assert endpoint_key(a_key(), one).private_bytes_raw() == endpoint_key(bytes(range(32)), one).private_bytes_raw()
    distinct = {key.private_bytes_raw() for key in (a_key(), endpoint_key(a_key(), one), endpoint_key(a_key(), other))}
    assert len(distinct) == 3


def test_during_a_rotation_either_key_verifies():
    old, new = new_secret()[1], new_secret()[1]
    headers = sign(ID, NOW, BODY, secrets=[old, new])
    for key in (old, new):
        assert verify(headers, BODY, now=NOW, secrets=[key]).id == str(ID)


def test_what_we_signed_we_accept_with_either_kind_of_key():
    secret = new_secret()[1]
    headers = sign(ID, NOW, BODY, secrets=[secret], signing_keys=[a_key()])
    named_otherwise = {name.title(): value for name, value in headers.items()}
    assert verify(headers, BODY, now=NOW, secrets=[secret]).sent_at == NOW.replace(microsecond=0)
    assert verify(named_otherwise, BODY, now=NOW, public_keys=[a_key().public_key()]).id == str(ID)


def test_a_changed_body_id_or_timestamp_is_refused():
    secret = new_secret()[1]
    headers = sign(ID, NOW, BODY, secrets=[secret], signing_keys=[a_key()])
    keys = {"secrets": [secret], "public_keys": [a_key().public_key()]}
    later = str(int(headers["webhook-timestamp"]) + 1)
    for changed, body in (
        (headers, BODY + b" "),
        ({**headers, "webhook-id": str(UUID(int=7))}, BODY),
        ({**headers, "webhook-timestamp": later}, BODY),
    ):
        with pytest.raises(SignatureRefused, match="No signature"):
            verify(changed, body, now=NOW, **keys)


def test_a_stranger_is_refused_and_so_is_having_no_key_at_all():
    headers = sign(ID, NOW, BODY, secrets=[new_secret()[1]], signing_keys=[Ed25519PrivateKey.generate()])
    with pytest.raises(SignatureRefused, match="No signature"):
        verify(headers, BODY, now=NOW, secrets=[new_secret()[1]], public_keys=[a_key().public_key()])
    with pytest.raises(SignatureRefused, match="No signature"):
        verify(headers, BODY, now=NOW)


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=2), -timedelta(minutes=5, seconds=2), timedelta(days=400)])
def test_a_message_from_another_time_is_refused(off):
    secret = new_secret()[1]
    with pytest.raises(SignatureRefused, match="from now"):
        verify(sign(ID, NOW, BODY, secrets=[secret]), BODY, now=NOW + off, secrets=[secret])


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(missing):
    headers = sign(ID, NOW, BODY, secrets=[b"k" * 32])
    with pytest.raises(SignatureRefused, match=missing):
        verify({name: value for name, value in headers.items() if name != missing}, BODY, now=NOW, secrets=[b"k" * 32])


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "-5", "1700000000.5", "0017", "٣٤٥", "9" * 400, " 1700000000"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(timestamp):
    headers = {**sign(ID, NOW, BODY, secrets=[b"k" * 32]), "webhook-timestamp": timestamp}
    with pytest.raises(SignatureRefused, match="webhook-timestamp"):
        verify(headers, BODY, now=NOW, secrets=[b"k" * 32])


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,%%%", "v1,é", "v2,AAAA", "v1a,AAAA", "v1a," + "A" * 88, ",", " ", "v1 " * 10_000])
def test_a_malformed_signature_is_refused_and_never_a_crash(signature):
    headers = {**sign(ID, NOW, BODY, secrets=[b"k" * 32]), "webhook-signature": signature}
    with pytest.raises(SignatureRefused):
        verify(headers, BODY, now=NOW, secrets=[b"k" * 32], public_keys=[a_key().public_key()])


def test_a_signature_of_a_later_version_beside_ours_does_no_harm():
    headers = sign(ID, NOW, BODY, secrets=[b"k" * 32])
    headers["webhook-signature"] = "v9,~~~ " + headers["webhook-signature"]
    assert verify(headers, BODY, now=NOW, secrets=[b"k" * 32]).id == str(ID)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!", "whsec_AAAA", "whpk_AAAA", "whsec_é", "whsec_" + "A" * 88])
def test_a_text_that_is_no_secret_is_refused(text):
    with pytest.raises(SignatureRefused):
        secret_of(text)


@pytest.mark.parametrize("text", ["", "whpk_", "whpk_AAAA", "whsec_" + "A" * 43 + "="])
def test_a_text_that_is_no_public_key_is_refused(text):
    with pytest.raises(SignatureRefused):
        public_key_of(text)


@pytest.mark.parametrize(
    ("id_", "at", "secrets"), [("a.b", NOW, [b"k" * 32]), ("a", NOW.replace(tzinfo=None), [b"k" * 32]), ("a", NOW, [])]
)
def test_signing_what_cannot_be_verified_is_our_own_mistake(id_, at, secrets):
    with pytest.raises(ValueError, match="signing needs"):
        sign(id_, at, BODY, secrets=secrets)
