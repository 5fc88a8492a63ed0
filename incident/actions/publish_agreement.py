"""Put a version of an agreement on record. It never changes afterwards, and binds when every party has signed it."""

from __future__ import annotations

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes, signing
from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.records import agreements
from incident.records.parties import directory
from incident.rules import terms
from incident.rules.terms import admission
from incident.work import Work


def publish_agreement(work: Work, text: str) -> tuple[answers.Json, bool]:
    """The version on record, and whether it is new. The publisher signs by publishing, unless the document names keys by which
    it signs; the other parties are awaited. A transcription is certified, and binds those alone who sign it as correct.

    Raises:
        Invalid: the document has faults, or names a party that this node does not know.
        NotAllowed: the caller is not a party to it.
        Conflict: another text is on record under this name and version.
    """
    publisher = permission.speaks_for(work, what="publish an agreement")
    agreement = terms.load(text)
    known = directory.by_uris(work.connection, agreement.parties)
    faults = [
        Fault(f"/parties/{number}", "unknown_party", f"no party of this node has the URI {uri!r}")
        for number, uri in enumerate(agreement.parties)
        if uri not in known
    ]
    if faults:
        raise Invalid(faults, "The agreement names parties that are not on this node.")
    if publisher not in {party.id for party in known.values()}:
        raise NotAllowed("Only a party to an agreement may publish it.")
    before = agreements.by_name(work.connection, publisher, agreement.name, agreement.version)
    if before is not None:
        if before.digest != agreement.digest:
            raise Conflict(f"{agreement.name} {agreement.version} is published and cannot change; publish a new version.", code="immutable")
        return outcomes.agreement(work, before.id), False
    members = [party.id for party in known.values()]
    id_ = agreements.publish(work.connection, agreement, text=text, parties=members, by=publisher, now=work.now)
    work.record("agreement.published", id_, {"name": agreement.name, "version": agreement.version, "digest": agreement.digest})
    if admission.keys_that_count(agreement, work.actor.uri) is None:
        signing.by_officer(work, signing.held(work, id_), publisher, "sign")
    return outcomes.agreement(work, id_), True
