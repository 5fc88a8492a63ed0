"""Log that an affected state was told by a way of its own, such as a telephone call: with its proof, and as the word of whoever says so."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, outcomes, settling
from incident.errors import Conflict, Fault, Invalid
from incident.rules.commitment import Discharge
from incident.work import Work


def log_relay(work: Work, obligation_id: UUID, done: DoneBy) -> answers.Json:
    """The state was told, and received it; `done.detail["proof"]` says how that is known.

    Raises:
        NotFound, NotAllowed: not the caller's to log.
        Conflict: the obligation relays nothing, or asks for more than that somebody received it.
        Invalid: no proof, or an instant in the future.
    """
    row, on_behalf = permission.performs(work, obligation_id, what="log it")
    if row.relay_to is None:
        raise Conflict("This obligation relays the case to no state; expected one that does.", code="no_relay")
    if row.discharged_by not in (Discharge.SENT, Discharge.RECEIVED):
        raise Conflict(f"This relay is met when it is {row.discharged_by}; record that instead.", code="asks_for_more")
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    if not done.detail.get("proof"):
        raise Invalid([Fault("/proof", "required", "expected what proves it, such as who took the call, or a portal's receipt number")])
    acting.widen(work, row.case_id)
    detail = {
        "proof": done.detail["proof"],
        "note": done.note,
        "logged": "one party's word",
        **({"logged_for_debtor": True} if on_behalf else {}),
    }
    acting.note(work, row.case_id, "received", obligation=row.id, by=done.by, occurred_at=occurred_at, detail=detail)
    settling.after_an_act(work, row.case_id, why="a relay that was logged")
    return outcomes.obligation(work, obligation_id)
