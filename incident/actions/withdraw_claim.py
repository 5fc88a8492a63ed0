"""Withdraw a claim: its reading lapses where the other side has not agreed; what was agreed stays agreed."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, claiming, outcomes, readings
from incident.errors import Conflict
from incident.records.obligations import claims
from incident.work import Work


def withdraw_claim(work: Work, claim_id: UUID, reason: str) -> answers.Json:
    """The claimant holds to it no longer. Withdrawing twice is withdrawing once.

    Raises:
        NotFound, NotAllowed: the caller did not make it.
        Conflict: it has ended otherwise.
    """
    row = permission.made_claim(work, claim_id, what="withdraw it")
    acting.widen(work, row.case_id)
    row = claims.find(work.connection, claim_id)
    if row.ended_as == "withdrawn":
        return outcomes.claim(work, claim_id)
    if row.ended_as is not None:
        raise Conflict(f"The claim has ended: {row.ended_as}.", code="claim_ended")
    claims.end(work.connection, claim_id, "withdrawn", work.now)
    acting.note(
        work, row.case_id, "claim_withdrawn", obligation=row.obligation_id, party=row.by_party,
        detail={"claim": str(claim_id), "reason": reason},
    )  # fmt: skip
    for each in claims.reading_of(work.connection, claim_id):
        if each.superseded_by is None:
            readings.lapse(work, each, f"The claim was withdrawn: {reason}")
    claiming.tell(work, claim_id, "Withdrawn: a claim about a clock")
    work.wake("route")
    return outcomes.claim(work, claim_id)
