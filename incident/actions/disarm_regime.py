"""Withdraw what was armed."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.errors import NotFound
from incident.records.agreements import armings
from incident.work import Work


def disarm_regime(work: Work, arming_id: UUID, *, because: str) -> answers.Json:
    """No new case starts its clocks; the cases that began under it keep theirs.

    Raises:
        NotFound: the caller's party has armed nothing of that id, or withdrew it before.
    """
    party = permission.speaks_for(work, what="withdraw an arming")
    row = next((each for each in armings.standing(work.connection, party) if each.id == arming_id), None)
    if row is None:
        raise NotFound("Nothing of that id stands armed.")
    armings.withdraw(work.connection, row.id, by=work.actor.name, because=because, now=work.now)
    shown = {"id": str(row.id), "regime": row.regime, "stage": row.stage, "because": because}
    work.record("regime.disarmed", party, shown)
    return shown | {"withdrawn_at": answers.at(work.now)}
