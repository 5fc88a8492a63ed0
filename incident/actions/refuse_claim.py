"""Refuse a claim: a reading that runs goes on running beside the stated one, and what was only asked for is not granted."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, claiming, outcomes
from incident.errors import Conflict
from incident.records.obligations import claims
from incident.work import Work


def refuse_claim(work: Work, claim_id: UUID, reason: str) -> answers.Json:
    """The other side does not agree, which is recorded with its reason. Refusing twice is refusing once.

    Raises:
        NotFound, NotAllowed: the caller is not the other side.
        Conflict: the claim has ended, or the caller has agreed, which binds.
    """
    row = permission.counter_signs(work, claim_id, what="refuse the claim")
    party = permission.speaks_for(work, what="refuse the claim")
    acting.widen(work, row.case_id)
    row = claims.find(work.connection, claim_id)
    if party in row.refused:
        return outcomes.claim(work, claim_id)
    if party in row.agreed:
        raise Conflict("You have agreed to it, and that binds.", code="claim_agreed")
    if row.ended_as is not None:
        raise Conflict(f"The claim has ended: {row.ended_as}.", code="claim_ended")
    claims.answer(work.connection, claim_id, agreed=set(row.agreed), refused={*row.refused, party})
    if not row.holds:
        claims.end(work.connection, claim_id, "refused", work.now)
    acting.note(
        work, row.case_id, "claim_refused", obligation=row.obligation_id, party=party, detail={"claim": str(claim_id), "reason": reason}
    )
    claiming.tell(work, claim_id, "Refused: a claim about a clock")
    work.wake("route")
    return outcomes.claim(work, claim_id)
