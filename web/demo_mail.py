"""The demo's mail server: it takes every mail on loopback, delivers none, and shows what it caught."""

from __future__ import annotations

import mailbox
import socket
from asyncio import AbstractServer
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from incident import clock

KEPT = 500
"""Messages held in memory; the folder, if there is one, keeps them all."""

_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail. `sender` and `to` are those of the envelope; `text` and `html` its two forms, empty when it lacks one."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str
    exercise: bool
    at: datetime


class MailSink:
    """An SMTP server on 127.0.0.1 in a thread of its own. `port` 0 takes a free one; `folder` is a Maildir, made if absent.

    What a folder holds from before is shown again after a restart.
    """

    def __init__(self, port: int = 0, folder: Path | None = None, now: Callable[[], datetime] = clock.wall, kept: int = KEPT) -> None:
        self._messages: deque[Caught] = deque(maxlen=kept)
        self._lock = Lock()
        self._now = now
        self._maildir = None if folder is None else mailbox.Maildir(folder, create=True)
        if folder is not None:
            self._messages.extend(_earlier(folder, kept))
        self._controller: _Controller | None = None
        self.port = port
        """Where it listens; when a free port was asked for, known once it was started."""

    @property
    def url(self) -> str:
        """For DEMARCHE_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; a sink that was stopped listens again on the same port.

        Raises:
            OSError: when the port is taken.
        """
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._controller = _Controller(_Handler(self._catch), listening)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening; what was caught stays to be read. Stopping twice is stopping once."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def messages(self) -> list[Caught]:
        """The last messages, newest first."""
        with self._lock:
            return list(reversed(self._messages))

    def _catch(self, sender: str, to: list[str], content: bytes) -> None:
        caught = _read(sender, to, content, self._now())
        with self._lock:
            if self._maildir is not None:
                envelope = f"Return-Path: <{sender}>\nDelivered-To: {', '.join(to)}\n".encode()
                self._maildir.add(envelope + content.replace(b"\r\n", b"\n"))
            self._messages.append(caught)


class _Handler:
    def __init__(self, catch: Callable[[str, list[str], bytes], None]) -> None:
        self._catch = catch

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        self._catch(envelope.mail_from or "", envelope.rcpt_tos, content.encode() if isinstance(content, str) else content or b"")
        return "250 2.0.0 caught"


class _Controller(Controller):
    """Serves a socket that is bound already: a free port is known at once, and nobody else can take it first."""

    def __init__(self, handler: _Handler, listening: socket.socket) -> None:
        host, port = listening.getsockname()
        super().__init__(handler, host, port, data_size_limit=_LARGEST)
        self._listening = listening

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def _read(sender: str, to: list[str], content: bytes, at: datetime) -> Caught:
    message = message_from_bytes(content, policy=default)
    return Caught(
        sender,
        tuple(to),
        str(message["Subject"] or ""),
        _part(message, "plain"),
        _part(message, "html"),
        str(message["Message-ID"] or ""),
        "X-Demarche-Exercise" in message,
        at,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(payload, bytes) else ""


def _earlier(folder: Path, most: int) -> list[Caught]:
    """What the folder holds, oldest first, at most so many of the newest."""
    files = sorted((folder / "new").iterdir(), key=lambda file: file.stat().st_mtime_ns)[-most:]
    return [_reread(file) for file in files]


def _reread(file: Path) -> Caught:
    content = file.read_bytes()
    message = message_from_bytes(content, policy=default)
    to = [each.strip() for each in str(message["Delivered-To"] or "").split(",")]
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return _read(str(message["Return-Path"] or "").strip("<>"), to, content, at)
