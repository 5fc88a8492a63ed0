"""Log that an affected state was told by a way of its own, such as a telephone call: with its proof, and as the word of whoever says so."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, outcomes, settling
from incident.errors import Conflict, Fault, Invalid
from incident.records import obligations
from incident.records.cases import Row
from incident.rules.commitment import Discharge
from incident.work import Work

_BY_RECEIPT = (Discharge.SENT, Discharge.RECEIVED)


def log_relay(work: Work, obligation_id: UUID, done: DoneBy) -> answers.Json:
    """The state was told, and received it; `done.detail["proof"]` says how that is known.

    One call tells it under every clause and law: what else of the case is relayed to the same state and recipient is met too.

    Raises:
        NotFound, NotAllowed: not the caller's to log.
        Conflict: the obligation relays nothing, or asks for more than that somebody received it.
        Invalid: no proof, or an instant in the future.
    """
    row, on_behalf = permission.performs(work, obligation_id, what="log it")
    if row.relay_to is None:
        raise Conflict("This obligation relays the case to no state; expected one that does.", code="no_relay")
    if row.discharged_by not in _BY_RECEIPT:
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
    for each in _told_alike(work, row):
        acting.note(work, row.case_id, "received", obligation=each.id, by=done.by, occurred_at=occurred_at, detail=detail)
    settling.after_an_act(work, row.case_id, why="a relay that was logged")
    return outcomes.obligation(work, obligation_id)


def _told_alike(work: Work, row: Row) -> list[Row]:
    """It, and the others that owe the same to the same: what one is told, nobody has to be told again."""
    same = (row.relay_to, row.debtor, row.creditor)
    found = [each for each in obligations.of_case(work.connection, row.case_id) if (each.relay_to, each.debtor, each.creditor) == same]
    open_ = [each for each in found if each.superseded_by is None and each.settled_as in (None, "missed", "unresolved")]
    return [each for each in open_ if each.id != row.id and each.discharged_by in _BY_RECEIPT] + [row]
