"""Waive an obligation, where a clause of the agreement allows it."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, granting, outcomes, settling
from incident.errors import Conflict, NotAllowed
from incident.work import Work


def waive(work: Work, obligation_id: UUID, reason: str) -> answers.Json:
    """The creditor lets the debtor off. After the due instant the waiver stands beside the miss.

    Raises:
        NotAllowed: no clause allows it, or the caller is not the creditor.
        Conflict: the obligation is already settled otherwise.
    """
    row = permission.grants(work, obligation_id, what="waive it")
    if row.waivable is None:
        raise NotAllowed(f"Nobody may waive this duty: {row.cite} has no clause for it.", code="not_waivable")
    if row.settled_as not in (None, "missed", "unresolved"):
        raise Conflict(f"There is nothing left to waive: it is {row.settled_as}.", code="already_settled")
    acting.widen(work, row.case_id)
    granting.waiver(work, row, row.waivable, reason, by=work.actor.party)
    settling.after_an_act(work, row.case_id, why="a waiver")
    return outcomes.obligation(work, obligation_id)
