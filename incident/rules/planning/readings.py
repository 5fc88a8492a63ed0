"""Readings: the clocks that run beside the stated ones because somebody claims that a clock runs otherwise.

A claim changes nothing of the stated reading until the other side agrees; what it changes then is between those two alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Literal
from uuid import UUID

from incident.rules.case import Case
from incident.rules.legaltime.values import Because, Moment
from incident.rules.planning.values import NOT_PLANNED, Key, Planned

Kind = Literal["start", "more_time", "waiver"]
"""That a fact which starts a clock was another instant; that a clock was extended; that a duty was waived."""

_SAYS = {"more_time": "it was extended", "waiver": "it was waived"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one party says against a clock.

    `of` is the obligation about which it was made, in its stated reading. `fact`, `about` and `moment` are of a claimed start.
    `open`: it has not ended, so that its reading runs where the other side has not agreed. `agreed` are those who have.
    """

    id: UUID
    kind: Kind
    by: UUID
    by_name: str
    of: Key
    fact: str = ""
    about: UUID | None = None
    moment: Moment | None = None
    agreed: frozenset[UUID] = frozenset()
    open: bool = True

    @property
    def reading(self) -> str:
        """The name of its reading."""
        return str(self.id)


def counterparts(claim_by: UUID, about: UUID | None, debtor: UUID, creditor: UUID | None) -> frozenset[UUID]:
    """Whose counter-signature makes a claim hold for an obligation: of debtor and creditor whoever did not make the claim.

    Where the other side is no party of this node, the party that the fact is about; empty when that is the claimant itself.
    """
    others = frozenset(each for each in (debtor, creditor) if each is not None and each != claim_by)
    return others or frozenset(each for each in (about,) if each is not None and each != claim_by)


def with_readings(
    case: Case, stated: Iterable[Planned], claims: Sequence[Claim], plan_again: Callable[[Case], Iterable[Planned]]
) -> list[Planned]:
    """The plan, with what was agreed in its place and what is disputed beside it, one obligation for each claim that changes it.

    A date that is only predicted binds nobody, so that nobody disputes it; where it was agreed it moves with what it rests on.
    """
    standing = {each.key: each for each in stated}
    beside: list[Planned] = []
    for claim in claims:
        if claim.kind == "start":
            beside += _another_start(case, claim, standing, plan_again)
        elif claim.open and (was := standing.get(claim.of)) is not None:
            beside.append(_in_reading(was, claim, f"In the reading of {claim.by_name}, {_SAYS[claim.kind]}."))
    return [*standing.values(), *beside]


def _another_start(
    case: Case, claim: Claim, standing: dict[Key, Planned], plan_again: Callable[[Case], Iterable[Planned]]
) -> Iterable[Planned]:
    if claim.about is None or claim.moment is None:
        return []
    claimed = replace(case, facts=case.facts.with_instead(claim.fact, claim.about, claim.moment, said_by=claim.by))
    whose = next((each.name for each in case.directory if each.id == claim.about), "another party")
    said = f"{claim.fact} of {whose} was {_spoken(claim.moment)}"
    beside = []
    for each in plan_again(claimed):
        was = standing.get(each.key)
        if was is None or each.occurrence == NOT_PLANNED or not _concerns(case, claim, each) or _instants(each) == _instants(was):
            continue
        if _is_agreed(claim, each):
            reason = Because("agreed", f"Agreed between the parties: {said}.", None, claim.moment.earliest)
            standing[each.key] = replace(each, because=(reason, *each.because))
        elif claim.open and not each.predicted and _binding(each) != _binding(was):
            beside.append(_in_reading(each, claim, f"In the reading of {claim.by_name}, {said}; the other side has not agreed."))
    return beside


def _in_reading(each: Planned, claim: Claim, says: str) -> Planned:
    return replace(each, reading=claim.reading, because=(Because("reading", says), *each.because))


def _concerns(case: Case, claim: Claim, each: Planned) -> bool:
    """Its own duties and what it is owed; of its own case, the filer any."""
    return claim.by in (each.debtor.id, each.creditor.id if each.creditor else None, case.filer.id)


def _is_agreed(claim: Claim, each: Planned) -> bool:
    asked = counterparts(claim.by, claim.about, each.debtor.id, each.creditor.id if each.creditor else None)
    return bool(asked) and asked <= claim.agreed


def _spoken(moment: Moment) -> str:
    known = "" if moment.precision == "exact" else f", known to the {moment.precision}"
    return moment.earliest.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") + known


def _instants(each: Planned) -> tuple[object, ...]:
    return (each.target_at, each.deadline.due_at if each.deadline else None)


def _binding(each: Planned) -> object:
    """What a verdict depends on: how one plans to be in time is nothing to dispute."""
    return each.deadline.due_at if each.deadline else each.planned_for
