"""Opaque cursors: where a page ended, and up to where changes have been told."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import sqlalchemy as sa

from incident.errors import Fault, Invalid


def write(kind: str, *parts: Any) -> str:
    """A cursor for `kind` of list; callers hand it back and read nothing from it."""
    return base64.urlsafe_b64encode(json.dumps([kind, *parts], default=str).encode()).decode().rstrip("=")


def read(kind: str, cursor: str, count: int, *, name: str = "cursor") -> list[Any]:
    """The parts of a cursor that `write` made for the same kind of list.

    Raises:
        Invalid: it was made for something else, or by somebody else.
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        parts = None
    if not isinstance(parts, list) or len(parts) != count + 1 or parts[0] != kind:
        raise Invalid([Fault(f"/{name}", "bad_cursor", "expected a cursor that this list gave out")])
    return parts[1:]


def horizon(connection: sa.Connection) -> int:
    """The transaction id below which everything has ended: what changed before it is seen now, what changes later has a higher one.

    So a list of changes up to it never skips a transaction that commits late.
    """
    return int(str(connection.execute(sa.text("select pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one()))
