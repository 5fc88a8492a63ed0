"""Claim that a clock runs otherwise: from another instant, to a later one, or not at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from incident import answers, db
from incident.actions import permission
from incident.actions.commands import Claims
from incident.actions.consequences import acting, claiming, outcomes, settling
from incident.errors import Conflict
from incident.ids import new_id
from incident.records import cases
from incident.records.cases import Row
from incident.records.obligations import claims
from incident.records.obligations.tables import claim as claim_table
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
    case = cases.find(work.connection, row.case_id)
    if case.status == "closed":
        raise Conflict(f"{case.ref} is closed as {case.closed_as}; reopen it before anything is claimed.", code="case_closed")
    made = claiming.checked(work, row, party, command) | _kept(work, row, party, command)
    before = _standing(work, row, made)
    if before is not None:
        return outcomes.claim(work, before.id)
    db.put(work.connection, {claim_table: [made]})
    what = {name: made[name] for name in ("kind", "holds", "fact", "earliest_at", "latest_at", "until_at", "reason", "proof")}
    about = str(made["about"]) if made["about"] else None
    acting.note(work, row.case_id, "claimed", obligation=row.id, party=party, detail={"claim": str(made["id"]), "about": about, **what})
    settling.after_an_act(work, row.case_id, why="a claim")
    claiming.tell(work, made["id"], f"Claim about: {row.title}")
    work.wake("route")
    return outcomes.claim(work, made["id"])


def _kept(work: Work, row: Row, party: UUID, command: Claims) -> dict[str, Any]:
    return {
        "id": new_id(), "case_id": row.case_id, "obligation_id": row.id, "kind": command.kind, "by_party": party,
        "by_name": work.actor.name, "reason": command.reason, "proof": command.proof, "agreed": [], "refused": [],
        "claimed_at": work.now, "ended_at": None, "ended_as": None, "origin": work.node.settings.node_name,
    }  # fmt: skip


def _standing(work: Work, row: Row, made: dict[str, Any]) -> Row | None:
    """The open claim of the same party about the same, if it says the same."""
    which = ("by_party", "kind", "fact", "about") if made["kind"] == "start" else ("by_party", "kind", "obligation_id")
    found = [each for each in claims.open_of_case(work.connection, row.case_id) if all(each._mapping[name] == made[name] for name in which)]
    if not found:
        return None
    said = ("earliest_at", "latest_at", "until_at", "holds")
    if any(found[0]._mapping[name] != made[name] for name in said):
        raise Conflict("Another claim of yours about the same is open; withdraw it first.", code="claim_open")
    return found[0]
