"""The shape of an agreement document, format `agreement/1`. What each key means is in docs/agreements.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.errors import Fault, Invalid
from incident.rules.terms.saying import told
from incident.rules.terms.schema import references
from incident.rules.terms.schema.document import FORMAT, DocumentSchema
from incident.rules.terms.source import escape, listed

__all__ = ["FORMAT", "DocumentSchema", "check"]


def check(document: object) -> dict[str, Any]:
    """The document, unchanged, when its shape is right.

    Raises:
        Invalid: with every fault found, each at its JSON pointer; beyond 500 the last says how many more there are.
    """
    if not isinstance(document, dict):
        raise Invalid([Fault("", "type", "Expected a map with the keys name, version, title and so on.")])
    faults = _faults(DocumentSchema().validate(document), "")
    faults = [Fault(each.pointer, each.code, told(each.message, _last(each.pointer))) for each in listed(faults)]
    faults = faults or listed(references.faults(document))
    if faults:
        raise Invalid(faults, "The agreement document has faults.")
    return document


def _faults(messages: object, pointer: str) -> list[Fault]:
    if isinstance(messages, Mapping):
        found: list[Fault] = []
        for key, below in messages.items():
            found += _faults(below, pointer if key == "_schema" else f"{pointer}/{escape(key)}")
        return found
    sentences = messages if isinstance(messages, list) else [messages]
    return [Fault(pointer, _code(str(each)), each if isinstance(each, str) else str(each)) for each in sentences]


def _last(pointer: str) -> str:
    """The key at which a pointer ends."""
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _code(sentence: str) -> str:
    return {"Missing": "required", "Unknown": "unknown"}.get(sentence.split(" ", 1)[0].rstrip(";"), "invalid")
