"""Identifiers: random for whatever others see, short and unambiguous for whatever people read aloud."""

from __future__ import annotations

import secrets
import uuid

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: read over a telephone


def new_id() -> uuid.UUID:
    """A random (version 4) UUID: it tells nothing of when or in what order things were made."""
    return uuid.uuid4()


def new_reference(year: int) -> str:
    """A case reference such as `INC-2026-7Q4MZ8`: neutral, so it may stand in a subject line."""
    return f"INC-{year}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))
