"""Webhooks against real servers on loopback: the good ones, and every kind of bad one that could hold a worker."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from standardwebhooks import Webhook

from incident import canonical
from incident.clock import wall
from incident.reach.signatures import new_secret, public_key_text
from workers.channels import Cover, Delivered, GaveUp, Letter, Outcome, TryLater
from workers.channels.egress import Egress, Way
from workers.channels.every import every
from workers.channels.webhook import WebhookChannel, event

Behaviour = Callable[[socket.socket, Event], None]
LOOPBACK = Egress.of("127.0.0.0/8")
TLS = ssl.create_default_context()
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HUNG = 30  # seconds after which a send that should have ended by itself fails the test instead of holding it


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A listener whose every connection behaves as told; `requests` are those it read."""

    listening: socket.socket
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    sent: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}/hook?for=duty"


@contextmanager
def a_receiver(behave: Callable[[Receiver], Behaviour]) -> Iterator[Receiver]:
    over = Event()
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening, ThreadPoolExecutor(16) as pool:
        receiver = Receiver(listening)

        def serve(connected: socket.socket) -> None:
            with connected, contextlib.suppress(OSError):
                behave(receiver)(connected, over)

        def accept() -> None:
            while True:
                try:
                    connected, _ = listening.accept()
                except OSError:
                    return
                receiver.connections += 1
                pool.submit(serve, connected)

        accepting = Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield receiver
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def read_request(connected: socket.socket) -> Request:
    with connected.makefile("rb") as lines:
        line = lines.readline().decode().strip()
        headers = {}
        while (header := lines.readline().decode().strip()) != "":
            name, _, value = header.partition(": ")
            headers[name.lower()] = value
        return Request(line, headers, lines.read(int(headers.get("content-length", "0"))))


def answering(reply: bytes) -> Callable[[Receiver], Behaviour]:
    """Reads the request, answers so, and hangs up."""

    def behave(receiver: Receiver) -> Behaviour:
        def run(connected: socket.socket, over: Event) -> None:
            receiver.requests.append(read_request(connected))
            connected.sendall(reply)

        return run

    return behave


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def a_letter(address: str, **parts: object) -> Letter:
    body = event(
        notification=UUID(int=7),
        occurred_at=datetime(2026, 11, 20, 15, 40, tzinfo=UTC),
        incident_ref="INC-2026-7Q4MZ8",
        severity="high",
        acknowledge_by=datetime(2026, 11, 20, 19, 40, tzinfo=UTC),
        link="https://node.example/n/7",
        released={"summary": "Modèle compromis", "affected_countries": ["EE", "FR"]},
    )
    cover = Cover(incident_ref="INC-2026-7Q4MZ8", severity="high", link="https://node.example/n/7")
    letter = Letter(notification_id=UUID(int=7), attempt=1, address=address, cover=cover, sent_at=wall(), body=body, secret=b"k" * 32)
    return replace(letter, **parts)  # type: ignore[arg-type]


def send(address: str, *, total: float = 10, connecting: float = 5, **parts: object) -> Outcome:
    way = Way(LOOPBACK, TLS, connecting=timedelta(seconds=connecting), total=timedelta(seconds=total))
    return bounded(WebhookChannel(way), a_letter(address, **parts))


def bounded(channel: WebhookChannel, letter: Letter) -> Outcome:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(channel.send, letter).result(HUNG)


def outcome_of(reply: bytes, **parts: object) -> Outcome:
    with a_receiver(answering(reply)) as receiver:
        return send(receiver.url, **parts)


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


# Hostile receivers: each is bounded by the time limit that is passed, shortened here.


