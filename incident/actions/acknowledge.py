"""Acknowledge an obligation: receipt only, neither awareness nor admission."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import DoneBy
from incident.actions.consequences import acting, outcomes, settling
from incident.work import Work


def acknowledge(work: Work, obligation_id: UUID, done: DoneBy) -> answers.Json:
    """Record that `done.by` of the debtor acknowledged; the obligation as it stands after.

    The debtor does it, or the party that filed the case logs it for the debtor (a telephone call), which stays visible.

    Raises:
        NotFound, NotAllowed: not the caller's to acknowledge.
        Invalid: it is said to have happened in the future.
    """
    row, on_behalf = permission.performs(work, obligation_id, what="acknowledge it")
    occurred_at = permission.not_in_the_future(work, done.occurred_at)
    work.widen(row.case_id)
    detail = {"note": done.note, **({"logged_for_debtor": True} if on_behalf else {})}
    acting.note(work, row.case_id, "acknowledged", obligation=row.id, by=done.by, occurred_at=occurred_at, detail=detail)
    settling.after_an_act(work, row.case_id, why="an acknowledgement")
    return outcomes.obligation(work, obligation_id)
