"""The catalogue of regimes, with what the caller's party has armed of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from incident import answers
from incident.errors import NotFound
from incident.records.agreements import armings
from incident.rules.commitment import Anchor, Parties
from incident.rules.legaltime.values import Period
from incident.rules.regimes import catalogue
from incident.rules.regimes.values import Regime, Stage, Status
from incident.work import Work

_Armed = Mapping[tuple[str, str | None], sa.Row[Any]]


def regimes(work: Work) -> list[answers.Json]:
    """Every law that this node knows, each number with its citation and how far it was verified."""
    armed = _armed(work)
    return [_regime(each, armed) for each in catalogue()]


def regime(work: Work, id: str) -> answers.Json:
    """One of them.

    Raises:
        NotFound: there is none of that id.
    """
    found = next((each for each in catalogue() if each.id == id), None)
    if found is None:
        raise NotFound(f"There is no regime {id!r}.")
    return _regime(found, _armed(work))


def _armed(work: Work) -> _Armed:
    if work.actor.party is None:
        return {}
    return {(row.regime, row.stage): row for row in armings.standing(work.connection, work.actor.party)}


def _regime(regime: Regime, armed: _Armed) -> answers.Json:
    return {
        "id": regime.id, "name": regime.name, "version": regime.version, "digest": regime.digest, "jurisdiction": regime.jurisdiction,
        "citation": regime.citation, "overlay_of": regime.overlay_of, "countries": list(regime.countries),
        "status": _status(regime.status), "unarmed_because": regime.unarmed_because or None, "armed": _arming(armed, regime.id, None),
        "trigger": {"cite": regime.trigger_cite, "note": regime.trigger_note},
        "thresholds": [{"text": each.text, "cite": each.cite} for each in regime.thresholds],
        "stages": [_stage(each, _arming(armed, regime.id, each.id)) for each in regime.stages],
        "excuses": [{"type": each.type, "text": each.text, "cite": each.cite} for each in regime.excuses],
        "relations": [
            {"to": each.to, "type": each.type, "cite": each.cite, "evidence": each.evidence, "takes_effect": each.takes_effect}
            for each in regime.relations
        ],
        "duties": [{"text": each.text, "cite": each.cite} for each in regime.duties], "notes": list(regime.notes),
        "confidence": regime.confidence, "evidence": regime.evidence, "evidence_detail": regime.evidence_detail, "source": regime.source,
    }  # fmt: skip


def _status(status: Status) -> answers.Json:
    return {
        "state": status.state, "since": status.since and status.since.isoformat(), "until": status.until and status.until.isoformat(),
        "planning_from": status.planning_from and status.planning_from.isoformat(), "cite": status.cite, "note": status.note,
        "evidence": status.evidence,
    }  # fmt: skip


def _stage(stage: Stage, armed: answers.Json | None) -> answers.Json:
    return {
        "id": stage.id, "filed_as": stage.filed_as, "title": stage.title, "cite": stage.cite, "note": stage.note, "kind": stage.kind,
        "owed_by": _parties(stage.owed_by), "owed_to": None if stage.addressed_to else _parties(stage.owed_to),
        "addressed_to": stage.addressed_to, "anchors": [_anchor(each) for each in stage.anchors], "combine": stage.combine,
        "period": _period(stage.period), "period_cite": stage.period_cite, "also": stage.also, "plan_for": _period(stage.plan_for),
        "plan_for_cite": stage.plan_for_cite, "repeats": stage.repeat.every if stage.repeat else None, "basis": stage.basis.value,
        "discharged_by": stage.discharged_by.value, "discharge_cite": stage.discharge_cite, "content": list(stage.content),
        "evidence": stage.evidence, "unarmed_because": stage.unarmed_because or None, "armed": armed,
    }  # fmt: skip


def _parties(parties: Parties) -> str:
    return f"{parties.role.value}: {parties.competence}" if parties.competence else parties.role.value


def _anchor(anchor: Anchor) -> answers.Json:
    return {"kind": anchor.kind, "name": anchor.name, "of": anchor.of if anchor.kind == "fact" else None}


def _period(period: Period | None) -> answers.Json | None:
    if period is None:
        return None
    return {"n": period.n, "unit": period.unit, "rule": period.rule, "at": period.at, "options": dict(period.options)}


def _arming(armed: _Armed, regime: str, stage: str | None) -> answers.Json | None:
    row = armed.get((regime, stage))
    if row is None:
        return None
    return {
        "id": str(row.id), "source": row.source, "binds_from": row.binds_from.isoformat(), "armed_by": row.armed_by,
        "armed_at": answers.at(row.armed_at),
    }  # fmt: skip
