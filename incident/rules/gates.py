"""What must be so of a party before a condition is worth asking: its country, and what it is. Sound, never complete.

A condition whose gate is shut is false. Most of the catalogue is shut for most parties, and a look at a gate costs a
hundredth of a look at a condition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from incident.rules.conditions import All, Any, Condition, Not, Test
from incident.rules.vocabulary import profile_questions


@dataclass(frozen=True, slots=True)
class Gate:
    """Open for a party of `countries` (None: of any) but those `without`, unless it is none of what one of `needs` lists.

    `of` is the role that it looks at.
    """

    of: str
    countries: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    needs: frozenset[frozenset[str]] = frozenset()

    def is_open(self, jurisdiction: str, is_not: frozenset[str]) -> bool:
        """Whether the condition may be true or unknown of a party there, of which it is known what it `is_not`."""
        if self.countries is not None and jurisdiction not in self.countries:
            return False
        return jurisdiction not in self.without and not any(need <= is_not for need in self.needs)


def gate_of(when: Condition, of: str) -> Gate:
    """What `when` cannot do without, of the party in role `of`; equal gates are one and the same."""
    return _one_and_the_same(_gate(when, of))


@cache
def _one_and_the_same(gate: Gate) -> Gate:
    return gate


def _gate(when: Condition, of: str) -> Gate:
    match when:
        case Test(fact="jurisdiction", operator="is" | "in", operands=operands, of=whose) if whose == of:
            return Gate(of, frozenset(str(each) for each in operands))
        case Test(fact=fact, operator="is", operands=(True,), of=whose) if whose == of and fact in profile_questions():
            return Gate(of, needs=frozenset({frozenset({fact})}))
        case Not(Test(fact="jurisdiction", operator="is" | "in", operands=operands, of=whose)) if whose == of:
            return Gate(of, without=frozenset(str(each) for each in operands))
        case All(parts):
            return _both(of, [_gate(part, of) for part in parts])
        case Any(parts):
            return _either(of, [_gate(part, of) for part in parts])
        case _:
            return Gate(of)


def _both(of: str, gates: list[Gate]) -> Gate:
    countries = [gate.countries for gate in gates if gate.countries is not None]
    return Gate(
        of,
        frozenset.intersection(*countries) if countries else None,
        _union(gate.without for gate in gates),
        frozenset(need for gate in gates for need in gate.needs),
    )


def _either(of: str, gates: list[Gate]) -> Gate:
    """Shut only where every part is: countries together, and of each part one need, any of which keeps it open."""
    everywhere = not gates or any(gate.countries is None for gate in gates)
    countries = None if everywhere else _union(gate.countries or frozenset() for gate in gates)
    needed = bool(gates) and all(gate.needs for gate in gates)
    one_of_each = _union(min(gate.needs, key=lambda need: (len(need), sorted(need))) for gate in gates) if needed else None
    return Gate(of, countries, needs=frozenset({one_of_each}) if one_of_each is not None else frozenset())


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
