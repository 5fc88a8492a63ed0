"""At which hours somebody must be reachable, because of what is owed: at night, or at a weekend.

Office hours are taken to be 08:00 to 18:00 from Monday to Friday. What ends within elapsed time that fits into one night, or into one
weekend, cannot be left until they begin. Days and business days end no earlier than a day, and ask for no night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from incident.rules.commitment import Discharge, OnCall
from incident.rules.legaltime.values import Period
from incident.rules.planning import Planned

NIGHT, WEEKEND = timedelta(hours=14), timedelta(hours=62)
"""From the end of office hours to their beginning: overnight, and from Friday to Monday."""
OPENS, CLOSES = 8 * 60, 18 * 60
OFFICE_DAYS = frozenset(range(5))
_ELAPSED = "elapsed_hours"


@dataclass(frozen=True, slots=True, order=True)
class Watch:
    """A contact of a party, who must be reachable at night or at a weekend."""

    party: str
    contact: str
    when: Literal["night", "weekend"]


def watches(planned: Iterable[Planned]) -> Iterator[Watch]:
    """Everybody who must be, because of ladders, acknowledgements and what the clauses say of who is on call."""
    for each in planned:
        if each.provisional:
            continue
        commitment, party = each.commitment, each.debtor.name
        acknowledges = commitment.discharged_by is Discharge.ACKNOWLEDGED
        contacts = {"duty_desk"} if acknowledges else set()
        if acknowledges or commitment.acknowledge_within is None:  # else it is the acknowledgement that has the ladder
            contacts |= {rung.contact for rung in commitment.ladder}
        for when in _outside(commitment.period):
            yield from (Watch(party, contact, when) for contact in sorted(contacts))
        if acknowledges or commitment.tell is None:  # whoever is told is on call
            for window in commitment.on_call:
                yield from (Watch(party, window.contact, when) for when in _covered(window))


def _outside(period: Period | None) -> Iterator[Literal["night", "weekend"]]:
    if period is None or period.rule != _ELAPSED:
        return
    span = timedelta(minutes=period.n * (60 if period.unit == "h" else 1))
    if span < NIGHT:
        yield "night"
    if span < WEEKEND:
        yield "weekend"


def _covered(window: OnCall) -> Iterator[Literal["night", "weekend"]]:
    over_midnight = window.until <= window.since
    if over_midnight or window.since < OPENS or window.until > CLOSES:
        yield "night"
    days = window.days | ({(day + 1) % 7 for day in window.days} if over_midnight and window.until else frozenset())
    if days & {5, 6}:
        yield "weekend"
