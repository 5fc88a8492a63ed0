"""Mail by SMTP: a neutral message with a link. That a server took it is no proof that anybody read it.

Beyond this machine nothing travels without TLS and a certificate that is good for the server's name. Each attempt has a return
path of its own, so that what comes back names it; a server that can is asked to report (RFC 3461).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Timer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from incident.errors import Refused
from incident.reach.bounces import no_such_mailbox
from incident.reach.mailboxes import MailboxRefused, check_mailbox, in_clear
from incident.reach.returns import Returns
from workers.channels import Delivered, GaveUp, Letter, Outcome, TryLater, readable
from workers.channels.mail_text import compose, message_id

_PORTS = {"smtp": 25, "submission": 587, "smtps": 465}
_STATUS = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")
_OUR_FAULT = (530, 535, 538)  # the server wants us to authenticate: nothing is wrong with the recipient


class MailServerRefused(Refused):
    """The address of the mail server cannot be used; the message says what is expected."""

    code = "mail_server_refused"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that mail is handed to, and the address that it comes from.

    With `starttls` or `implicit_tls` the certificate must be good for `host`, and nothing is sent without TLS; without either,
    `host` is this machine.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    implicit_tls: bool = False
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, sender: str, tls: ssl.SSLContext | None = None) -> Self:
        """From `smtp://USER:PASSWORD@HOST:PORT?starttls=1` or `smtps://…`; user, password and port may be left out.

        Raises:
            MailServerRefused: naming what is expected; also for a server beyond this machine without TLS.
            MailboxRefused: when `sender` is not a mailbox.
        """
        check_mailbox(sender)
        parts = urlsplit(url)
        options = parse_qs(parts.query, keep_blank_values=True)
        starttls = options.pop("starttls", ["0"])[-1].lower() in ("1", "true", "yes")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options or parts.path not in ("", "/"):
            raise MailServerRefused("The mail server is not smtp://USER:PASSWORD@HOST:PORT?starttls=1 or smtps://….")
        implicit = parts.scheme == "smtps"
        if in_clear(url):
            raise MailServerRefused("Mail beyond this machine would travel in clear; add ?starttls=1 or use smtps://.")
        port = parts.port or _PORTS["smtps" if implicit else "submission" if starttls else "smtp"]
        user, password = (None if each is None else unquote(each) for each in (parts.username, parts.password))
        return cls(parts.hostname, port, sender, user, password, starttls and not implicit, implicit, tls)


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Hands each letter over in a session of its own. `waiting` bounds each step, `total` the whole session."""

    server: MailServer
    returns: Returns
    waiting: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=30)

    def send(self, letter: Letter) -> Outcome:
        """Delivered when the server took it for delivery; a mailbox that it says does not exist is given up and disabled."""
        try:
            check_mailbox(letter.address)
        except MailboxRefused as refused:
            return GaveUp(refused.message, disable=True)
        content = compose(letter, self.server.sender, self.returns.token(letter.notification_id)).as_bytes()
        try:
            with self._session() as session:
                return self._hand_over(session, letter, content)
        except smtplib.SMTPResponseException as answer:
            return TryLater(f"The mail server answered {answer.smtp_code} {_words(answer.smtp_error)}.")
        except TimeoutError:
            return TryLater("The mail server did not answer in time.")
        except (smtplib.SMTPException, OSError) as trouble:
            return TryLater(f"The mail server could not be used ({type(trouble).__name__}: {readable(str(trouble))}).")

    def _hand_over(self, session: smtplib.SMTP, letter: Letter, content: bytes) -> Outcome:
        path = self.returns.path(letter.notification_id, letter.attempt)
        reports = path is not None and session.has_extn("dsn")
        ours, theirs = _asking(letter, self.returns) if reports else ((), ())
        answer = session.mail(path or self.server.sender, ours)
        if answer[0] != 250:
            return TryLater(f"The mail server refused our sender: {answer[0]} {_words(answer[1])}.")
        answer = session.rcpt(letter.address, theirs)
        if answer[0] not in (250, 251):
            return _refusal("the recipient", *answer)
        try:
            answer = session.data(content)
        except smtplib.SMTPDataError as refused:
            answer = refused.smtp_code, _bytes(refused.smtp_error)
        if answer[0] != 250:
            return _refusal("the message", *answer)
        with suppress(smtplib.SMTPException, OSError):
            session.quit()  # it has the message: how the session ends changes nothing
        receipt = {"kind": "email", "status": answer[0], "excerpt": _words(answer[1]), "report_asked": reports}
        return Delivered({**receipt, "message_id": message_id(self.returns.token(letter.notification_id), self.server.sender)})

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A session ready for mail, cut off when `total` is over, whatever the server drips."""
        session = self._unconnected()
        watch = Timer(self.total.total_seconds(), _cut, [session])
        watch.daemon = True
        watch.start()
        try:
            code, said = session.connect(self.server.host, self.server.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, said)
            self._introduce(session)
            yield session
        finally:
            watch.cancel()
            session.close()

    def _introduce(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        if self.server.starttls:
            session.starttls(context=self._tls())
            session.ehlo_or_helo_if_needed()
        if self.server.username is not None:
            session.login(self.server.username, self.server.password or "")

    def _unconnected(self) -> smtplib.SMTP:
        # Named by the sender's domain: the default asks the resolver for our own name, which may take long.
        ours, wait = self.server.sender.rpartition("@")[2], self.waiting.total_seconds()
        implicit = self.server.implicit_tls
        session = (
            smtplib.SMTP_SSL(local_hostname=ours, timeout=wait, context=self._tls())
            if implicit
            else smtplib.SMTP(local_hostname=ours, timeout=wait)
        )
        session._host = self.server.host  # type: ignore[attr-defined]  # smtplib learns the name to verify only when it connects at once
        return session

    def _tls(self) -> ssl.SSLContext:
        return self.server.tls or ssl.create_default_context()


def _refusal(of: str, code: int, said: bytes) -> Outcome:
    reason = f"The mail server refused {of}: {code} {_words(said)}."
    if code < 500 or code in _OUR_FAULT:
        return TryLater(reason)
    status = _STATUS.match(said)
    return GaveUp(reason, disable=status is not None and no_such_mailbox(status[1].decode()))


def _asking(letter: Letter, returns: Returns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a server that reports is asked for (RFC 3461, section 4), with the sender and with the recipient."""
    address = letter.address.replace("+", "+2B").replace("=", "+3D")  # xtext
    envelope = returns.token(letter.notification_id, letter.attempt)
    return ("RET=HDRS", f"ENVID={envelope}"), ("NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{address}")


def _cut(session: smtplib.SMTP) -> None:
    connected = session.sock
    if connected is not None:
        with suppress(OSError):  # it may have ended by itself
            # The plain call beneath TLS: the thread in the session is still using the TLS object.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _words(said: bytes | str) -> str:
    return readable(said).rstrip(".")


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said
