"""An agreement in plain English, clause by clause, said from the same values that planning reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incident.rules.terms.agreement import Agreement
from incident.rules.terms.plain_language.articles import articles, reference
from incident.rules.terms.plain_language.clause import excused, field_limit, ground, on_call, recipient_limit, sentences, yielding
from incident.rules.terms.plain_language.marks import At, Part, bare, parts
from incident.rules.terms.plain_language.words import (
    counted,
    desk,
    discharged,
    facts,
    fields,
    length,
    party,
    rungs,
    said,
    silence,
    span,
    start,
    titled,
)

__all__ = [
    "Clause", "Part", "as_text", "counted", "desk", "discharged", "excused", "facts", "field_limit", "fields", "ground", "length",
    "on_call", "party", "recipient_limit", "reference", "render", "rungs", "said", "silence", "start", "titled", "yielding",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """One commitment or article in words. `text` is whole sentences on one line, and `parts` the same taken apart.

    Every number of the clause is a part of its own, with the `id` of the clause and the JSON pointer of its place in the document.
    """

    id: str
    cite: str
    title: str
    text: str
    pointer: str = ""
    parts: tuple[Part, ...] = ()


def render(agreement: Agreement) -> tuple[Clause, ...]:
    """Every clause in plain English, in the order of the document; then planning targets, restrictions and the other articles."""
    return (*_clauses(agreement), *_targets(agreement), *_articles(agreement))


def as_text(agreement: Agreement, *, places: bool = False) -> str:
    """The whole agreement as plain text: a head, then one paragraph a clause; with `places`, each number with its JSON pointer."""
    until = agreement.document["in_force"].get("until")
    starts = agreement.document["in_force"]["from"]
    force = f"In force from {starts}" + (f" until the end of {until}" if until and len(until) == 10 else "")
    force += f" until {until}" if until and len(until) != 10 else ""
    head = [f"{agreement.title} ({agreement.name}, version {agreement.version})", f"{force}, {agreement.zone}."]
    parties = ["Between:", *(f"  {uri}" for uri in agreement.parties)]
    body = [f"{f'{each.cite}. ' if each.cite else ''}{each.title}\n{_placed(each) if places else each.text}" for each in render(agreement)]
    return "\n".join([*head, agreement.digest, "", *parties]) + "\n\n" + "\n\n".join(body) + "\n"


def _placed(clause: Clause) -> str:
    return "".join(f"{each.text} [{each.pointer}]" if each.pointer else each.text for each in clause.parts)


def _clauses(agreement: Agreement) -> Iterator[Clause]:
    for place, (each, spoken) in enumerate(zip(agreement.commitments, agreement.document.get("commitments", ()), strict=True)):
        at = At(each.id, f"/commitments/{place}")
        yield _clause(at.clause, at.pointer, each.source.cite, each.title, " ".join(sentences(each, spoken["owes"], agreement, at)))


def _targets(agreement: Agreement) -> Iterator[Clause]:
    spoken = agreement.document.get("planning_targets", ())
    for place, ((name, target), each) in enumerate(zip(agreement.targets, spoken, strict=True)):
        at = At(f"planned:{name}", f"/planning_targets/{place}")
        words = f"Between the parties {name} is planned for {span(target.period, at.below('within'))} from its start. "
        words += "This is no legal instant: nothing is late by it."
        yield _clause(at.clause, at.pointer, each["cite"], f"Planning target for {name}", words)


def _articles(agreement: Agreement) -> Iterator[Clause]:
    return (_clause(id_, pointer, cite, title, words) for id_, pointer, cite, title, words in articles(agreement))


def _clause(id_: str, pointer: str, cite: str, title: str, words: str) -> Clause:
    return Clause(id_, cite, title, bare(words), pointer, parts(words))
