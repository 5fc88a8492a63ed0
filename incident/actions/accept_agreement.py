"""Accept a version of an agreement: sign it as it stands. The last signature puts it in force."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes, signing
from incident.errors import NotAllowed
from incident.records import agreements
from incident.work import Work


def accept_agreement(work: Work, version_id: UUID) -> answers.Json:
    """The caller's party signs it, through the node; accepting twice is accepting once.

    Raises:
        NotFound: there is none that the caller may know of.
        NotAllowed: the caller is not a party to it, or the agreement names the keys by which it signs.
        Conflict: its term is over.
    """
    party = permission.speaks_for(work, what="accept an agreement")
    version = signing.held(work, version_id)
    mine = [each for each in agreements.acceptances(work.connection, [version_id])[version_id] if each.party_id == party]
    if not mine:
        raise NotAllowed("Only a party to an agreement may accept it.")
    if mine[0].accepted_at is None:
        signing.by_officer(work, version, party, "sign")
    return outcomes.agreement(work, version_id)
