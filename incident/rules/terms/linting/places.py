"""Where in the document a part of a clause stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from incident.rules.commitment import Parties
from incident.rules.terms.linting.finding import Look

Spoken = Mapping[str, Any]


def clause_of(look: Look) -> Spoken:
    """The clause as the document says it."""
    spoken: Spoken = look.agreement.document["commitments"][look.place]
    return spoken


def anchors_of(look: Look) -> Iterator[tuple[str, Spoken]]:
    """Every single anchor of the clause with its pointer below it."""
    spoken = clause_of(look).get("anchor", {})
    for several in ("earliest", "latest"):
        if several in spoken:
            yield from ((f"/anchor/{several}/{place}", each) for place, each in enumerate(spoken[several]))
            return
    yield "/anchor", spoken


def tests_in(look: Look) -> Iterator[tuple[str, Spoken]]:
    """Every comparison of the clause's condition with its pointer below it."""
    if "when" in (spoken := clause_of(look)):
        yield from _below("/when", spoken["when"])


def _below(at: str, spoken: Spoken) -> Iterator[tuple[str, Spoken]]:
    if "fact" in spoken:
        yield at, spoken
    elif "not" in spoken:
        yield from _below(f"{at}/not", spoken["not"])
    for several in ("all", "any"):
        for place, part in enumerate(spoken.get(several, ())):
            yield from _below(f"{at}/{several}/{place}", part)


def may_be_one(one: Parties, other: Parties) -> bool:
    """Whether the same party can be both. Whoever is named may have any role in a case; two roles are taken to be two parties."""
    if one.named and other.named:
        return not set(one.named).isdisjoint(other.named)
    return bool(one.named or other.named) or one.role == other.role
