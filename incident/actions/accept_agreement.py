"""Accept a version of an agreement; the last acceptance puts it in force."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes
from incident.errors import NotAllowed, NotFound
from incident.records import agreements
from incident.work import Work


def accept_agreement(work: Work, version_id: UUID) -> answers.Json:
    """The caller's party accepts it; accepting twice is accepting once.

    Raises:
        NotFound: there is none that the caller may know of.
        NotAllowed: the caller is not a party to it.
    """
    party = permission.speaks_for(work, what="accept an agreement")
    row = agreements.find(work.connection, version_id)
    if row is None:
        raise NotFound("There is no such agreement.")
    mine = [each for each in agreements.acceptances(work.connection, [version_id])[version_id] if each.party_id == party]
    if not mine:
        raise NotAllowed("Only a party to an agreement may accept it.")
    if mine[0].accepted_at is None:
        agreements.accept(work.connection, version_id, party, by=work.actor.name, now=work.now)
        work.record("agreement.accepted", version_id, {"digest": row.digest})
    return outcomes.agreement(work, version_id)
