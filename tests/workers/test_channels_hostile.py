"""Receivers that could hold a worker: each is left when the time limit that is passed, shortened here, is over."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import IPv4Address
from threading import Event

import pytest

from tests.workers.certificates import certified
from tests.workers.receivers import (
    HUNG,
    LOOPBACK,
    TLS,
    Behaviour,
    Receiver,
    a_letter,
    a_receiver,
    answering,
    bounded,
    http,
    outcome_of,
    read_request,
    send,
    silent,
)
from workers.channels import Delivered, TryLater
from workers.channels.egress import Egress, Way
from workers.channels.webhook import WebhookChannel


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
