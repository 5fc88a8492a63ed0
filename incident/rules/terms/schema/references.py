"""What one place of a document says of another: names given once, and names that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from incident.errors import Fault

Document = Mapping[str, Any]
_Place = tuple[str, str]


def faults(document: Document) -> list[Fault]:
    """Of a document whose shape is right: every name that is given twice, or that nothing has."""
    return list(chain(_given_twice(document), _absent(document)))


def _given_twice(document: Document) -> Iterator[Fault]:
    """Clauses and restrictions share one space of ids; groups have one of their own."""
    yield from _again([*_named(document, "commitments", "id"), *_named(document, "restrictions", "id")], "is the id of another clause")
    yield from _again(_named(document, "groups", "name"), "is the name of another group")
    yield from _again(_named(document, "keys", "party"), "has its keys in another place")


def _absent(document: Document) -> Iterator[Fault]:
    clauses = {name for _, name in _named(document, "commitments", "id")}
    groups = {name for _, name in _named(document, "groups", "name")}
    parties = set(document["parties"])
    yield from _missing(_groups_named(document), groups, "Expected the name of a group of this document")
    yield from _missing(_clauses_named(document), clauses, "Expected the id of a clause of this document")
    yield from _missing(_parties_named(document), parties, "Expected one of the parties of this document")


def _named(document: Document, key: str, name: str) -> list[_Place]:
    return [(f"/{key}/{place}/{name}", each[name]) for place, each in enumerate(document.get(key, ()))]


def _groups_named(document: Document) -> Iterator[_Place]:
    for place, clause in enumerate(document.get("commitments", ())):
        for side in ("owed_by", "owed_to"):
            if "group" in clause[side]:
                yield f"/commitments/{place}/{side}/group", clause[side]["group"]
        for number, limit in enumerate(clause.get("handling", {}).get("recipients", ())):
            for at, name in enumerate(limit["to"]):
                if not name.startswith("https://"):
                    yield f"/commitments/{place}/handling/recipients/{number}/to/{at}", name


def _clauses_named(document: Document) -> Iterator[_Place]:
    yield from _named(document, "displacements", "by")
    yield from ((f"/survival/clauses/{at}", name) for at, name in enumerate(document.get("survival", {}).get("clauses", ())))
    for place, member in enumerate(document.get("transcription", {}).get("parties", ())):
        for number, reservation in enumerate(member.get("reservations", ())):
            for at, name in enumerate(reservation["clauses"]):
                yield f"/transcription/parties/{place}/reservations/{number}/clauses/{at}", name


def _parties_named(document: Document) -> Iterator[_Place]:
    yield from _named(document, "keys", "party")
    for place, member in enumerate(document.get("transcription", {}).get("parties", ())):
        yield f"/transcription/parties/{place}/party", member["party"]


def _again(places: list[_Place], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for pointer, name in places:
        if name in seen:
            yield Fault(pointer, "duplicate", f"{name} {what}.")
        seen.add(name)


def _missing(places: Iterator[_Place], known: set[str], expected: str) -> Iterator[Fault]:
    for pointer, name in places:
        if name not in known:
            said = ", ".join(sorted(known)[:20]) or "there is none"
            yield Fault(pointer, "unknown_name", f"{expected} ({said}); found {name!r}.")
