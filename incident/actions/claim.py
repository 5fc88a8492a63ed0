"""Claim that a clock runs otherwise: from another instant, to a later one, or not at all."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.commands import Claims
from incident.actions.consequences import acting, claiming, outcomes
from incident.work import Work


def claim(work: Work, obligation_id: UUID, command: Claims) -> answers.Json:
    """Put it on record. No fact is changed: what is claimed runs as a second reading beside the stated one until the other side
    agrees; what is only asked for runs when it is granted. The same claim again is the claim that stands.

    Raises:
        NotFound, NotAllowed: the caller has no standing, or no clause knows of what is claimed.
        Invalid: the clock does not run from such a fact, or the instant cannot be claimed.
        Conflict: the case is closed, the clock has ended, or another claim of the caller about the same is open.
    """
    row = permission.disputes(work, obligation_id, what="claim anything against its clock")
    party = permission.speaks_for(work, what="claim")
    acting.widen(work, row.case_id)
    return outcomes.claim(work, claiming.put(work, row, party, command, by=work.actor.name))