def dripping(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        for each in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 100_000:
            connected.sendall(bytes([each]))
            if over.wait(0.02):
                return

    return run


def dripping_body(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.02):
            connected.sendall(b"z")

    return run


def huge(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            receiver.sent += connected.send(b"z" * 65536)

    return run


def endless_headers(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.is_set():
            receiver.sent += connected.send(b"X-More: " + b"z" * 2000 + b"\r\n")

    return run


def endless_interim(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        while not over.is_set():
            receiver.sent += connected.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)

    return run


def resetting(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        receiver.requests.append(read_request(connected))
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return run


def hanging_up(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)

    return run


def silent(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        over.wait()

    return run


def keeping_open(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        read_request(connected)
        connected.sendall(http("200 OK", "Connection: keep-alive", body=b"ok"))
        over.wait()

    return run


def test_a_receiver_that_drips_its_headers_is_left_when_the_time_is_over():
    with a_receiver(dripping) as receiver:
        assert send(receiver.url, total=0.5) == TryLater("No answer came in time.")


def test_a_receiver_that_drips_its_body_has_taken_the_message_and_is_left():
    with a_receiver(dripping_body) as receiver:
        outcome = send(receiver.url, total=0.5)
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["whole"] is False


def test_a_huge_body_is_cut():
    with a_receiver(huge) as receiver:
        outcome = send(receiver.url)
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["whole"] is False
    assert receiver.sent < 64 * 1024 * 1024  # what the kernel buffered before we hung up


@pytest.mark.parametrize("behave", [endless_headers, endless_interim])
def test_endless_headers_are_no_answer(behave):
    with a_receiver(behave) as receiver:
        assert isinstance(send(receiver.url), TryLater)


def test_a_compressed_reply_is_never_unpacked():
    bomb = gzip.compress(b"z" * 10_000_000)
    outcome = outcome_of(http("200 OK", "Content-Encoding: gzip", body=bomb))
    assert isinstance(outcome, Delivered)
    assert "zzz" not in str(outcome.receipt["excerpt"])


@pytest.mark.parametrize("behave", [resetting, hanging_up])
def test_a_connection_broken_after_the_message_was_sent_is_tried_again(behave):
    with a_receiver(behave) as receiver:
        outcome = send(receiver.url)
    assert outcome == TryLater("The connection was closed before an answer came; the receiver may have got the message.")


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00garbage\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 200\x00\r\n" * 9, b"SSH-2.0-x\r\n", b"A" * 70_000,
     b"HTTP/7.3 200 OK\r\n\r\n", b"HTTP/1.1 099 Low\r\n\r\n", b"HTTP/1.1 -200 OK\r\n\r\n"],
)  # fmt: skip
def test_an_answer_that_is_not_http_is_no_answer(garbage):
    assert isinstance(outcome_of(garbage), TryLater)


@pytest.mark.parametrize(
    "head",
    ["Content-Length: abc", "Content-Length: -7", "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked"],
)
def test_a_2xx_with_a_broken_body_is_delivered_all_the_same(head):
    assert isinstance(outcome_of(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\nzzz\r\n".encode()), Delivered)


def test_nobody_listening_is_tried_later():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    assert send(url) == TryLater("Nobody listens there: the connection was refused.")


def test_a_receiver_that_accepts_and_says_nothing_is_left_when_the_time_is_over():
    with a_receiver(silent) as receiver:
        assert send(receiver.url, total=0.3) == TryLater("No answer came in time.")


def test_a_receiver_that_never_accepts_is_left_when_the_time_is_over():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert isinstance(send(f"http://127.0.0.1:{listening.getsockname()[1]}/", total=0.3), TryLater)


def test_a_receiver_that_takes_no_connection_is_left_when_the_time_to_connect_is_over():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, contextlib.ExitStack() as crowd:
        for _ in range(8):
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        outcome = send(f"http://127.0.0.1:{listening.getsockname()[1]}/", total=20, connecting=0.3)
    assert outcome == TryLater("No answer came in time.")


def test_a_receiver_that_takes_the_message_too_slowly_is_left_when_the_time_is_over():
    with a_receiver(silent) as receiver:
        outcome = send(receiver.url, total=0.5, body={"released": "z" * 20_000_000})
    assert outcome == TryLater("No answer came in time.")


def test_a_receiver_that_keeps_the_connection_open_does_not_keep_us():
    with a_receiver(keeping_open) as receiver:
        outcome = send(receiver.url, total=20)
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["whole"] is True


# https: the name is verified, the checked address is dialled.


@dataclass
class Certified:
    server: ssl.SSLContext
    client: ssl.SSLContext
    names: list[str] = field(default_factory=list)


def certified(folder: Path, name: str) -> Certified:
    """A server certificate for `name`, and a client that trusts nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wall() - timedelta(days=1))
        .not_valid_after(wall() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(private + made.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    found = Certified(server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode()))
    server.sni_callback = lambda _socket, asked, _context: found.names.append(asked)
    return found


def over_tls(context: ssl.SSLContext, reply: bytes) -> Callable[[Receiver], Behaviour]:
    def behave(receiver: Receiver) -> Behaviour:
        def run(connected: socket.socket, over: Event) -> None:
            with context.wrap_socket(connected, server_side=True) as secured:
                receiver.requests.append(read_request(secured))
                secured.sendall(reply)

        return run

    return behave


def way_to(receiver: Receiver, tls: ssl.SSLContext, total: float = 10) -> tuple[Way, list[str]]:
    """A way on which a public address is dialled; the wire ends at the receiver instead."""
    dialled: list[str] = []

    def dial(address: object, port: int, seconds: float) -> socket.socket:
        dialled.append(f"{address}:{port}")
        return socket.create_connection(receiver.listening.getsockname(), seconds)

    limit = timedelta(seconds=total)
    return Way(Egress(), tls, resolve=lambda host, port: ["93.184.216.34"], dial=dial, total=limit), dialled


def test_the_checked_address_is_dialled_and_the_name_is_asked_for_and_verified(tmp_path):
    trust = certified(tmp_path, "hooks.example.org")
    with a_receiver(over_tls(trust.server, http("200 OK", body=b"ok"))) as receiver:
        way, dialled = way_to(receiver, trust.client)
        outcome = bounded(WebhookChannel(way), a_letter("https://hooks.example.org/in"))
    assert isinstance(outcome, Delivered)
    assert outcome.receipt["address"] == str(IPv4Address("93.184.216.34"))
    assert dialled == ["93.184.216.34:443"]
    assert trust.names == ["hooks.example.org"]
    assert receiver.requests[0].headers["host"] == "hooks.example.org"


@pytest.mark.parametrize("url", ["https://other.example.org/", "https://93.184.216.34/"])
def test_a_certificate_for_another_name_is_not_accepted_and_nothing_is_sent(tmp_path, url):
    trust = certified(tmp_path, "hooks.example.org")
    with a_receiver(over_tls(trust.server, http("200 OK"))) as receiver:
        way, _ = way_to(receiver, trust.client)
        outcome = bounded(WebhookChannel(way), a_letter(url))
    assert isinstance(outcome, TryLater)
    assert outcome.reason.startswith("The receiver's certificate was not accepted")
    assert receiver.requests == []


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path):
    trust = certified(tmp_path, "hooks.example.org")
    with a_receiver(over_tls(trust.server, http("200 OK"))) as receiver:
        way, _ = way_to(receiver, TLS)
        outcome = bounded(WebhookChannel(way), a_letter("https://hooks.example.org/"))
    assert isinstance(outcome, TryLater)
    assert "certificate" in outcome.reason
    assert receiver.requests == []


def test_a_receiver_that_stalls_the_handshake_is_left_when_the_time_is_over():
    with a_receiver(silent) as receiver:
        way, _ = way_to(receiver, TLS, total=0.3)
        outcome = bounded(WebhookChannel(way), a_letter("https://hooks.example.org/"))
    assert outcome == TryLater("No answer came in time.")


def test_a_receiver_without_tls_on_an_https_port_is_tried_later():
    with a_receiver(answering(http("200 OK"))) as receiver:
        way, _ = way_to(receiver, TLS, total=2)
        outcome = bounded(WebhookChannel(way), a_letter("https://hooks.example.org/"))
    assert isinstance(outcome, TryLater)


def test_many_letters_at_once_do_not_wait_for_a_receiver_that_stalls():
    channel = WebhookChannel(Way(LOOPBACK, TLS, total=timedelta(seconds=HUNG)))
    with ThreadPoolExecutor(4) as pool, a_receiver(answering(http("200 OK"))) as receiver, a_receiver(silent) as stalled:
        held = pool.submit(channel.send, a_letter(stalled.url))
        others = [pool.submit(channel.send, a_letter(receiver.url)) for _ in range(30)]
        assert all(isinstance(each.result(HUNG), Delivered) for each in others)
        assert not held.done()


def test_every_channel_is_made_from_the_settings():
    channels = every(egress_allow=("127.0.0.0/8",), smtp_url=None, mail_from="demarche@node.example")
    assert set(channels) == {"webhook", "email", "inbox"}
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
