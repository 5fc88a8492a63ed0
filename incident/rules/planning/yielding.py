"""Clauses that give way in one case: to more time for a pair of parties, and to another clause where both bind the same pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from incident.rules.case import Case
from incident.rules.commitment import Commitment, MoreTime
from incident.rules.conditions import truth
from incident.rules.legaltime.values import Because, Period
from incident.rules.planning.asking import look_up, who
from incident.rules.planning.values import NOT_PLANNED, Planned

_ACKNOWLEDGE = ".acknowledge"
_Pair = tuple[str, str, UUID, UUID | None]
"""Source, clause, debtor and creditor: one clause between two parties."""


def with_more_time(case: Case, made: Planned) -> Planned:
    """With the strictest relaxation that holds between these two; a condition that is not known to be true relaxes nothing."""
    debtor, creditor = made.debtor, made.creditor
    if creditor is None:
        return made
    for each in made.commitment.more_time:
        if {debtor.uri, creditor.uri} <= each.signatories:
            holds = truth(each.when, lambda fact, of: look_up(case, fact, who(case, of, debtor, creditor)))
            if holds is True:
                return _relaxed(made, each)
            if holds is None:
                made = replace(made, because=(*made.because, _may_be(each)))
    return made


def without_what_gave_way(drafts: list[Planned]) -> list[Planned]:
    """Where a clause and the one that displaces it bind the same debtor and creditor, the latter alone stays, and says for what.

    One of which it is not known whether it binds displaces nothing. Nobody acknowledges the notice of a clause that gave way.
    """
    if not any(each.commitment.gives_way_to for each in drafts):
        return drafts
    planned = [each for each in drafts if each.occurrence != NOT_PLANNED]
    firm = {_pair(each) for each in planned if not each.provisional}
    may = {_pair(each) for each in planned} - firm
    gone = {pair: by for each in planned if (by := _displacing(each, pair := _pair(each), firm))}
    kept = [_may_give_way(each, may) for each in drafts if each.occurrence == NOT_PLANNED or _told_of(each) not in gone]
    stands: dict[_Pair, dict[str, str]] = {}
    for each in planned:
        pair = _pair(each)
        if pair in gone:
            for final, cite in _standing(pair, gone):
                stands.setdefault(final, {})[_named(each.commitment)] = cite
    return [_stands_for(each, stands.get(_pair(each), {})) for each in kept]


def _relaxed(made: Planned, time: MoreTime) -> Planned:
    commitment, source = made.commitment, time.source
    before = _says(commitment.period) if commitment.period else "no number"
    said = f"{_says(time.period)} instead of {before}, by {source.name} {source.version}, {source.cite}, as {time.under} allows"
    counting = commitment.counting if time.calendar_of is None else replace(commitment.counting, calendar_of=time.calendar_of)
    changed = replace(commitment, period=time.period, counting=counting, more_time=(), relaxed=(f"{said}.",))
    return replace(made, commitment=changed, because=(*made.because, Because("relaxed", f"Relaxed: {said}.", source.cite)))


def _may_be(time: MoreTime) -> Because:
    source = time.source
    text = f"Would be relaxed to {_says(time.period)} by {source.name} {source.version}; it is not known whether its condition holds."
    return Because("may_be_relaxed", text, source.cite)


def _says(period: Period) -> str:
    unit = {"min": "minute", "h": "hour", "d": "day", "bd": "business day", "w": "week", "mo": "month", "y": "year"}[period.unit]
    return f"{period.n} {unit}{'' if period.n == 1 else 's'}{f', by {period.at}' if period.at else ''}"


def _pair(each: Planned) -> _Pair:
    return (each.commitment.source.name, each.commitment.id, each.debtor.id, each.creditor.id if each.creditor else None)


def _told_of(each: Planned) -> _Pair:
    """The clause that an obligation stands or falls with: of an acknowledgement the one that tells, between the same two."""
    source, name, debtor, creditor = _pair(each)
    if name.endswith(_ACKNOWLEDGE) and creditor is not None:
        return (source, name.removesuffix(_ACKNOWLEDGE), creditor, debtor)
    return (source, name, debtor, creditor)


def _displacing(each: Planned, pair: _Pair, firm: set[_Pair]) -> list[tuple[_Pair, str]]:
    between = pair[2:]
    return [((source, name, *between), cite) for source, name, cite in each.commitment.gives_way_to if (source, name, *between) in firm]


def _standing(pair: _Pair, gone: dict[_Pair, list[tuple[_Pair, str]]]) -> Iterable[tuple[_Pair, str]]:
    """What stands in its place in the end; layers only rise, so that there is an end."""
    for by, cite in gone[pair]:
        if by in gone:
            yield from ((final, cite) for final, _ in _standing(by, gone))
        else:
            yield by, cite


def _may_give_way(each: Planned, may: set[_Pair]) -> Planned:
    between = _pair(each)[2:]
    lines = [
        Because("may_be_displaced", f"Would give way to {name} of {source}, of which it is not known whether it binds.", cite)
        for source, name, cite in each.commitment.gives_way_to
        if (source, name, *between) in may
    ]
    return replace(each, because=(*each.because, *lines)) if lines else each


def _stands_for(each: Planned, displaced: dict[str, str]) -> Planned:
    lines = [Because("displaces", f"Stands in place of {name}.", cite) for name, cite in sorted(displaced.items())]
    return replace(each, because=(*each.because, *lines)) if lines else each


def _named(commitment: Commitment) -> str:
    source = commitment.source
    return f"{commitment.title} ({source.name} {source.version}, {source.cite})"
