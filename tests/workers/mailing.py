"""The demo's own mail server, and letters to send to it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

from incident.reach.returns import Returns
from web.demo_mail import MailSink
from workers.channels import Cover, Letter, Outcome
from workers.channels.email import EmailChannel, MailServer

SENDER = "demarche@node.example"
SENT = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)  # a Friday
HUNG = 20


def a_cover(**parts: object) -> Cover:
    cover = Cover(
        incident_ref="INC-2026-7Q4MZ8",
        severity="high",
        link="https://node.example/notices/7?a=1&b=2",
        acknowledge_by=datetime(2026, 11, 20, 19, 40, tzinfo=UTC),
        zone="Asia/Seoul",
    )
    return replace(cover, **parts)  # type: ignore[arg-type]


def a_letter(**parts: object) -> Letter:
    letter = Letter(
        notification_id=UUID(int=7),
        attempt=1,
        address="duty@vendor.example",
        cover=a_cover(),
        sent_at=SENT,
        body={"data": {"released": {"summary": "MARKER-OF-CONTENT"}}},
    )
    return replace(letter, **parts)  # type: ignore[arg-type]


@contextmanager
def a_sink(folder: Path | None = None, kept: int = 500) -> Iterator[MailSink]:
    sink = MailSink(folder=folder, now=lambda: SENT, kept=kept)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


RETURNS = Returns("a secret of the tests")


def channel_to(port: int, total: float = 20, returns: Returns = RETURNS, **parts: object) -> EmailChannel:
    server = replace(MailServer.at(f"smtp://127.0.0.1:{port}", SENDER), **parts)  # type: ignore[arg-type]
    return EmailChannel(server, returns, timedelta(seconds=5), timedelta(seconds=total))


def send(channel: EmailChannel, letter: Letter) -> Outcome:
    """The outcome; a send that hangs fails its test, and its thread is left behind."""
    outcome: Future[Outcome] = Future()

    def run() -> None:
        try:
            outcome.set_result(channel.send(letter))
        except Exception as error:
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome.result(HUNG)


@contextmanager
def a_scripted_server(script: dict[str, bytes], banner: bytes = b"220 ready\r\n", heard: list[str] | None = None) -> Iterator[int]:
    """Answers each command by its first word; `250 ok` to those not in the script; an empty answer hangs up. `heard` gets the commands."""
    over = Event()
    usual = {"DATA": b"354 go on\r\n", ".": b"250 2.0.0 queued as 4711\r\n", "QUIT": b"221 bye\r\n"}

    def talk(connected: socket.socket) -> None:
        with connected, contextlib.suppress(OSError), connected.makefile("rb") as lines:
            if banner == b"drip":
                while not over.wait(0.02):
                    connected.sendall(b"220-slowly\r\n")
                return
            connected.sendall(banner)
            content = False
            for line in lines:
                word = line.decode().strip().split(" ")[0].upper()
                if content and word != ".":
                    continue
                if heard is not None:
                    heard.append(line.decode().strip())
                answer = script.get(word, usual.get(word, b"250 ok\r\n"))
                content = word == "DATA" and answer.startswith(b"354")
                if not answer:
                    return
                connected.sendall(answer)

    def accept(listening: socket.socket) -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            talk(connected)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = Thread(target=accept, args=[listening], daemon=True)
        accepting.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
