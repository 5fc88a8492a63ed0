"""From the catalogue to the commitments that bound, or were to be planned for, on a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from incident.rules.commitment import Commitment, Parties, Source
from incident.rules.legaltime.zones import spoken_day
from incident.rules.regimes.values import Regime, Stage


def compiled(regimes: Iterable[Regime], on: date) -> tuple[Commitment, ...]:
    """The commitments of every regime that stands on that date, in catalogue order.

    A stage owed to people who are no party is left out. Nothing statutory can be extended or waived here.
    """
    return tuple(
        _commitment(regime, stage, stage.owed_to, on)
        for regime in regimes
        if regime.status.standing(on) != "not"
        for stage in regime.stages
        if stage.owed_to is not None
    )


def _commitment(regime: Regime, stage: Stage, owed_to: Parties, on: date) -> Commitment:
    planning = regime.status.standing(on) == "planning"
    return Commitment(
        id=f"{regime.id}.{stage.id}",
        title=stage.title,
        source=Source("regime", regime.id, regime.version, regime.digest, stage.cite),
        owed_by=stage.owed_by,
        owed_to=owed_to,
        when=stage.when,
        anchors=stage.anchors,
        combine=stage.combine,
        period=stage.period,
        counting=stage.counting,
        basis=stage.basis,
        discharged_by=stage.discharged_by,
        contains=stage.content,
        provisional_because=regime.status.note if planning else None,
        because_applies=_because(regime, stage, planning),
    )


def _because(regime: Regime, stage: Stage, planning: bool) -> str:
    if planning:
        applies = f"{regime.citation}: shown for planning, taken to bind from {spoken_day(regime.status.since)}"
    else:
        applies = f"{regime.citation}, in force since {spoken_day(regime.status.since)}"
    return " ".join(part for part in (f"{applies}.", regime.status.note, stage.note) if part)
