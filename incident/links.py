"""Links that open one notice: made from the notification's id and the node's secret, so that nothing needs to be kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID


def link_for(secret_key: str, notification: UUID) -> str:
    """The path `/n/<id>.<mac>` that opens the notice which this notification carried."""
    return f"/n/{notification}.{_mac(secret_key, notification)}"


def notification_of(secret_key: str, token: str) -> UUID | None:
    """The notification that `<id>.<mac>` was made for, or None for a token that this node did not make."""
    text, _, mac = token.partition(".")
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    return id_ if hmac.compare_digest(mac.encode(), _mac(secret_key, id_).encode()) else None


def _mac(secret_key: str, notification: UUID) -> str:
    mac = hmac.new(secret_key.encode(), b"demarche link v1 " + notification.bytes, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
