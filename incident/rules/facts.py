"""Facts: dated statements, each about somebody and said by somebody, and the questions asked of a set of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from incident.rules.legaltime.values import Moment

Scalar = bool | int | str | None
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    """`name` = `value` about one party. `value` is a boolean, integer or word, a `Moment`, or None for unknown."""

    id: UUID
    name: str
    value: Scalar | Moment
    about: UUID
    said_by: UUID
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a case that stand, looked up by name and by whom they are about."""

    by_key: Mapping[tuple[str, UUID], Fact] = field(default_factory=dict)
    before: Mapping[tuple[str, UUID], tuple[Fact, ...]] = field(default_factory=dict)
    """What stood earlier and was added to, not corrected, oldest first: a new fact beside the ones before."""

    @classmethod
    def of(cls, facts: Iterable[Fact], before: Iterable[Fact] = ()) -> Facts:
        """Later statements stand in place of earlier ones of the same name about the same party."""
        earlier: dict[tuple[str, UUID], tuple[Fact, ...]] = {}
        for fact in sorted(before, key=lambda f: f.recorded_at):
            earlier[fact.name, fact.about] = (*earlier.get((fact.name, fact.about), ()), fact)
        return cls({(fact.name, fact.about): fact for fact in sorted(facts, key=lambda f: f.recorded_at)}, earlier)

    def about(self, name: str, party: UUID) -> Fact | None:
        """The standing fact of that name about that party, or None when nobody has said anything."""
        return self.by_key.get((name, party))

    def value(self, name: str, party: UUID) -> Scalar | Moment:
        """Its value; None both when unsaid and when said to be unknown."""
        fact = self.about(name, party)
        return None if fact is None else fact.value

    def with_instead(self, name: str, about: UUID, value: Scalar | Moment, *, said_by: UUID) -> Facts:
        """The same with another value in place of the one that stands, as somebody claims it to have been; what was before stays."""
        standing = self.about(name, about)
        when = standing.recorded_at if standing else max((each.recorded_at for each in self.by_key.values()), default=_NEVER)
        claimed = Fact(standing.id if standing else about, name, value, about, said_by, when)
        return replace(self, by_key={**self.by_key, (name, about): claimed})

    def values(self, name: str, party: UUID) -> tuple[Scalar | Moment, ...]:
        """Every value that was said and not corrected, oldest first; the standing one is the last."""
        found = [*self.before.get((name, party), ()), *((fact,) if (fact := self.about(name, party)) else ())]
        return tuple(fact.value for fact in found if fact.value is not None)


def binds_at(facts: Facts, operator: UUID, now: datetime) -> datetime:
    """The instant whose law and agreements bind: the operator's awareness, else what it noticed or suffered, else now."""
    for name in ("aware_at", "noticed_at", "detected_at", "occurred_at"):
        value = facts.value(name, operator)
        if isinstance(value, Moment):
            return min(value.earliest, now)
    return now
