"""One byte form for one value (RFC 8785), and its SHA-256 digest.

Only null, booleans, integers within ±(2**53 - 1), strings, lists and objects: a float in a signed document is a mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import orjson

_SAFE = 2**53 - 1


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`, so that equal instants are equal strings."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of `value`; datetimes and UUIDs are written as their strings.

    Raises:
        TypeError: for a float or another type that has no canonical form here.
        ValueError: for an integer that JSON readers would round, or a lone surrogate.
    """
    plain = _plain(value)
    try:
        return orjson.dumps(plain)  # its escapes and numbers are those of RFC 8785; the order of names is ours
    except orjson.JSONEncodeError as error:
        raise ValueError(f"this has no canonical form: {error}") from error


def digest(value: object) -> str:
    """`sha256:<hex>` of the canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: object) -> object:
    kind = type(value)  # the exact kinds first: almost everything is one of them
    if value is None or kind is str or kind is bool:
        return value
    if kind is dict:
        return _object(cast("dict[object, object]", value))
    if kind is list or kind is tuple:
        return [_plain(item) for item in cast("Sequence[object]", value)]
    return _other(value)


def _other(value: object) -> object:
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if abs(value) > _SAFE:
            raise ValueError(f"{value} is beyond ±(2**53 - 1) and would be rounded by JSON readers; write it as a string")
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; use null, a boolean, an integer, text, a list or an object")


def _object(value: Mapping[object, object]) -> dict[str, object]:
    """Its members in the order of their names, which is that of UTF-16 code units."""
    keys = [str(key) for key in value]
    in_order = sorted(keys) if "".join(keys).isascii() else sorted(keys, key=lambda key: key.encode("utf-16-be"))
    return {key: item if type(item := value[key]) is str else _plain(item) for key in in_order}
