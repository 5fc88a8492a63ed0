"""Agreements: published once, in force when every party has accepted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.publish_agreement import publish_agreement
from incident.rules import terms
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import FREE, items_of
from web.schemas.parties import AgreementTextSchema, OverlaySchema
from web.schemas.queries import AgainstQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

agreements = Calls("agreements", description="What was signed.")


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


@agreements.get("/agreements/schema.json")
@acting(answers={200: FREE})
def get_agreement_schema(work: Work) -> Json:
    """The JSON Schema (2020-12) of a document. What it forbids is refused; publishing a version refuses more."""
    return terms.json_schema()


@agreements.get("/agreements/<uuid:agreement_id>/diff")
@acting(answers={200: "AgreementDiff"}, query=AgainstQuery)
def get_agreement_diff(work: Work, agreement_id: UUID, asked: dict[str, Any]) -> Json:
    """What this version changes: clauses added, removed and changed, each with who gains and who loses."""
    return board.agreement_diff(work, agreement_id, asked["against"])


@agreements.get("/agreements/<uuid:agreement_id>/composition")
@acting(answers={200: "Composition"})
def get_composition(work: Work, agreement_id: UUID) -> Json:
    """What this version comes to beside the versions in force that its parties share, and the laws: layers, rules, groups, findings."""
    return board.composition(work, agreement_id)


@agreements.post("/agreements/compositions")
@acting(answers={200: "Composition"}, takes=body(AgreementTextSchema, yaml=True))
def post_composition(work: Work, given: dict[str, Any]) -> Json:
    """The same of a document that is on no record: as YAML, or as `{"text": …}`. Nothing is kept."""
    return board.composition_of_text(work, given["text"])


@agreements.post("/agreements/burdens")
@acting(answers={200: "Burden"}, takes=body(OverlaySchema))
def post_burden(work: Work, given: dict[str, Any]) -> Json:
    """What the document `add` costs beside the document `text` and what is in force for its parties: clocks, recipients, answers, hours.

    The clocks are planned on made-up cases, with it and without it. Nothing is kept.
    """
    return board.burden(work, given["text"], given["add"])


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
