"""Webhooks, signed as Standard Webhooks 1.0.0 asks; sent to whoever the way out admits."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from socket import gaierror
from uuid import UUID

from incident import canonical
from incident.reach.signatures import new_secret, public_key_text, sign, verify
from incident.reach.targets import EgressRefused, Target, target
from incident.rules.escalation.retries import LONGEST_WAIT
from workers.channels import Delivered, GaveUp, Letter, Outcome, TryLater, readable
from workers.channels.egress import TimeLimit, Way

__all__ = ["WebhookChannel", "event", "new_secret", "public_key_text", "sign", "verify"]

_EXCERPT = 1024  # bytes of a reply that are kept
_SLOW_DOWN = (429, 503)


def event(
    *,
    notification: UUID,
    occurred_at: datetime,
    incident_ref: str | None,
    severity: str | None,
    acknowledge_by: datetime | None,
    link: str,
    released: Mapping[str, object] | None,
    notice: UUID | None = None,
    digest: str | None = None,
    kind: str = "incident.notice",
    exercise: bool = False,
) -> dict[str, object]:
    """The message of a webhook. It holds nothing of the attempt, so that every attempt carries the same bytes.

    `released` is the frozen body that `digest` is taken of; only the link around it is this node's.
    """
    data: dict[str, object] = {
        "notification": str(notification),
        "incident_ref": incident_ref,
        "severity": severity,
        "acknowledge_by": None if acknowledge_by is None else canonical.instant(acknowledge_by),
        "link": link,
        "released": released,
    }
    if notice is not None:
        data |= {"notice": str(notice), "digest": digest}
    if exercise:
        data["exercise"] = True
    return {"type": kind, "timestamp": canonical.instant(occurred_at), "data": data}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered. `whole` is False when its body was cut: too long, too slow, or broken off."""

    status: int
    retry_after: str | None
    excerpt: str
    whole: bool
    address: str


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """POSTs the canonical bytes of a letter's body. No redirects, no proxies, no decompression, no connection kept."""

    way: Way

    def send(self, letter: Letter) -> Outcome:
        """2xx delivers, and its body is only read for the record; 410 gives up for good; all else is tried again.

        Raises:
            ValueError: when the letter has neither a secret nor a signing key.
        """
        try:
            to = target(letter.address, allow=self.way.allow)
        except EgressRefused as refused:
            return GaveUp(refused.message)
        body = canonical.canonical(letter.body)
        try:
            return _outcome(self._post(to, _headers(letter, body), body), letter.sent_at)
        except EgressRefused as refused:
            return TryLater(refused.message)  # the name may lead elsewhere tomorrow
        except (OSError, http.client.HTTPException) as trouble:
            return TryLater(_said(trouble))

    def _post(self, to: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        limit = TimeLimit.starting(self.way.total)
        with self.way.open(to, limit) as line, closing(http.client.HTTPConnection(to.host, to.port)) as connection:
            connection.sock = line
            connection.request("POST", to.path, body, {"Host": to.authority, **headers})
            with connection.getresponse() as response:
                excerpt, whole = _read(response)
                return Reply(response.status, response.headers["Retry-After"], readable(excerpt), whole, line.address)


def _headers(letter: Letter, body: bytes) -> dict[str, str]:
    secrets = [] if letter.secret is None else [letter.secret]
    keys = [] if letter.signing_key is None else [letter.signing_key]
    signed = sign(letter.notification_id, letter.sent_at, body, secrets=secrets, signing_keys=keys)
    exercise = {"X-Demarche-Exercise": "yes"} if letter.cover.exercise else {}
    plain = {"Content-Type": "application/json", "User-Agent": "Demarche-Webhook/1", "Connection": "close"}
    return {**plain, **signed, **exercise}


def _read(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    """The beginning of the body; the rest is read away, as far as the line lets it, so that the receiver ends in peace.

    The status was said already: whatever happens to the body does not change it.
    """
    start = b""
    try:
        start = response.read(_EXCERPT)
        while response.read(8192):
            pass
    except (OSError, http.client.HTTPException):
        return start, False
    return start, True


def _outcome(reply: Reply, sent_at: datetime) -> Outcome:
    if 200 <= reply.status < 300:
        receipt = {"kind": "webhook", "status": reply.status, "excerpt": reply.excerpt, "whole": reply.whole}
        return Delivered({**receipt, "address": reply.address})
    if reply.status == 410:
        return GaveUp("The receiver answered 410: it is gone and wants nothing more.", disable=True)
    if 300 <= reply.status < 400:
        return TryLater(f"The receiver answered {reply.status}; redirects are not followed.")
    wish = _patience(reply.retry_after, sent_at) if reply.status in _SLOW_DOWN else None
    return TryLater(f"The receiver answered {reply.status}.", wish)


def _patience(wish: str | None, sent_at: datetime) -> timedelta | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds or as a date, between nothing and 24 h; None when it cannot be read."""
    text = (wish or "").strip()
    if text.isascii() and text.isdigit():
        return LONGEST_WAIT if len(text) > 6 else min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        return max(timedelta(), min(until - sent_at, LONGEST_WAIT))
    except (ValueError, OverflowError):
        return None


def _said(trouble: Exception) -> str:
    match trouble:
        case TimeoutError():
            return "No answer came in time."
        case ssl.SSLCertVerificationError():
            return f"The receiver's certificate was not accepted: {readable(trouble.verify_message)}."
        case ssl.SSLError():
            return f"No TLS connection could be made ({readable(trouble.reason or 'no reason given')})."
        case gaierror():
            return "The host name could not be resolved."
        case ConnectionRefusedError():
            return "Nobody listens there: the connection was refused."
        case ConnectionError():
            return "The connection was closed before an answer came; the receiver may have got the message."
        case OSError():
            return f"The receiver could not be reached ({readable(str(trouble))})."
    return "The answer was not HTTP."
