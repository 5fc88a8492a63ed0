"""What is late because of this node, and how late that must be for it to be told together with what else is late."""

from __future__ import annotations

from datetime import datetime, timedelta

LATE = timedelta(minutes=10)
"""A step looked at so long after its instant was late because of us: the node was out of service."""


def since(look_at: datetime, now: datetime) -> datetime | None:
    """When it ought to have been told, where that is so long ago that it is gathered; else None."""
    return look_at if now - look_at >= LATE else None
