"""A calendar behind a URL is fetched over the same way out as webhooks: what is refused, cut off, or left alone."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest

from incident.errors import Refused
from incident.reach.targets import Egress
from incident.rules.escalation.feed import LONGEST, FeedRefused
from tests.workers.receivers import LOOPBACK, TLS, a_receiver, answering, http
from workers.channels.egress import Way
from workers.rotas import get

TEXT = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def way(allow: Egress = LOOPBACK, total: float = 5) -> Way:
    return Way(allow, TLS, total=timedelta(seconds=total))


def fetched(reply: bytes, **parts: float) -> str:
    with a_receiver(answering(reply)) as receiver:
        return get(way(**parts), receiver.url)  # type: ignore[arg-type]


def test_what_is_there_is_read_as_utf_8_whatever_it_is_called() -> None:
    with a_receiver(answering(http("200 OK", "Content-Type: text/plain", body="\ufeffTäna".encode()))) as receiver:
        assert get(way(), receiver.url) == "Täna"
        (asked,) = receiver.requests
    assert asked.line.startswith("GET /hook?for=duty ")
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.body == b""


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (http("302 Found", "Location: http://127.0.0.1:1/", body=b""), "answered 302; expected 200, without a redirect"),
        (http("404 Not Found"), "answered 404"),
        (http("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b"), "compressed form"),
        (http("200 OK", body=b"\xff\xfe\x00"), "not in UTF-8"),
    ],
)
def test_anything_else_than_a_text_is_refused_with_its_reason(reply: bytes, said: str) -> None:
    with pytest.raises(FeedRefused, match=said):
        fetched(reply)


def test_more_than_a_calendar_may_be_is_cut_off() -> None:
    with pytest.raises(OSError, match="larger than it may be"):
        fetched(http("200 OK", body=b"x" * (5 * LONGEST)))


def test_a_server_that_says_nothing_holds_nobody() -> None:
    with a_receiver(lambda receiver: lambda connected, over: over.wait(10) and None) as receiver, pytest.raises(OSError):
        get(way(total=0.3), receiver.url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/rota.ics", "https://169.254.169.254/latest/meta-data", "file:///etc/passwd", "https://user:word@calendar.example/"],
)
def test_where_webhooks_do_not_go_no_calendar_is_fetched_from(url: str) -> None:
    with pytest.raises(Refused):
        get(Way(Egress(), ssl.create_default_context()), url)
