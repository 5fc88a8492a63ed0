"""The demo's own mail server, and letters to send to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID

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


def channel_to(port: int, total: float = 20, **parts: object) -> EmailChannel:
    server = replace(MailServer.at(f"smtp://127.0.0.1:{port}", SENDER), **parts)  # type: ignore[arg-type]
    return EmailChannel(server, timedelta(seconds=5), timedelta(seconds=total))


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
