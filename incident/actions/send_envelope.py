"""Put on record what a party signed about a version of an agreement with a key of its own."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes, signing
from incident.rules.proof import dsse
from incident.work import Work


def send_envelope(work: Work, version_id: UUID, envelope: object) -> tuple[answers.Json, bool]:
    """The version as it stands after, and whether the act is new: the same envelope again changes nothing.

    Raises:
        NotFound: there is none that the caller may know of.
        BadEnvelope: no key of the caller's party that counts signed it, or it is not a statement in canonical form.
        NotAllowed: it speaks for another party.
        Invalid, Conflict: the act may not come on record; see `terms.admission`.
    """
    party = permission.speaks_for(work, what="act on an agreement")
    version = signing.held(work, version_id)
    new = signing.by_key(work, version, party, dsse.read(envelope))
    return outcomes.agreement(work, version_id), new
