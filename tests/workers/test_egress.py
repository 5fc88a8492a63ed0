from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Event
from uuid import UUID

import pytest

from incident.reach.targets import target
from tests.workers.hostile_urls import HOSTILE_URLS, NON_PUBLIC
from workers.channels import Cover, GaveUp, Letter, Outcome, TryLater
from workers.channels.egress import Egress, EgressRefused, Way, check_url
from workers.channels.webhook import WebhookChannel

PUBLIC = "93.184.216.34"
NOTHING = Egress()
TLS = ssl.create_default_context()


@contextmanager
def a_canary() -> Iterator[socket.socket]:
    """A listener on loopback that nobody may reach."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        listening.setblocking(False)
        yield listening


def port_of(canary: socket.socket) -> int:
    return int(canary.getsockname()[1])


def was_never_reached(canary: socket.socket) -> bool:
    try:
        reached, _ = canary.accept()
    except BlockingIOError:
        return True
    reached.close()
    return False


def a_letter(address: str) -> Letter:
    return Letter(
        notification_id=UUID(int=1),
        attempt=1,
        address=address,
        cover=Cover(incident_ref="INC-2026-7Q4MZ8", severity="high", link="https://node.example/n/1"),
        sent_at=datetime(2026, 11, 20, 17, 40, tzinfo=UTC),
        body={"type": "incident.notice"},
        secret=b"k" * 32,
    )


class Resolver:
    """Gives its answers one after the other, the last one for ever, and remembers what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Dialled:
    """Refuses every connection, and remembers where it would have gone."""

    def __init__(self) -> None:
        self.to: list[tuple[str, int]] = []

    def __call__(self, address: object, port: int, seconds: float) -> socket.socket:
        self.to.append((str(address), port))
        raise ConnectionRefusedError


def send(url: str, way: Way) -> Outcome:
    return WebhookChannel(way).send(a_letter(url))


def a_way(allow: Egress = NOTHING, **parts: object) -> Way:
    return Way(allow, TLS, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("url", "because"), HOSTILE_URLS, ids=[repr(url[:60]) for url, _ in HOSTILE_URLS])
def test_a_hostile_url_is_refused_with_its_reason_and_nobody_is_reached(url, because):
    with a_canary() as canary:
        written = url.replace("{port}", str(port_of(canary)))
        allow = Egress(ports=frozenset({443, port_of(canary)}))
        with pytest.raises(EgressRefused, match=because):
            check_url(written, allow=allow)
        asked = Resolver(["127.0.0.1"])
        assert isinstance(send(written, a_way(allow, resolve=asked)), GaveUp)
        assert asked.asked == []
        assert was_never_reached(canary)


def test_the_corpus_is_as_large_as_it_is_meant_to_be():
    assert len({url for url, _ in HOSTILE_URLS}) >= 60


@pytest.mark.parametrize(("address", "because"), NON_PUBLIC)
def test_an_address_that_is_not_public_is_refused_where_it_is_written(address, because):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(EgressRefused, match=because):
        check_url(f"https://{host}/", allow=NOTHING)


@pytest.mark.parametrize(("address", "because"), NON_PUBLIC)
def test_a_name_that_leads_to_such_an_address_is_refused_alone_and_among_good_ones(address, because):
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        dialled = Dialled()
        outcome = send("https://hooks.example.org/", a_way(resolve=Resolver(answer), dial=dialled))
        assert isinstance(outcome, TryLater)
        assert because in outcome.reason
        assert dialled.to == []


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.org", "hooks.example.org", "/"),
        ("https://Hooks.Example.ORG:443/a/b?c=d&e", "hooks.example.org", "/a/b?c=d&e"),
        ("https://hooks.example.org:8443?x", "hooks.example.org:8443", "/?x"),
        ("HTTPS://xn--hxajbheg2az3al.xn--jxalpdlp/", "xn--hxajbheg2az3al.xn--jxalpdlp", "/"),
        ("https://93.184.216.34/", "93.184.216.34", "/"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443", "/"),
        ("https://a_b.example.org/%2e%2e/", "a_b.example.org", "/%2e%2e/"),
        ("https://3com.example/", "3com.example", "/"),
    ],
)
def test_a_public_https_url_is_accepted_as_written(url, authority, path):
    found = target(url, allow=NOTHING)
    assert (found.scheme, found.authority, found.path) == ("https", authority, path)


@pytest.mark.parametrize("port", [22, 25, 80, 5432, 6379, 8000])
def test_a_port_of_another_service_is_refused(port):
    with pytest.raises(EgressRefused, match="443 or 8443"):
        check_url(f"https://hooks.example.org:{port}/", allow=NOTHING)


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.0/8", "http://127.0.0.1:9000/hook"),
        ("127.0.0.1", "http://127.0.0.1/"),
        ("127.0.0.0/8", "http://localhost:9000/hook"),
        ("localhost", "http://localhost:9000/"),
        ("[::1]", "http://[::1]:9000/"),
        ("::1/128", "http://[::1]:9000/"),
        ("10.1.2.0/24,hooks.example.org", "http://10.1.2.7:81/"),
        ("10.1.2.0/24, Hooks.Example.Org", "http://hooks.example.org:81/"),
        ("169.254.0.0/16", "http://169.254.169.254/"),
    ],
)
def test_what_the_operator_lists_is_reached_over_plain_http_and_on_any_port(allow, url):
    check_url(url, allow=Egress.of(allow))


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.0/8", "http://[::ffff:127.0.0.1]:9000/"),
        ("127.0.0.0/8", "http://10.0.0.1/"),
        ("10.1.2.0/24", "http://10.1.3.1/"),
        ("hooks.example.org", "http://evil.hooks.example.org/"),
        ("hooks.example.org", "http://example.org/"),
        ("hooks.example.org", "http://localhost:9000/"),
        ("10.0.0.0/8", "http://hooks.example.org/"),
    ],
)
def test_what_is_near_to_a_listed_entry_is_not_listed(allow, url):
    with pytest.raises(EgressRefused):
        check_url(url, allow=Egress.of(allow))


