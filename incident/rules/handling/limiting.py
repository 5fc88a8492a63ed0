"""Stricter limits of single fields and single recipients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from incident.rules.case import TLP, Case, Party
from incident.rules.commitment import FieldLimit, Limits, RecipientLimit
from incident.rules.handling.decision import Withheld
from incident.rules.handling.performed import Performed, covers

Limit = TypeVar("Limit", FieldLimit, RecipientLimit)


def labels(limits: Limits) -> tuple[str, ...]:
    """Every label that these limits name."""
    single = (*(each.max_tlp for each in limits.fields), *(each.max_tlp for each in limits.recipients))
    return (limits.max_tlp, *(each for each in single if each is not None))


def countries(limits: Limits) -> Iterable[str]:
    """Every country that these limits name."""
    within = (*(each.residency for each in limits.fields), *(each.only_to for each in limits.restrictions))
    return (*limits.residency, *(country for named in within for country in named))


def names(limits: Limits) -> Iterable[str]:
    """Every field that these limits name; a slip in one would let out what was meant to stay."""
    single = (*(each.fields for each in limits.fields), *(each.fields for each in limits.restrictions))
    held = (each.withhold for each in limits.recipients)
    return (*limits.withhold, *(name for names in (*single, *held) for name in names))


def too_high(case: Case, recipient: Party, limits: Limits, performed: Sequence[Performed]) -> str | None:
    """Why nothing leaves to this recipient, if the case's label is above the highest that may leave to it."""
    named = [each for each in limits.recipients if recipient.uri in each.to and _above(case.tlp, each.max_tlp)]
    if not named:
        return None
    strictest = min(named, key=lambda each: (TLP.index(each.max_tlp or "RED"), sorted(each.to), each.withhold))
    said = _said(strictest, performed)
    return f"The case is TLP:{case.tlp}; under {said} at most TLP:{strictest.max_tlp} leaves to {recipient.name}."


def withheld(case: Case, recipient: Party, name: str, limits: Limits, performed: Sequence[Performed]) -> Withheld | None:
    """Why this field stays by a limit of its own or of the recipient's own, if it does."""
    if not (limits.fields or limits.recipients):
        return None
    for party in _in_order(limits.recipients):
        if recipient.uri in party.to and covers(party.withhold, name):
            why = f"Under {_said(party, performed)} this field never leaves to {recipient.name}."
            return Withheld(name, "recipient.withhold", why)
    about = [each for each in _in_order(limits.fields) if covers(each.fields, name)]
    for limit in about:
        if _above(case.tlp, limit.max_tlp):
            why = f"The case is TLP:{case.tlp}; under {_said(limit, performed)} this field leaves at most as TLP:{limit.max_tlp}."
            return Withheld(name, "field.tlp", why)
    for limit in about:
        if limit.residency and recipient.jurisdiction not in limit.residency:
            where = ", ".join(sorted(limit.residency))
            why = f"Under {_said(limit, performed)} this field leaves to {where} only, not to {recipient.jurisdiction}."
            return Withheld(name, "field.residency", why)
    return None


def _above(label: str, highest: str | None) -> bool:
    return highest is not None and TLP.index(label) > TLP.index(highest)


def _in_order(found: tuple[Limit, ...]) -> list[Limit]:
    """The same whatever order the clauses come in."""
    return sorted(found, key=_rank)


def _rank(limit: FieldLimit | RecipientLimit) -> tuple[object, ...]:
    label = TLP.index(limit.max_tlp) if limit.max_tlp is not None else len(TLP)
    rest = (limit.fields, limit.residency) if isinstance(limit, FieldLimit) else (tuple(sorted(limit.to)), limit.withhold)
    return (label, *rest)


def _said(limit: FieldLimit | RecipientLimit, performed: Sequence[Performed]) -> str:
    """By the clauses that say so; by all of the notice where none is told apart."""
    own = {each.cite for each in performed if limit in each.limits.fields or limit in each.limits.recipients}
    return "; ".join(sorted(own)) or "the clause"
