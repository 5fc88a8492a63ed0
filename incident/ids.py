"""Identifiers: random for whatever others see."""

from __future__ import annotations

import uuid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""For what people read aloud over a telephone: no 0 and O, 1 and I, L, U."""


def new_id() -> uuid.UUID:
    """A random (version 4) UUID: it tells nothing of when or in what order things were made."""
    return uuid.uuid4()
