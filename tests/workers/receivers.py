"""Real servers on loopback for webhooks to be sent to, and the letters to send."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import UUID

from incident.clock import wall
from workers.channels import Channel, Cover, Letter, Outcome
from workers.channels.egress import Egress, Way
from workers.channels.webhook import WebhookChannel, event

Behaviour = Callable[[socket.socket, Event], None]
LOOPBACK = Egress.of("127.0.0.0/8")
TLS = ssl.create_default_context()
HUNG = 20  # seconds after which a send that should have ended by itself fails the test instead of holding it


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


def silent(receiver: Receiver) -> Behaviour:
    def run(connected: socket.socket, over: Event) -> None:
        over.wait()

    return run


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


def bounded(channel: Channel, letter: Letter) -> Outcome:
    """The outcome; a send that hangs fails its test, and its thread is left behind."""
    outcome: Future[Outcome] = Future()

    def run() -> None:
        try:
            outcome.set_result(channel.send(letter))
        except Exception as error:
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome.result(HUNG)


def outcome_of(reply: bytes, **parts: object) -> Outcome:
    with a_receiver(answering(reply)) as receiver:
        return send(receiver.url, **parts)
