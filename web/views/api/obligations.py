"""Obligations, and what is done about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import board
from incident.actions.acknowledge import acknowledge
from incident.actions.commands import DoneBy, Ground
from incident.actions.excuse import excuse
from incident.actions.extend import extend
from incident.actions.log_relay import log_relay
from incident.actions.pause import pause
from incident.actions.resume import resume
from incident.actions.submit import submit
from incident.actions.waive import waive
from incident.work import Work
from web.schemas.acts import (
    AcknowledgementSchema,
    ExcuseSchema,
    ExtensionSchema,
    PauseSchema,
    ReasonSchema,
    RelayedSchema,
    SubmissionSchema,
)
from web.schemas.answers import page_of
from web.schemas.queries import ObligationQuery
from web.views.api.blueprint import Calls
from web.views.api.calling import OBLIGATION, Answer, Json, acting, body, etag
from web.views.api.paging import paged

obligations = Calls("obligations", description="Who owes whom what, by when, and why that instant.")


@obligations.get("/obligations")
@acting(answers={200: page_of("Obligation")}, query=ObligationQuery)
def get_obligations(work: Work, asked: dict[str, Any]) -> Answer:
    """The obligations that you may see, soonest target first; duties without a number last."""
    return paged(board.obligations(work, **asked))


@obligations.get("/obligations/<uuid:obligation_id>")
@acting(answers={200: "Obligation"})
def get_obligation(work: Work, obligation_id: UUID) -> Answer:
    """One obligation, with its reasons and the acts about it that you may see."""
    return Answer(board.obligation(work, obligation_id), headers=etag(board.version_of_obligation(work, obligation_id)))


@obligations.post("/obligations/<uuid:obligation_id>/acknowledgements")
@acting(answers={200: "Obligation"}, takes=body(AcknowledgementSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_acknowledgement(work: Work, obligation_id: UUID, given: DoneBy) -> Json:
    """Acknowledge it: receipt only, neither awareness nor admission."""
    return acknowledge(work, obligation_id, given)


@obligations.post("/obligations/<uuid:obligation_id>/submissions")
@acting(answers={200: "Obligation"}, takes=body(SubmissionSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_submission(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Record that a stage was submitted, with its proof. Clocks that run from the submission are dated."""
    done = DoneBy(given["by"] or work.actor.name, given["occurred_at"], given["note"], {"proof": given["proof"], "source": given["source"]})
    return submit(work, obligation_id, given["stage"], done)


@obligations.post("/obligations/<uuid:obligation_id>/relays")
@acting(answers={200: "Obligation"}, takes=body(RelayedSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_relayed(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Log that the affected state was told by another way, with its proof: kept as one party's word."""
    done = DoneBy(given["by"] or work.actor.name, given["occurred_at"], given["note"], {"proof": given["proof"]})
    return log_relay(work, obligation_id, done)


@obligations.post("/obligations/<uuid:obligation_id>/extensions")
@acting(answers={200: "Obligation"}, takes=body(ExtensionSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_extension(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Grant more time, under the clause that allows it. A statutory clock is never extended."""
    return extend(work, obligation_id, given["until"], given["clause"], given["reason"], given["ground"])


@obligations.post("/obligations/<uuid:obligation_id>/pauses")
@acting(answers={200: "Obligation"}, takes=body(PauseSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_pause(work: Work, obligation_id: UUID, given: Ground) -> Json:
    """Stop the clock, where the clause names the ground. It runs again by itself when what the clause allows is over."""
    return pause(work, obligation_id, given)


@obligations.post("/obligations/<uuid:obligation_id>/resumptions")
@acting(answers={200: "Obligation"}, takes=body(ReasonSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_resumption(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Let it run again: its instants are later by the time that it stood still."""
    return resume(work, obligation_id, given["reason"])


@obligations.post("/obligations/<uuid:obligation_id>/excuses")
@acting(answers={200: "Obligation"}, takes=body(ExcuseSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_excuse(work: Work, obligation_id: UUID, given: Ground) -> Json:
    """Excuse it on a ground that the clause names, or say which provision prohibits performing it. The verdict stays what it is."""
    return excuse(work, obligation_id, given)


@obligations.post("/obligations/<uuid:obligation_id>/waivers")
@acting(answers={200: "Obligation"}, takes=body(ReasonSchema), refuses=(403, 412), if_match=OBLIGATION)
def post_waiver(work: Work, obligation_id: UUID, given: dict[str, Any]) -> Json:
    """Let the debtor off, where a clause allows it. After the due instant the waiver stands beside the miss."""
    return waive(work, obligation_id, given["reason"])
