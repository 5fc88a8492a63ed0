"""Webhooks against real servers on loopback: what arrives, and what each answer means."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks import Webhook

from incident import canonical
from incident.clock import wall
from incident.reach.returns import Returns
from incident.reach.signatures import new_secret, public_key_text
from tests.workers.receivers import (
    a_letter,
    a_receiver,
    answering,
    http,
    outcome_of,
    send,
)
from workers.channels import Cover, Delivered, GaveUp, TryLater
from workers.channels.every import every
from workers.channels.webhook import event

SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_the_public_library_and_an_independent_check_both_verify_what_arrives():
    text, secret = new_secret()
    with a_receiver(answering(http("200 OK", body=b"thanks"))) as receiver:
        outcome = send(receiver.url, secret=secret, signing_key=SIGNING_KEY)
    [request] = receiver.requests
    assert request.line == "POST /hook?for=duty HTTP/1.1"
    assert Webhook(text).verify(request.body, request.headers)["data"]["incident_ref"] == "INC-2026-7Q4MZ8"
    hmac_part, ed25519_part = request.headers["webhook-signature"].split(" ")
    assert hmac_part.startswith("v1,")
    version, signature = ed25519_part.split(",")
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    published = Ed25519PublicKey.from_public_bytes(b64decode(public_key_text(SIGNING_KEY).removeprefix("whpk_")))
    assert version == "v1a"
    published.verify(b64decode(signature), signed)
    receipt = {"kind": "webhook", "status": 200, "excerpt": "thanks", "whole": True, "address": "127.0.0.1"}
    assert outcome == Delivered(receipt)


def test_a_message_has_the_promised_shape_and_canonical_bytes():
    with a_receiver(answering(http("204 No Content"))) as receiver:
        send(receiver.url)
    [request] = receiver.requests
    message = json.loads(request.body)
    assert request.body == canonical.canonical(message)
    assert request.headers["content-type"] == "application/json"
    assert message == {
        "type": "incident.notice",
        "timestamp": "2026-11-20T15:40:00.000000Z",
        "data": {
            "notification": str(UUID(int=7)),
            "incident_ref": "INC-2026-7Q4MZ8",
            "severity": "high",
            "acknowledge_by": "2026-11-20T19:40:00.000000Z",
            "link": "https://node.example/n/7",
            "released": {"summary": "Modèle compromis", "affected_countries": ["EE", "FR"]},
        },
    }


def test_a_second_attempt_has_the_same_id_and_body_and_its_own_timestamp():
    at = wall()
    with a_receiver(answering(http("200 OK"))) as receiver:
        for attempt in (1, 2):
            send(receiver.url, attempt=attempt, sent_at=at + attempt * timedelta(seconds=30))
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == str(UUID(int=7))
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 30
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.body == second.body


def test_an_exercise_is_marked_in_the_message_and_its_headers():
    cover = Cover(incident_ref="INC-1", severity="low", link="https://node.example/", exercise=True)
    body = event(
        notification=UUID(int=7), occurred_at=wall(), incident_ref="INC-1", severity="low", acknowledge_by=None, link="https://x/",
        released=None, exercise=True,
    )  # fmt: skip
    with a_receiver(answering(http("200 OK"))) as receiver:
        send(receiver.url, cover=cover, body=body)
    assert receiver.requests[0].headers["x-demarche-exercise"] == "yes"
    data = json.loads(receiver.requests[0].body)["data"]
    assert (data["exercise"], data["acknowledge_by"], data["released"]) == (True, None, None)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"])
def test_every_2xx_is_delivered(status):
    outcome = outcome_of(http(status))
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["status"] == int(status[:3])


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "422 Unprocessable", "500 Oops", "502 Bad Gateway", "999 Odd"]
)
def test_other_refusals_are_tried_later(status):
    assert outcome_of(http(status)) == TryLater(f"The receiver answered {status[:3]}.")


def test_gone_gives_up_and_disables():
    outcome = outcome_of(http("410 Gone", "Retry-After: 5"))
    assert isinstance(outcome, GaveUp)
    assert outcome.disable


@pytest.mark.parametrize("status", ["429 Too Many", "503 Unavailable"])
@pytest.mark.parametrize(
    ("wish", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta()),
        ("86401", timedelta(hours=24)),
        ("9" * 5000, timedelta(hours=24)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("Fri, 99 Nov 2026 25:61:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta()),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_busy_receiver_says_how_long_to_wait(status, wish, wait):
    assert outcome_of(http(status, f"Retry-After: {wish}")) == TryLater(f"The receiver answered {status[:3]}.", wait)


def test_a_date_to_wait_for_is_counted_from_the_attempt():
    at = datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
    wish = format_datetime(at + timedelta(minutes=7), usegmt=True)
    assert outcome_of(http("429 Slow", f"Retry-After: {wish}"), sent_at=at) == TryLater("The receiver answered 429.", timedelta(minutes=7))


def test_the_wish_of_a_receiver_that_is_not_busy_is_not_taken():
    assert outcome_of(http("500 Oops", "Retry-After: 9")) == TryLater("The receiver answered 500.")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_a_failure_and_is_never_followed(status):
    with a_receiver(answering(http("200 OK"))) as elsewhere:
        for location in (elsewhere.url, "http://169.254.169.254/latest/meta-data/", "//127.0.0.1/"):
            outcome = outcome_of(http(status, f"Location: {location}"))
            assert outcome == TryLater(f"The receiver answered {status[:3]}; redirects are not followed.")
        assert elsewhere.connections == 0


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with a_receiver(answering(http("200 OK"))) as proxy, a_receiver(answering(http("200 OK"))) as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert isinstance(send(receiver.url), Delivered)
        assert (proxy.connections, receiver.connections) == (0, 1)


def test_a_reply_is_kept_as_one_short_line_without_controls():
    outcome = outcome_of(http("200 OK", body=b"a\x00b\r\nc\x1b[31m \xff\xfe \xe2\x80\xae" + b"x" * 5000))
    assert isinstance(outcome, Delivered)
    said = outcome.receipt["excerpt"]
    assert isinstance(said, str)
    assert said.startswith("a b c [31m \ufffd\ufffd xxx")
    assert len(said) == 300


def test_an_interim_answer_before_the_final_one_is_passed_over():
    assert isinstance(outcome_of(b"HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", body=b"ok")), Delivered)


def test_a_chunked_reply_is_read():
    outcome = outcome_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["excerpt"] == "hello"


def test_a_letter_without_any_key_is_our_own_mistake():
    with a_receiver(answering(http("200 OK"))) as receiver:
        with pytest.raises(ValueError, match="at least one key"):
            send(receiver.url, secret=None)
        assert receiver.connections == 0


def test_keys_do_not_show():
    shown = repr(a_letter("https://hooks.example.org/", secret=b"SECRET-KEY", signing_key=b"PRIVATE-KEY"))
    assert "SECRET" not in shown
    assert "PRIVATE" not in shown
    assert "Modèle" not in shown


def test_every_channel_is_made_from_the_settings():
    channels = every(egress_allow=("127.0.0.0/8",), smtp_url=None, mail_from="demarche@node.example", returns=Returns.none())
    assert set(channels) == {"webhook", "email", "inbox", "chat", "pager"}
    assert channels["inbox"].send(a_letter("anywhere")) == Delivered({"kind": "inbox"})
    assert channels["email"].send(a_letter("duty@cert.example")) == TryLater("This node cannot send it: DEMARCHE_SMTP_URL is not set.")
    with a_receiver(answering(http("200 OK"))) as receiver:
        assert isinstance(channels["webhook"].send(a_letter(receiver.url)), Delivered)


@pytest.mark.parametrize(
    "parts",
    [{"attempt": 0}, {"sent_at": datetime(2026, 1, 1)}, {"subject": "a\r\nBcc: x@y.example"}],  # noqa: DTZ001 - a naive one is the point
)
def test_a_letter_that_cannot_be_sent_is_our_own_mistake(parts):
    with pytest.raises(ValueError, match=r"first is 1|no zone|line break"):
        a_letter("https://hooks.example.org/", **parts)
