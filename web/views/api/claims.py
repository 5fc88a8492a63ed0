"""Claims against clocks, and what the other side says to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.agree_to_claim import agree_to_claim
from incident.actions.claim import claim
from incident.actions.commands import Claims
from incident.actions.refuse_claim import refuse_claim
from incident.actions.withdraw_claim import withdraw_claim
from incident.work import Work
from web.schemas.acts import ClaimSchema, NoteSchema, ReasonSchema
from web.schemas.answers import items_of
from web.views.api.blueprint import Calls
from web.views.api.calling import OBLIGATION, Answer, Json, acting, body

claims = Calls("claims", description="What a party says against a clock; both readings run until the other side agrees.")


@claims.get("/obligations/<uuid:obligation_id>/claims")
@acting(answers={200: items_of("Claim")})
def get_claims(work: Work, obligation_id: UUID) -> Json:
    """What is and was claimed about this clock, oldest first."""
    return {"items": board.claims(work, obligation_id)}


@claims.get("/obligations/<uuid:obligation_id>/readings")
@acting(answers={200: items_of("Obligation")})
def get_readings(work: Work, obligation_id: UUID) -> Json:
    """The readings of this duty side by side, the stated one first, each with its own instants and verdict."""
    return {"items": board.readings(work, obligation_id)}


@claims.post("/obligations/<uuid:obligation_id>/claims")
@acting(answers={201: "Claim"}, takes=body(ClaimSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_claim(work: Work, obligation_id: UUID, given: Claims) -> Answer:
    """Claim that the clock started at another instant, or claim more time or a waiver where a clause knows of it.

    No fact is changed. What is claimed runs as a second reading beside the stated one; what is only asked for (`holds` false) runs
    when it is granted. A statutory clock is never extended or waived.
    """
    return Answer(claim(work, obligation_id, given), 201)


@claims.get("/claims/<uuid:claim_id>")
@acting(answers={200: "Claim"})
def get_claim(work: Work, claim_id: UUID) -> Json:
    """One claim, with who has answered it."""
    return board.claim(work, claim_id)


@claims.post("/claims/<uuid:claim_id>/agreements")
@acting(answers={200: "Claim"}, takes=body(NoteSchema), refuses=(403,))
def post_claim_agreement(work: Work, claim_id: UUID, given: dict[str, Any]) -> Json:
    """Counter-sign it, as the other side: between you two the clock runs as claimed. A miss that is on record stays."""
    return agree_to_claim(work, claim_id, given["note"])


@claims.post("/claims/<uuid:claim_id>/refusals")
@acting(answers={200: "Claim"}, takes=body(ReasonSchema), refuses=(403,))
def post_claim_refusal(work: Work, claim_id: UUID, given: dict[str, Any]) -> Json:
    """Refuse it, as the other side: both readings run on, or what was asked for is not granted."""
    return refuse_claim(work, claim_id, given["reason"])


@claims.post("/claims/<uuid:claim_id>/withdrawals")
@acting(answers={200: "Claim"}, takes=body(ReasonSchema), refuses=(403,))
def post_claim_withdrawal(work: Work, claim_id: UUID, given: dict[str, Any]) -> Json:
    """Withdraw your own claim: its reading lapses; what was agreed stays agreed."""
    return withdraw_claim(work, claim_id, given["reason"])
