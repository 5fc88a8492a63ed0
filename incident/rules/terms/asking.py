"""Which answers a clause asks for: facts that its condition and its clock rest on, and fields that must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incident.rules.commitment import Commitment, Parties
from incident.rules.conditions import named
from incident.rules.handling.fields import is_field

_OF_THE_REPORT = frozenset({"severity", "stage", "tlp", "exercise", "affected_countries", "jurisdiction"})
_REPORT = "the report"


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    """One question: a fact and about whom, by role. `reported`: every report answers it anyway."""

    name: str
    about: str
    reported: bool


def asked(commitment: Commitment) -> Iterator[Answer]:
    """Everything that somebody must be able to answer for this clause; the same question may come twice."""
    facts = set(named(commitment.when))
    if commitment.repeat and commitment.repeat.until:
        facts |= named(commitment.repeat.until)
    facts |= {(each.name, each.of) for each in commitment.anchors if each.kind == "fact"}
    for fact, of in sorted(facts):
        if fact in _OF_THE_REPORT:
            yield Answer(fact, _REPORT, reported=True)
        else:
            yield from (Answer(fact, about, reported=False) for about in _roles(commitment, of))
    fields = dict.fromkeys((*commitment.contains, *(commitment.tell.fields if commitment.tell else ())))
    for name in fields:
        if name == "aware_at":
            yield Answer(name, "operator", reported=False)
        elif name.startswith("fact:"):
            yield Answer(name.removeprefix("fact:"), "operator", reported=False)
        elif is_field(name) and name not in ("facts", "duties"):
            yield Answer(name, _REPORT, reported=True)


def _roles(commitment: Commitment, of: str) -> tuple[str, ...]:
    parties = {"owed_by": commitment.owed_by, "owed_to": commitment.owed_to}.get(of)
    return (of,) if parties is None else _named(parties)


def _named(parties: Parties) -> tuple[str, ...]:
    """The operator and the suppliers each answer for themselves, also where a law asks any party."""
    if parties.role == "any_party":
        return "operator", "suppliers"
    if parties.named:
        return parties.named
    return (parties.competence or parties.role.value,)