@pytest.mark.parametrize("entry", ["10.0.0.1/8", "300.1.1.1", "0x7f.1", "a b", "*.example.org", "http://x", "é.example", "[::1"])
def test_an_entry_that_means_nothing_is_refused_by_name(entry):
    with pytest.raises(EgressRefused, match="cannot be allowed"):
        Egress.of(f"127.0.0.1,{entry}")


def test_an_empty_list_allows_nothing_more():
    assert Egress.of("") == Egress.of(" , ") == NOTHING


def test_a_listed_name_may_lie_in_private_space_but_never_at_a_metadata_service():
    allow, dialled = Egress.of("hooks.example.org"), Dialled()
    send("http://hooks.example.org:81/", a_way(allow, resolve=Resolver(["10.9.9.9"]), dial=dialled))
    assert dialled.to == [("10.9.9.9", 81)]
    for address in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "::ffff:10.9.9.9", "224.0.0.1", "0.0.0.0"):
        outcome = send("http://hooks.example.org:81/", a_way(allow, resolve=Resolver([address]), dial=dialled))
        assert isinstance(outcome, TryLater)
    assert len(dialled.to) == 1


def test_a_name_that_leads_into_a_listed_network_is_reached_over_https():
    dialled = Dialled()
    way = a_way(Egress.of("10.1.2.0/24"), resolve=Resolver(["10.1.2.7"], ["10.1.3.7"]), dial=dialled)
    send("https://hooks.example.org/", way)
    send("https://hooks.example.org/", way)
    assert dialled.to == [("10.1.2.7", 443)]


def test_localhost_is_never_asked_of_a_resolver():
    asked, dialled = Resolver(["93.184.216.34"]), Dialled()
    send("http://localhost:9000/", a_way(Egress.of("127.0.0.0/8"), resolve=asked, dial=dialled))
    assert asked.asked == []
    assert dialled.to == [("127.0.0.1", 9000)]


def test_a_name_that_is_rebound_between_two_answers_is_never_followed_home():
    with a_canary() as canary:
        asked, dialled = Resolver([PUBLIC], ["127.0.0.1"]), Dialled()
        way = a_way(Egress(ports=frozenset({port_of(canary)})), resolve=asked, dial=dialled)
        url = f"https://rebind.example:{port_of(canary)}/"
        first, second = send(url, way), send(url, way)
        assert asked.asked == [("rebind.example", port_of(canary))] * 2  # once for each attempt: what was checked is dialled
        assert dialled.to == [(PUBLIC, port_of(canary))]
        assert first == TryLater("Nobody listens there: the connection was refused.")
        assert isinstance(second, TryLater)
        assert "127.0.0.1, which is loopback" in second.reason
        assert was_never_reached(canary)


def test_with_the_real_dial_a_rebound_name_still_reaches_nobody():
    with a_canary() as canary:
        way = a_way(Egress(ports=frozenset({port_of(canary)})), resolve=Resolver(["127.0.0.1"], ["::1"]))
        for _ in range(2):
            assert isinstance(send(f"https://rebind.example:{port_of(canary)}/", way), TryLater)
        assert was_never_reached(canary)


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer():
    dialled = Dialled()
    addresses = [PUBLIC, "2606:4700::1111", PUBLIC, "8.8.8.8", "9.9.9.9", "1.1.1.1"]
    send("https://hooks.example.org/", a_way(resolve=Resolver(addresses), dial=dialled))
    assert dialled.to == [(each, 443) for each in (PUBLIC, "2606:4700::1111", "8.8.8.8", "9.9.9.9")]
    assert all(ip_address(each).is_global for each, _ in dialled.to)


def test_a_name_without_an_address_is_tried_later():
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert send("https://hooks.example.org/", a_way(resolve=unknown)) == TryLater("The host name could not be resolved.")
    assert send("https://hooks.example.org/", a_way(resolve=Resolver([]))) == TryLater("hooks.example.org has no address.")


def test_a_resolver_that_never_answers_holds_nobody():
    over = Event()

    def silent(host: str, port: int) -> list[str]:
        over.wait()
        return []

    outcome = send("https://hooks.example.org/", a_way(resolve=silent, total=timedelta(milliseconds=200)))
    over.set()
    assert outcome == TryLater("The host name could not be resolved.")


def test_a_mistake_in_a_resolver_of_ours_is_not_taken_for_trouble_on_the_network():
    def broken(host: str, port: int) -> list[str]:
        raise KeyError(host)

    with pytest.raises(KeyError):
        send("https://hooks.example.org/", a_way(resolve=broken))
