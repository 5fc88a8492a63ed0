"""A document while it is being written: what can be said of a text that may not be an agreement yet, and where in it things stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from incident.errors import Fault, Invalid
from incident.rules.legaltime.values import Period
from incident.rules.terms import source
from incident.rules.terms.agreement import Agreement, load
from incident.rules.terms.linting import Edit, Finding, fixed_text, lint

_LINE = re.compile(r"\bline (\d+)")
_LABEL = 160  # characters; a name and a version take fewer


@dataclass(frozen=True, slots=True)
class Written:
    """What a text is: an agreement with its findings, or None with its faults as findings of level error."""

    agreement: Agreement | None
    findings: tuple[Finding, ...]


def written(
    text: str, known_facts: Collection[str], known_duties: Mapping[str, Period | None], known_regimes: Mapping[str, str] | None = None
) -> Written:
    """What the text is so far; never refuses."""
    try:
        agreement = load(text)
    except Invalid as refused:
        return Written(None, tuple(Finding(each.code, "error", each.pointer, each.message) for each in refused.faults))
    return Written(agreement, lint(agreement, known_facts, known_duties, known_regimes))


def label(text: str) -> str | None:
    """Name and version as far as the text says them, such as `ee-halden-hosting 1.0`; None where it says no name."""
    try:
        document = source.read(text)
    except Invalid:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return None
    return f"{document['name']} {document.get('version', '')}".strip()[:_LABEL]


def mended_by(text: str, fix: Iterable[Edit]) -> str | None:
    """The text with those edits and every other character kept; None where that cannot be done safely."""
    changed: str | None = text
    for edit in fix:
        changed = None if changed is None else fixed_text(changed, edit)
    return changed


def lines_of(text: str, places: Iterable[Finding | Fault]) -> tuple[int | None, ...]:
    """On which line each stands, counted from 1: that of its key, else of the nearest thing around it that is there."""
    found = list(places)
    by_pointer = _marks(text) if any(each.pointer for each in found) else {}
    return tuple(_line(each, by_pointer) for each in found)


def _line(place: Finding | Fault, by_pointer: Mapping[str, int]) -> int | None:
    pointer = place.pointer
    if not pointer:
        said = _LINE.search(place.message)
        return int(said[1]) if said else None
    return source.line_of(by_pointer, pointer)


@lru_cache(maxsize=32)
def _marks(text: str) -> dict[str, int]:
    """The line of every key and item by its pointer; what stands nowhere in the text has none, and not that of the whole."""
    return {pointer: line for pointer, line in source.lines(text).items() if pointer}
