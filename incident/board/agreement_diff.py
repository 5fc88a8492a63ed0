"""What changes between two versions of an agreement that the caller is party to."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from uuid import UUID

from incident import answers
from incident.errors import Fault, Invalid, NotFound
from incident.records import agreements as records
from incident.rules import terms
from incident.work import Work


def agreement_diff(work: Work, id_: UUID, against: UUID | None = None) -> answers.Json:
    """From the version `against`, or else the one of the same name published before, to `id_`: every change, with who gains.

    Raises:
        NotFound: one of the two does not exist, or the caller is not party to it.
        Invalid: `against` is left out and there is no earlier version.
    """
    row = _found(work, id_)
    if against is None:
        before = records.earlier(work.connection, row)
        if not before:
            expected = f"expected the id of another version: there is none of {row.name} before {row.version}"
            raise Invalid([Fault("/against", "required", expected)])
        against = before[0].id
    old = _found(work, against)
    return {"old": _version(old), "new": _version(row), **changes_between(old.text, row.text)}


def changes_between(old: str, new: str) -> answers.Json:
    """`counts` by effect and `changes` between two texts, each of which is an agreement."""
    changes = _changes(old, new)
    counts = {effect: sum(each.effect == effect for each in changes) for effect in ("stronger", "weaker", "different", "same")}
    return {"counts": counts, "changes": [asdict(each) for each in changes]}


def earlier_versions(work: Work, id_: UUID) -> list[answers.Json]:
    """The versions of the same name that were published before, newest first, each with its id and version.

    Raises:
        NotFound: there is no such version, or the caller is not party to it.
    """
    return [{"id": str(each.id), "version": each.version} for each in records.earlier(work.connection, _found(work, id_))]


@lru_cache(maxsize=64)
def _changes(old: str, new: str) -> tuple[terms.Change, ...]:
    """Versions never change, so what lies between two of them is worked out once."""
    return terms.diff(terms.load(old), terms.load(new))


def _found(work: Work, id_: UUID) -> records.Row:
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such agreement.")
    return row


def _version(row: records.Row) -> answers.Json:
    return {"id": str(row.id), "name": row.name, "version": row.version, "title": row.title, "digest": row.digest}
