"""One-time links: made from the notification's id and the node's secret, so that the token itself is kept nowhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

LASTS = timedelta(days=14)
"""How long a link opens anything, from when its notification was made."""
LENGTH = 64
_BEFORE, _NOW = b"demarche link v1 ", b"demarche link v2 "


def link_for(secret_key: str, notification: UUID) -> str:
    """The path `/l/<token>` of the notice which this notification carried: 16 bytes that name it and 32 that prove it, in base64url."""
    return f"/l/{base64.urlsafe_b64encode(notification.bytes + _mac(secret_key, _NOW, notification)).decode()}"


def notification_of(secret_key: str, token: str) -> UUID | None:
    """The notification that the token was made for, or None for one that this node did not make."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    id_ = UUID(bytes=raw[:16])
    return id_ if hmac.compare_digest(raw[16:], _mac(secret_key, _NOW, id_)) else None


def earlier_notification_of(secret_key: str, token: str) -> UUID | None:
    """The same of a token `<id>.<mac>` as letters carried it before links were good once."""
    text, _, mac = token.partition(".")
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    expected = base64.urlsafe_b64encode(_mac(secret_key, _BEFORE, id_)[:16]).decode().rstrip("=")
    return id_ if hmac.compare_digest(mac.encode(), expected.encode()) else None


def _mac(secret_key: str, purpose: bytes, notification: UUID) -> bytes:
    return hmac.new(secret_key.encode(), purpose + notification.bytes, hashlib.sha256).digest()
