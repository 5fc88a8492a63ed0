"""Composing: the set of clauses of all layers, with each authorised relaxation and displacement applied once.

The set is a union, so that neither order nor repetition changes it. What a document asks of another without that one's leave is a
finding and has no effect. No two clauses merge: each keeps its source, its obligation and its verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from incident.rules.commitment import Commitment, Restriction, Source, Target
from incident.rules.conditions import ALWAYS
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.composing import including, restricting, yielding
from incident.rules.terms.composing.restricting import Places
from incident.rules.terms.composing.values import (
    CODES,
    FROM_THE_GROUND,
    REGIME,
    Composed,
    Finding,
    Rule,
    Yielded,
    group_of,
    height,
)

__all__ = ["CODES", "FROM_THE_GROUND", "REGIME", "Composed", "Finding", "Rule", "Yielded", "bound", "composed", "group_of", "union"]

Targets = dict[str, tuple[Target, ...]]


def union(*parts: Iterable[Agreement]) -> tuple[Agreement, ...]:
    """The documents of all parts, each once, from the ground up and then by name, version and digest."""
    once = {each.digest: each for each in chain(*parts)}
    return tuple(sorted(once.values(), key=lambda each: (height(each.layer), each.name, each.version, each.digest)))


def bound(agreed: Iterable[Agreement], laws: Iterable[Commitment]) -> list[Commitment]:
    """What planning reads: every commitment of these agreements and laws, composed, with what the agreements plan them for."""
    layers = _layers(agreed)
    return [*layers.commitments, *_beside(layers, laws)]


def composed(agreed: Iterable[Agreement], laws: Iterable[Commitment] = (), places: Places | None = None) -> Composed:
    """The same, with how every clause stands and everything that was found. `places` says in which country parties are known to be."""
    documents = union(agreed)
    layers = _layers(documents)
    above = tuple(_beside(layers, {(each.source.digest, each.id): each for each in laws}.values()))
    narrowed = restricting.narrowed(layers.commitments, [(each.layer, one) for each in documents for one in each.restrictions], places)
    rules = (*_rules(layers.commitments, documents), *(Rule(REGIME, each, "in_force", group_of(each)) for each in above))
    return Composed((*layers.commitments, *above), (*layers.findings, *including.unmet(documents), *narrowed), rules)


@dataclass(frozen=True, slots=True)
class _Layers:
    commitments: tuple[Commitment, ...]
    findings: tuple[Finding, ...]
    targets: Targets
    restrictions: tuple[Restriction, ...] = ()


class _Same:
    """An agreement as a key: the very object. Whoever keeps the key keeps the object, so its identity is never another's."""

    __slots__ = ("agreement",)

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement

    def __hash__(self) -> int:
        return id(self.agreement)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.agreement is self.agreement


@dataclass(frozen=True, slots=True)
class _Bond:
    """One document as it binds: the same text can bind other parties, or bind them by fewer clauses. Hashed once."""

    said: tuple[object, ...]
    hashed: int

    def __hash__(self) -> int:
        return self.hashed


@lru_cache(maxsize=4096)
def _bond(same: _Same) -> _Bond:
    agreement = same.agreement
    term = agreement.in_force_from, agreement.in_force_until
    reaching = agreement.articles.relaxations, agreement.articles.displacements, agreement.restrictions, agreement.targets
    said = (agreement.digest, agreement.parties, agreement.bound, term, agreement.commitments, reaching)
    return _Bond(said, hash(said))


class _Key:
    """Several documents as a key, by how they bind."""

    __slots__ = ("bonds", "documents", "hashed")

    def __init__(self, documents: tuple[Agreement, ...]) -> None:
        self.documents = documents
        self.bonds = tuple(_bond(_Same(each)) for each in documents)
        self.hashed = hash(self.bonds)

    def __hash__(self) -> int:
        return self.hashed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.bonds == self.bonds


def _layers(agreed: Iterable[Agreement]) -> _Layers:
    return _composed(_Key(union(agreed)))


@lru_cache(maxsize=1024)
def _composed(key: _Key) -> _Layers:
    """Versions never change, so what several of them come to is worked out once."""
    documents = key.documents
    clauses: yielding.Clauses = {(each.source.digest, each.id): each for document in documents for each in document.commitments}
    clauses, refused = yielding.relaxed(documents, clauses)
    clauses, unplaced = yielding.displaced(documents, clauses)
    targets: Targets = {}
    for document in documents:
        for name, target in document.targets:
            targets[name] = (*targets.get(name, ()), target)
    restrictions = tuple(one for each in documents for one in each.restrictions)
    limited = restricting.restricted(clauses.values(), restrictions)
    return _Layers(tuple(_planned_for(each, targets) for each in limited), (*refused, *unplaced), targets, restrictions)


def _beside(layers: _Layers, laws: Iterable[Commitment]) -> list[Commitment]:
    """Laws beside the agreements: planned for as these say, and what they tell kept from where these forbid to transfer it."""
    return [_planned_for(each, layers.targets) for each in restricting.restricted(laws, layers.restrictions)]


def _planned_for(each: Commitment, targets: Targets) -> Commitment:
    return replace(each, targets=(*each.targets, *targets[each.id])) if each.id in targets else each


def _rules(commitments: Sequence[Commitment], documents: Sequence[Agreement]) -> tuple[Rule, ...]:
    by_name = {(each.source.name, each.id): each for each in commitments}
    parties: dict[str, frozenset[str]] = {}
    for document in documents:
        parties[document.name] = parties.get(document.name, frozenset()) | frozenset(document.parties)
    displaces: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in commitments:
        for name, clause, _ in each.gives_way_to:
            displaces.setdefault((name, clause), []).append((each.source.name, each.id))
    return tuple(
        _rule(each, by_name, parties, tuple(displaces.get((each.source.name, each.id), ()))) for each in commitments
    )  # fmt: skip


def _rule(
    each: Commitment,
    by_name: dict[tuple[str, str], Commitment],
    parties: dict[str, frozenset[str]],
    displaces: tuple[tuple[str, str], ...],
) -> Rule:
    signed = each.signatories or frozenset()
    relaxed = tuple(
        Yielded(one.source, one.under, tuple(sorted(one.signatories)), "", each.period, one.period, one.when != ALWAYS)
        for one in each.more_time
    )
    under = each.displaceable.cite if each.displaceable else ""
    displaced = tuple(
        Yielded(replace(_source(by_name, name, clause), cite=cite), under, tuple(sorted(signed & parties[name])), clause)
        for name, clause, cite in each.gives_way_to
    )
    state = "displaced" if displaced else "relaxed" if relaxed else "in_force"
    return Rule(each.layer, each, state, group_of(each), relaxed, displaced, displaces)  # type: ignore[arg-type]


def _source(by_name: dict[tuple[str, str], Commitment], name: str, clause: str) -> Source:
    return by_name[name, clause].source
