"""Acknowledge an obligation, or as its creditor confirm what was submitted: receipt only, neither awareness nor admission."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, outcomes, settling
from incident.errors import Conflict
from incident.records import obligations
from incident.rules.commitment import Discharge
from incident.work import Work


def acknowledge(work: Work, obligation_id: UUID, done: DoneBy) -> answers.Json:
    """Record that `done.by` of the debtor acknowledged; the obligation as it stands after.

    The debtor does it, or the party that filed the case logs it for the debtor (a telephone call), which stays visible. Where
    a duty is discharged by confirmation, its creditor's acknowledgement of the submission is that confirmation.

    Raises:
        NotFound, NotAllowed: not the caller's to acknowledge.
        Invalid: it is said to have happened in the future.
        Conflict: there is no submission to confirm yet.
    """
    permission.speaks_for(work, what="acknowledge it")
    if confirmed := _confirm(work, obligation_id, done):
        return confirmed
    row, on_behalf = permission.performs(work, obligation_id, what="acknowledge it")
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    acting.widen(work, row.case_id)
    detail = {"note": done.note, **({"logged_for_debtor": True} if on_behalf else {})}
    acting.note(work, row.case_id, "acknowledged", obligation=row.id, by=done.by, occurred_at=occurred_at, detail=detail)
    settling.after_an_act(work, row.case_id, why="an acknowledgement")
    return outcomes.obligation(work, obligation_id)


def _confirm(work: Work, obligation_id: UUID, done: DoneBy) -> answers.Json | None:
    row = obligations.find(work.connection, obligation_id)
    if row.discharged_by != Discharge.CONFIRMED or work.actor.party != row.creditor:
        return None
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    acting.widen(work, row.case_id)
    acts = obligations.acts_about(work.connection, [row.id]).get(row.id, [])
    if not any(each.kind == "submitted" for each in acts):
        raise Conflict("Nothing has been submitted yet that could be confirmed.", code="nothing_submitted")
    acting.note(work, row.case_id, "confirmed", obligation=row.id, by=done.by, occurred_at=occurred_at, detail={"note": done.note})
    settling.after_an_act(work, row.case_id, why="a confirmation")
    return outcomes.obligation(work, obligation_id)
