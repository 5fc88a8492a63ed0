"""Asking, answering, nudging, and what stands by one party's word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.acknowledge_by_word import acknowledge_by_word
from incident.actions.answer_ask import answer_ask
from incident.actions.ask_for_help import ask_for_help
from incident.actions.co_sign import co_sign
from incident.actions.commands import Asks, Heard
from incident.actions.dispute_word import dispute_word
from incident.actions.log_call import log_call
from incident.actions.nudge import nudge
from incident.actions.open_notice import open_notice
from incident.actions.revoke_links import revoke_links
from incident.actions.take_back_word import take_back_word
from incident.work import Work
from web.schemas.acts import AnswerSchema, AsksSchema, CallSchema, HeardSchema, NamedReasonSchema, NamedSchema, NothingSchema, ReasonSchema
from web.schemas.answers import items_of
from web.views.api.blueprint import Calls
from web.views.api.calling import Answer, Json, acting, body

chasing = Calls("chasing", description="What is done to get an answer, and what is answered other than by acknowledging.")


@chasing.post("/notices/<uuid:notice_id>/openings")
@acting(answers={200: "Notice"}, takes=body(NothingSchema))
def post_opening(work: Work, notice_id: UUID, given: dict[str, Any]) -> Json:
    """Say that somebody has it before their eyes. It stops no clock and no ladder; the first opening stands."""
    return open_notice(work, notice_id)


@chasing.post("/notices/<uuid:notice_id>/asks")
@acting(answers={201: "Ask"}, takes=body(AsksSchema))
def post_ask(work: Work, notice_id: UUID, given: Asks) -> Answer:
    """Say that it is not yours, or ask for a call. The filer's liaison is told; your duties stay owed until that is resolved.

    For more time, claim it of the obligation: refused at once where the clock is statutory.
    """
    return Answer(ask_for_help(work, notice_id, given), 201)


@chasing.post("/notices/<uuid:notice_id>/link-revocations")
@acting(answers={200: "Notice"}, takes=body(NothingSchema))
def post_link_revocation(work: Work, notice_id: UUID, given: dict[str, Any]) -> Json:
    """Make the links by which it was sent to you open nothing any more."""
    return revoke_links(work, notice_id)


@chasing.get("/asks")
@acting(answers={200: items_of("Ask")})
def get_asks(work: Work) -> Json:
    """What waits for an answer, asked of you or by you, oldest first."""
    return {"items": board.open_asks(work)}


@chasing.post("/asks/<uuid:ask_id>/answers")
@acting(answers={200: "Ask"}, takes=body(AnswerSchema), refuses=(403,))
def post_answer(work: Work, ask_id: UUID, given: dict[str, Any]) -> Json:
    """Say, as the filer, what became of it."""
    return answer_ask(work, ask_id, given["answer"])


@chasing.post("/notices/<uuid:notice_id>/words")
@acting(answers={201: "Word"}, takes=body(HeardSchema), refuses=(403,))
def post_word(work: Work, notice_id: UUID, given: Heard) -> Answer:
    """Log, as the filer, that its recipient acknowledged by word of mouth. It stops ladders and meets nothing until it is co-signed."""
    return Answer(acknowledge_by_word(work, notice_id, given), 201)


@chasing.post("/words/<uuid:word_id>/co-signatures")
@acting(answers={200: "Word"}, takes=body(NamedSchema), refuses=(403,))
def post_co_signature(work: Work, word_id: UUID, given: dict[str, Any]) -> Json:
    """Confirm it, as the party of which it is said: receipt only, neither awareness nor admission."""
    return co_sign(work, word_id, given["by"])


@chasing.post("/words/<uuid:word_id>/disputes")
@acting(answers={200: "Word"}, takes=body(NamedReasonSchema), refuses=(403,))
def post_dispute(work: Work, word_id: UUID, given: dict[str, Any]) -> Json:
    """Dispute it, as the party of which it is said. The ladders go on."""
    return dispute_word(work, word_id, given["by"], given["reason"])


@chasing.post("/words/<uuid:word_id>/withdrawals")
@acting(answers={200: "Word"}, takes=body(ReasonSchema), refuses=(403,))
def post_word_withdrawal(work: Work, word_id: UUID, given: dict[str, Any]) -> Json:
    """Take back what you said. Where the other party was not told yet, it is not told at all."""
    return take_back_word(work, word_id, given["reason"])


@chasing.post("/obligations/<uuid:obligation_id>/nudges")
@acting(answers={200: "Obligation"}, takes=body(NothingSchema), refuses=(403,))
def post_nudge(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Send who owes it a reminder now; at most one in fifteen minutes to a party about an incident."""
    return nudge(work, obligation_id)


@chasing.post("/incidents/<uuid:incident_id>/calls")
@acting(answers={200: "Acted"}, takes=body(CallSchema))
def post_call(work: Work, incident_id: UUID, given: Heard) -> Json:
    """Keep with whom you spoke, when, what was said, and by what that is known. It is your party's word, and ends nothing."""
    return log_call(work, incident_id, given)
