"""Agreements: published once, in force when every party has accepted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.publish_agreement import publish_agreement
from incident.rules.regimes import catalogue
from incident.rules.regimes.values import Regime, Stage
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import items_of
from web.schemas.parties import AgreementTextSchema
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

agreements = Calls("agreements", description="What was signed, and the law that applies besides.")


@agreements.get("/agreements")
@acting(answers={200: items_of("Agreement")})
def get_agreements(work: Work) -> Json:
    """Every version that you are party to, by name, newest first."""
    return {"items": board.agreements(work)}


@agreements.post("/agreements")
@acting(answers={201: "Agreement", 200: "Agreement"}, takes=body(AgreementTextSchema, yaml=True), refuses=(403,))
def post_agreement(work: Work, given: dict[str, Any]) -> Answer:
    """Publish a version: the document as YAML, or as `{"text": …}`. It never changes afterwards; the same again answers 200."""
    published, new = publish_agreement(work, given["text"])
    return Answer(published, 201 if new else 200, {"Location": f"/api/v1/agreements/{published['id']}"})


@agreements.get("/agreements/<uuid:agreement_id>")
@acting(answers={200: "AgreementInFull"})
def get_agreement(work: Work, agreement_id: UUID) -> Json:
    """One version, with its clauses in plain language and its text."""
    return board.agreement(work, agreement_id)


@agreements.post("/agreements/<uuid:agreement_id>/acceptances")
@acting(answers={200: "Agreement"}, takes=body(NothingSchema), refuses=(403,))
def post_acceptance(work: Work, agreement_id: UUID, given: dict[str, Any]) -> Json:
    """Accept it for your party. The last acceptance puts it in force."""
    return accept_agreement(work, agreement_id)


@agreements.get("/regimes")
@acting(answers={200: items_of("Regime")})
def get_regimes(work: Work) -> Json:
    """The laws that this node knows, each number with its citation and how far it was verified."""
    return {"items": [_regime(each) for each in catalogue()]}


def _regime(regime: Regime) -> Json:
    status = regime.status
    return {
        "id": regime.id, "name": regime.name, "version": regime.version, "digest": regime.digest, "jurisdiction": regime.jurisdiction,
        "citation": regime.citation,
        "status": {
            "state": status.state, "since": status.since and status.since.isoformat(), "until": status.until and status.until.isoformat(),
            "planning_from": status.planning_from and status.planning_from.isoformat(), "cite": status.cite, "note": status.note,
            "evidence": status.evidence, "unsettled": status.unsettled,
        },
        "stages": [_stage(each) for each in regime.stages],
        "excuses": [{"type": each.type, "text": each.text, "cite": each.cite} for each in regime.excuses],
        "relations": [{"to": each.to, "type": each.type, "cite": each.cite} for each in regime.relations], "notes": list(regime.notes),
        "confidence": regime.confidence, "evidence": regime.evidence, "evidence_detail": regime.evidence_detail, "source": regime.source,
    }  # fmt: skip


def _stage(stage: Stage) -> Json:
    period = stage.period
    return {
        "id": stage.id, "title": stage.title, "cite": stage.cite, "note": stage.note, "owed_by": stage.owed_by.role.value,
        "owed_to": stage.owed_to.role.value if stage.owed_to else None, "addressed_to": stage.addressed_to,
        "period": {"n": period.n, "unit": period.unit, "rule": period.rule, "at": period.at} if period else None,
        "period_cite": stage.period_cite, "basis": stage.basis.value, "discharged_by": stage.discharged_by.value,
        "content": list(stage.content),
    }  # fmt: skip
