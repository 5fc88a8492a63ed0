"""What many cases have in common: which commitments can bind anybody in them by their gates, and what is drafted of those.

What is out of reach has no draft, so that a plan without it is the same plan. Cases of one deployment ask the same questions over and
over; the answers are kept as long as the same catalogue, the same parties and what is stated of them are asked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar
from uuid import UUID

from incident.rules.case import Case, Party
from incident.rules.commitment import Commitment, Role
from incident.rules.facts import Fact
from incident.rules.gates import Gate
from incident.rules.legaltime.values import Moment
from incident.rules.planning.drafting import Kept
from incident.rules.planning.roles import members
from incident.rules.vocabulary import profile_questions

T = TypeVar("T")


class Same(Generic[T]):
    """Equal to what holds the very same object: a look at an address in place of hundreds of comparisons. It keeps the object alive."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it


class Asked:
    """A case, equal to every other one of which the gates are asked the same."""

    __slots__ = ("case", "key")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.key: Hashable = (_who(case), _stated(case))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and other.key == self.key


def within_reach(case: Case, commitments: tuple[Commitment, ...]) -> tuple[Commitment, ...]:
    """These without those whose gate is shut for everybody who could owe them, in their order."""
    return _within_reach(Asked(case), Same(commitments))


def kept_for(case: Case) -> Kept:
    """What was drafted in cases that say the same, whenever it happened: the same parties, label, stage, countries and facts."""
    said = (case.severity, case.stage, case.tlp, case.exercise)
    facts = frozenset((*key, type(fact.value), None if isinstance(fact.value, Moment) else fact.value) for key, fact in _standing(case))
    return _kept_for((_who(case), said, facts))


@lru_cache(maxsize=128)
def _kept_for(said: Hashable) -> Kept:
    return {}


@lru_cache(maxsize=256)
def _within_reach(asked: Asked, commitments: Same[tuple[Commitment, ...]]) -> tuple[Commitment, ...]:
    case, ruled_out = asked.case, dict[UUID, frozenset[str]]()
    opened: dict[tuple[int, Role, str | None], bool] = {}  # by the identity of gates, which the catalogue keeps alive
    found = []
    for each in commitments.it:
        gate, debtors = each.gate, each.owed_by
        if gate is None or gate.of != "owed_by" or debtors.named:
            found.append(each)
            continue
        key = (id(gate), debtors.role, debtors.competence)
        if (is_open := opened.get(key)) is None:
            is_open = opened[key] = any(_is_open(case, gate, party, ruled_out) for party in members(case, debtors, None))
        if is_open:
            found.append(each)
    return tuple(found)


def _is_open(case: Case, gate: Gate, party: Party, ruled_out: dict[UUID, frozenset[str]]) -> bool:
    is_not = ruled_out.get(party.id)
    if is_not is None:
        is_not = ruled_out[party.id] = case.is_not(party)
    return gate.is_open(party.jurisdiction, is_not)


def _who(case: Case) -> Hashable:
    """Everything by which roles are resolved."""
    parties = (case.filer, case.deployment.operator, *case.deployment.suppliers)
    return Same(case.directory), tuple(map(Same, parties)), case.deployment.jurisdiction, case.affected_countries


def _standing(case: Case) -> Iterable[tuple[tuple[str, UUID], Fact]]:
    return case.facts.by_key.items()


def _stated(case: Case) -> frozenset[tuple[str, UUID, bool]]:
    """What is stated of what parties are: whether they are it. Gates ask for nothing else of the facts."""
    questions = profile_questions()
    return frozenset(
        (fact.name, fact.about, fact.value is False)
        for fact in case.facts.by_key.values()
        if fact.value is not None and fact.name in questions
    )
