"""Clauses for the same duty, side by side: which is due first in a case, and which is stricter whatever the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from incident.rules.commitment import Commitment
from incident.rules.planning.values import Planned
from incident.rules.terms.agreement import Agreement
from incident.rules.terms.composing.values import REGIME, Rule, group_of, height
from incident.rules.terms.effort import Effort
from incident.rules.terms.timing import Compared, Counted, compared

MOST_PAIRS = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """How often `upper` is stricter than `lower`, when both start at one instant. `same_start`: they have the same anchors."""

    upper: Commitment
    lower: Commitment
    found: Compared
    same_start: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses about one duty, from the ground up; `left_out` pairs were not compared, as there are too many."""

    duty: str
    rules: tuple[Rule, ...]
    pairs: tuple[Pair, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Earliest:
    """What one debtor owes under one duty in a case, and which of that is due first; None while nothing has an instant for certain."""

    duty: str
    debtor: UUID
    planned: tuple[Planned, ...]
    first: Planned | None


def grouped(rules: Iterable[Rule], documents: Iterable[Agreement]) -> tuple[Group, ...]:
    """Every duty that a clause of an agreement and some other clause are about, each pair of them compared over the upper one's term.

    Two laws are not compared: nobody may choose between them.
    """
    terms = {each.digest: (each, (each.in_force_from, each.in_force_until)) for each in documents}
    by_duty: dict[str, list[Rule]] = {}
    for each in rules:
        by_duty.setdefault(each.group, []).append(each)
    effort, left, found = Effort(), MOST_PAIRS, list[Group]()
    for duty, members in by_duty.items():
        if len(members) < 2 or all(each.layer == REGIME for each in members):
            continue
        members.sort(key=lambda each: height(each.layer))
        every = list(_pairs(members))
        pairs = tuple(_compared(lower, upper, *terms[upper.source.digest], effort) for lower, upper in every[:left])
        left -= len(pairs)
        found.append(Group(duty, tuple(members), pairs, len(every) - len(pairs)))
    return tuple(found)


def earliest(planned: Iterable[Planned]) -> tuple[Earliest, ...]:
    """What is owed in a case by duty and debtor, and which is due first; each stays an obligation of its own."""
    by_duty: dict[tuple[str, UUID], list[Planned]] = {}
    for each in planned:
        by_duty.setdefault((group_of(each.commitment), each.debtor.id), []).append(each)
    return tuple(Earliest(duty, debtor, tuple(found), _first(found)) for (duty, debtor), found in by_duty.items())


def _first(found: list[Planned]) -> Planned | None:
    dated: list[tuple[datetime, Planned]] = [(each.deadline.due_at, each) for each in found if each.deadline and not each.provisional]
    return min(dated, key=lambda pair: pair[0])[1] if dated else None


def _pairs(members: list[Rule]) -> Iterator[tuple[Commitment, Commitment]]:
    """One of a law alone for each way in which it counts: the transpositions of a directive are many and mostly alike."""
    seen: set[object] = set()
    for lower, upper in combinations(members, 2):
        if upper.layer == REGIME:
            continue
        one, other = lower.commitment, upper.commitment
        key = (other.source, other.id, one.period, one.counting) if lower.layer == REGIME else (other.source, other.id, one.source, one.id)
        if key not in seen:
            seen.add(key)
            yield one, other


def _compared(lower: Commitment, upper: Commitment, document: Agreement, term: tuple[datetime, datetime | None], effort: Effort) -> Pair:
    same = (lower.anchors, lower.combine) == (upper.anchors, upper.combine)
    if lower.period is None or upper.period is None:
        neither = lower.period is None and upper.period is None
        because = "neither has a period" if neither else f"{(lower if lower.period is None else upper).id} has no period"
        return Pair(upper, lower, Compared(None, because=because), same)
    old, new = Counted(lower.period, lower.counting), Counted(upper.period, upper.counting)
    return Pair(upper, lower, compared(old, new, term, document.zone, effort), same)
