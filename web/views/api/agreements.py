"""Agreements: published once, in force when every party has signed; what parties did about them, and the keys they sign by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.act_on_agreement import act_on_agreement
from incident.actions.add_signing_key import add_signing_key
from incident.actions.publish_agreement import publish_agreement
from incident.actions.revoke_signing_key import revoke_signing_key
from incident.actions.send_envelope import send_envelope
from incident.rules import terms
from incident.work import Work
from web.schemas.acts import NothingSchema
from web.schemas.answers import FREE, items_of
from web.schemas.parties import AgreementTextSchema, OverlaySchema
from web.schemas.queries import AgainstQuery
from web.schemas.signing import ActGiven, ActOnAgreementSchema, RevocationSchema, SigningKeySchema, act_given
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
    """Sign it for your party as it stands, through the node. The last signature puts it in force."""
    return accept_agreement(work, agreement_id)


@agreements.get("/agreements/<uuid:agreement_id>/acts")
@acting(answers={200: items_of("AgreementAct")})
def get_agreement_acts(work: Work, agreement_id: UUID) -> Json:
    """What its parties did about a version, each act with its signed envelope, in the order in which they came on record."""
    return {"items": board.agreement_acts(work, agreement_id)}


@agreements.post("/agreements/<uuid:agreement_id>/acts")
@acting(
    answers={201: "Agreement", 200: "Agreement"}, takes=body(ActOnAgreementSchema, lambda value, work: act_given(value)), refuses=(403, 409)
)
def post_agreement_act(work: Work, agreement_id: UUID, given: ActGiven) -> Answer:
    """Sign, suspend, resume or end it for your party: by an envelope that a key of yours signed, or as an officer through the node.

    Without `effective_at` the act counts from the earliest instant that the agreement allows. The same envelope again answers 200.
    """
    if given.envelope is not None:
        found, new = send_envelope(work, agreement_id, given.envelope)
        return Answer(found, 201 if new else 200)
    found = act_on_agreement(work, agreement_id, given.kind, effective_at=given.effective_at, reserved=given.reserved, reason=given.reason)
    return Answer(found, 201)


@agreements.get("/agreements/<uuid:agreement_id>/bundle")
@acting(answers={200: "AgreementBundle"})
def get_agreement_bundle(work: Work, agreement_id: UUID) -> Json:
    """Everything by which an outsider verifies who did what about it: the text, every envelope, and the public keys."""
    return board.agreement_bundle(work, agreement_id)


@agreements.get("/keys/signing")
@acting(answers={200: items_of("SigningKey")})
def get_signing_keys(work: Work) -> Json:
    """The public keys by which the parties of this node sign, revoked ones too."""
    return {"items": board.signing_keys(work)}


@agreements.post("/keys/signing")
@acting(answers={201: "SigningKey", 200: "SigningKey"}, takes=body(SigningKeySchema), refuses=(403, 409))
def post_signing_key(work: Work, given: dict[str, Any]) -> Answer:
    """Register a public key by which your party signs. The private key stays with you; the same key again answers 200."""
    found, new = add_signing_key(work, given["public_key"], given["name"])
    return Answer(found, 201 if new else 200)


@agreements.post("/keys/signing/<string:fingerprint>/revocation")
@acting(answers={200: "SigningKey"}, takes=body(RevocationSchema), refuses=(403,))
def post_signing_key_revocation(work: Work, fingerprint: str, given: dict[str, Any]) -> Json:
    """Revoke it: it signs nothing from now on, and what it signed before stays."""
    return revoke_signing_key(work, fingerprint, given["reason"])
