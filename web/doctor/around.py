"""What stands around the node: the broker, and the certificates of its own address and of its mail server."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from incident import clock
from incident.settings import Settings
from web.doctor.lines import BAD, OK, WARN, Line, graded

_PATIENCE = 5.0  # seconds for each
_WITHOUT = "Start it when you can: until then everything is delivered all the same, at most five seconds later."


def broker(settings: Settings) -> Iterator[Line]:
    """Whether Redis answers and takes what is written. Nothing that matters rests on it, so its absence is a warning."""
    if not settings.broker_is_shared:
        yield Line("broker", OK, "inside the process")
        return
    import redis

    client = redis.Redis.from_url(settings.broker_url, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.set("demarche.doctor", "1", px=1000)
        yield Line("broker", OK, "answers, and takes what is written")
    except redis.ResponseError as refused:
        yield Line("broker", WARN, f"answers, and takes nothing: {str(refused).split(chr(10), 1)[0]}", _WITHOUT)
    except redis.RedisError as gone:
        yield Line("broker", WARN, f"does not answer ({type(gone).__name__})", _WITHOUT)
    finally:
        client.close()


def certificates(settings: Settings) -> Iterator[Line]:
    """When those end that others see: of the node's own address, and of the mail server."""
    base = urlsplit(settings.base_url)
    if base.scheme == "https" and base.hostname:
        yield _certificate("certificate.web", lambda: _of_web(str(base.hostname), base.port or 443))
    mail = urlsplit(settings.smtp_url or "")
    if mail.hostname and (mail.scheme == "smtps" or "starttls=1" in mail.query):
        port = mail.port or (465 if mail.scheme == "smtps" else 587)
        yield _certificate("certificate.mail", lambda: _of_mail(str(mail.hostname), port, implicit=mail.scheme == "smtps"))


def _certificate(name: str, ends: Callable[[], float]) -> Line:
    try:
        left = clock.until(ends())
    except ssl.SSLCertVerificationError as refused:
        return Line(name, BAD, f"is not accepted: {refused.verify_message}", "Put a certificate there that others accept.")
    except (OSError, smtplib.SMTPException) as gone:
        return Line(name, WARN, f"nobody answers there ({type(gone).__name__})", "See that the address is right and reached from here.")
    return graded(name, left / timedelta(days=1), warn=21, bad=3, said=f"ends in {left.days} days", do="Renew it.")


def _of_web(host: str, port: int) -> float:
    with (
        socket.create_connection((host, port), _PATIENCE) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as tls,
    ):
        return _ends(tls.getpeercert())


def _of_mail(host: str, port: int, *, implicit: bool) -> float:
    context = ssl.create_default_context()
    session = smtplib.SMTP_SSL(host, port, timeout=_PATIENCE, context=context) if implicit else smtplib.SMTP(host, port, timeout=_PATIENCE)
    try:
        if not implicit:
            session.starttls(context=context)
        return _ends(session.sock.getpeercert() if isinstance(session.sock, ssl.SSLSocket) else None)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            session.quit()


def _ends(certificate: Mapping[str, object] | None) -> float:
    """In seconds since 1970."""
    if not certificate:
        raise OSError("no certificate was shown")
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
