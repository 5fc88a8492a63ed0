"""Counter-sign a claim: between the two sides the clock runs as claimed from now on."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, claiming, outcomes, readings, settling
from incident.errors import Conflict
from incident.records import cases
from incident.records.obligations import claims
from incident.work import Work


def agree_to_claim(work: Work, claim_id: UUID, note: str = "") -> answers.Json:
    """The other side agrees. A claimed reading takes the place of the stated one, whose verdicts stay on record; what was asked
    for takes effect. No fact is changed. Agreeing twice is agreeing once.

    Raises:
        NotFound, NotAllowed: the caller is not the other side.
        Conflict: the claim has ended, or the case is closed.
    """
    row = permission.counter_signs(work, claim_id, what="agree to the claim")
    party = permission.speaks_for(work, what="agree to the claim")
    acting.widen(work, row.case_id)
    row = claims.find(work.connection, claim_id)
    if party in row.agreed:
        return outcomes.claim(work, claim_id)
    if row.ended_as is not None:
        raise Conflict(f"The claim has ended: {row.ended_as}.", code="claim_ended")
    case = cases.find(work.connection, row.case_id)
    if case.status == "closed":
        raise Conflict(f"{case.ref} is closed as {case.closed_as}; reopen it first.", code="case_closed")
    claims.answer(work.connection, claim_id, agreed={*row.agreed, party}, refused=set(row.refused) - {party})
    acting.note(work, row.case_id, "claim_agreed", obligation=row.obligation_id, party=party, detail={"claim": str(claim_id), "note": note})
    _take_effect(work, claim_id, party)
    settling.after_an_act(work, row.case_id, why="an agreed claim")
    claiming.tell(work, claim_id, "Agreed: a claim about a clock")
    work.wake("route")
    return outcomes.claim(work, claim_id)


def _take_effect(work: Work, claim_id: UUID, party: UUID) -> None:
    row = claims.find(work.connection, claim_id)
    if row.holds:
        disputed = readings.promote(work, row, why=f"Agreed by {work.actor.name}, as claimed: {row.reason}")
        everybody = claiming.sides(work, row) <= frozenset(row.agreed)
        if not disputed and everybody:
            claims.end(work.connection, claim_id, "agreed", work.now)
        return
    claiming.granted(work, row, party)
    claims.end(work.connection, claim_id, "agreed", work.now)
