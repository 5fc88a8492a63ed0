"""From the catalogue to the commitments that bound, or were to be planned for, on a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from incident.rules.commitment import AFFECTED, Commitment, Source, Target
from incident.rules.conditions import All, Condition, Not, Test
from incident.rules.gates import gate_of
from incident.rules.legaltime.zones import spoken_day
from incident.rules.regimes.values import Regime, Stage, Standing

Armed = Mapping[str, date]
"""From which day an officer takes what ships unarmed to bind, by the id of a regime or of a stage such as `us.circia.joint`."""


def compiled(regimes: Iterable[Regime], on: date, armed: Armed) -> tuple[Commitment, ...]:
    """The commitments of every regime that stands on that date, in catalogue order. Nothing statutory can be extended or waived."""
    standing = [(regime, how) for regime in regimes if (how := standing_on(regime, on, armed)) != "not"]
    laid_over: dict[str, tuple[str, ...]] = {}
    for regime, _ in standing:
        if regime.overlay_of:
            laid_over[regime.overlay_of] = (*laid_over.get(regime.overlay_of, ()), *regime.countries)
    displaced = _displaced([regime for regime, _ in standing])
    return tuple(
        _commitment(
            regime,
            stage,
            how,
            _where(regime, stage, laid_over.get(regime.id, ())),
            displaced.get(regime.overlay_of or regime.id, ()),
        )
        for regime, how in standing
        for stage in regime.stages
        if stage.kind == "deadline" and (not stage.unarmed_because or _armed(armed, f"{regime.id}.{stage.id}", on))
    )


def commitment_of(regime: Regime, stage: Stage) -> Commitment:
    """One stage as a commitment, whatever the status of its law: for those who only suppose that it binds."""
    return _commitment(regime, stage, "binding", stage.when, ())


def standing_on(regime: Regime, on: date, armed: Armed) -> Standing:
    """Whether the regime binds on that date. What ships unarmed binds from the day that an officer named, else not at all."""
    if regime.status.state in ("proposed", "template"):
        return "not"
    if not regime.unarmed_because:
        found = regime.status.standing(on)
        is_template = found == "binding" and regime.status.template and not _armed(armed, regime.id, on)
        return "template" if is_template else found
    ended = regime.status.until is not None and on > regime.status.until
    return "binding" if _armed(armed, regime.id, on) and not ended else "not"


def _armed(armed: Armed, id: str, on: date) -> bool:
    return id in armed and on >= armed[id]


def _displaced(regimes: list[Regime]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Of each law those that take its place, from the relations of both sides that take effect; an overlay is its base."""
    found: dict[str, dict[str, str]] = {}
    standing = {regime.overlay_of or regime.id for regime in regimes}
    for regime in regimes:
        own = regime.overlay_of or regime.id
        for relation in regime.relations:
            if relation.takes_effect:
                losing, winning = (own, relation.to) if relation.type == "displaced_by" else (relation.to, own)
                if winning in standing:
                    found.setdefault(losing, {})[winning] = relation.cite
    return {name: tuple(others.items()) for name, others in found.items()}


def _where(regime: Regime, stage: Stage, laid_over: tuple[str, ...]) -> Condition:
    """The stage's condition: an overlay's for its countries alone, a base's for all but those."""
    if regime.overlay_of:
        return All((Test("jurisdiction", "in", regime.countries, _entity(stage)), stage.when))
    if laid_over:
        return All((Not(Test("jurisdiction", "in", laid_over, _entity(stage))), stage.when))
    return stage.when


def _entity(stage: Stage) -> str:
    if stage.owed_to.role in AFFECTED and stage.owed_by.competence:
        return "operator"
    return "owed_to" if stage.owed_by.competence else "owed_by"


def _commitment(regime: Regime, stage: Stage, how: Standing, when: Condition, displaced_by: tuple[tuple[str, str], ...]) -> Commitment:
    name, version = regime.id, regime.version
    if regime.overlay_of:  # the same law, as that country transposed it: its duties keep their names
        name, version = regime.overlay_of, f"{regime.version} ({regime.id})"
    return Commitment(
        id=f"{name}.{stage.id}",
        title=stage.title,
        source=Source("regime", name, version, regime.digest, stage.cite),
        owed_by=stage.owed_by,
        owed_to=stage.owed_to,
        when=when,
        anchors=stage.anchors,
        combine=stage.combine,
        period=stage.period,
        targets=(Target(stage.plan_for, stage.plan_for_cite or stage.cite),) if stage.plan_for else (),
        repeat=stage.repeat,
        counting=stage.counting,
        basis=stage.basis,
        discharged_by=stage.discharged_by,
        contains=stage.content,
        tell=stage.tell,
        provisional_because=_only_planned(regime, how),
        because_applies=_because(regime, stage, how == "planning"),
        displaced_by=displaced_by,
        gate=gate_of(when, _entity(stage)),
    )


def _only_planned(regime: Regime, how: Standing) -> str | None:
    if how == "template":
        return regime.status.template
    return regime.status.note if how == "planning" else None


def _because(regime: Regime, stage: Stage, planning: bool) -> str:
    since = regime.status.since
    if regime.unarmed_because or since is None:
        applies = f"{regime.citation}, {'armed by an officer' if regime.unarmed_because else 'in force; no source gives the date'}"
    elif planning:
        applies = f"{regime.citation}: shown for planning, taken to bind from {spoken_day(since)}"
    else:
        applies = f"{regime.citation}, in force since {spoken_day(since)}"
    told = f"Owed to {stage.addressed_to}." if stage.addressed_to else ""
    return " ".join(part for part in (f"{applies}.", told, regime.status.note, stage.note) if part)
