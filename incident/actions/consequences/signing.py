"""Acts about a version of an agreement: found admissible, kept with their envelope, recorded as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incident.canonical import instant
from incident.errors import Conflict, NotAllowed, NotFound, Unavailable
from incident.ids import new_id
from incident.records import agreements
from incident.records.agreements import acts, keys
from incident.records.parties import directory
from incident.rules import terms
from incident.rules.proof import dsse, statements
from incident.rules.proof.dsse import Envelope
from incident.rules.proof.statements import PAYLOAD_TYPE, Officer, Statement
from incident.rules.terms import admission
from incident.work import Work

_DONE = {"sign": "agreement.signed", "suspend": "agreement.suspended", "resume": "agreement.resumed", "end": "agreement.ended"}


@dataclass(frozen=True, slots=True)
class Version:
    """A version on record that nobody else acts about until the work ends, and what was done about it so far."""

    row: agreements.Row
    agreement: terms.Agreement
    done: tuple[acts.Row, ...]
    standing: tuple[terms.Standing, ...]


def held(work: Work, version_id: UUID) -> Version:
    """The version, held.

    Raises:
        NotFound: there is none that the caller may know of.
    """
    row = agreements.find(work.connection, version_id)
    if row is None:
        raise NotFound("There is no such agreement.")
    acts.hold(work.connection, version_id)
    agreement = terms.load(row.text)
    done = tuple(acts.about(work.connection, version_id))
    signed = acts.signed(work.connection, [version_id])[version_id]
    return Version(row, agreement, done, terms.standings(agreement, signed, acts.as_rules(done)))


def by_officer(
    work: Work, version: Version, party: UUID, kind: str, *, effective_at: datetime | None = None, reserved: Iterable[str] = (),
    reason: str = "",
) -> None:  # fmt: skip
    """What an officer of the party does, stated and signed by the node, which says who it was and how it knew.

    Raises:
        NotAllowed: the agreement names the keys by which alone the party signs.
        Invalid, Conflict: as `admission.admit`.
    """
    agreement, actor = version.agreement, work.actor
    uri = directory.by_ids(work.connection, [party])[party].uri
    if admission.keys_that_count(agreement, uri) is not None:
        raise NotAllowed("The agreement names the keys by which your party signs; sign with one of them.", code="key_needed")
    if work.node.key is None:
        raise Unavailable("This process has no key to sign with.")
    officer = Officer(actor.name or actor.slug or "officer", actor.means, work.node.settings.node_name)
    said = Statement(
        new_id(), kind, agreement.name, agreement.version, agreement.digest, uri, work.now, effective_at, tuple(sorted(set(reserved))),
        reason, acts.last_of(version.done, party), officer,
    )  # fmt: skip
    envelope = dsse.sign(PAYLOAD_TYPE, said.payload(), work.node.key)
    _keep(work, version, party, said, envelope, work.node.key.public_key().public_bytes_raw())


def by_key(work: Work, version: Version, party: UUID, envelope: Envelope) -> bool:
    """What the party signed with a key of its own; False if this very envelope is on record already.

    Raises:
        BadEnvelope: it cannot be believed.
        NotAllowed: it speaks for another party.
        Invalid, Conflict: as `admission.admit`; Conflict too for a statement that was used before.
    """
    said = statements.read(envelope)
    uri = directory.by_ids(work.connection, [party])[party].uri
    if said.party != uri:
        raise NotAllowed(f"The statement speaks for {said.party}; you act for {uri}.", code="another_party")
    if said.officer is not None:
        raise NotAllowed("A statement that names an officer is signed by the node at which the officer signed in.", code="not_the_node")
    if any(row.envelope == envelope.document() for row in version.done):
        return False
    key = dsse.verify(envelope, PAYLOAD_TYPE, _keys(work, version.agreement, party, uri))
    if any(row.id == said.id for row in version.done):
        raise Conflict("A statement of this id is on record already.", code="replayed")
    _keep(work, version, party, said, envelope, key)
    return True


def _keys(work: Work, agreement: terms.Agreement, party: UUID, uri: str) -> list[bytes]:
    """Those of the party that are not revoked and, where the document names some, are among them."""
    named = admission.keys_that_count(agreement, uri)
    live = [row for row in keys.of(work.connection, party) if row.revoked_at is None]
    return [row.public_key for row in live if named is None or row.fingerprint in named]


def _keep(work: Work, version: Version, party: UUID, said: Statement, envelope: Envelope, key: bytes) -> None:
    last = acts.last_of(version.done, party)
    effective_at = admission.admit(version.agreement, said, version.standing, last=last, now=work.now)
    acts.keep(work.connection, version.row.id, party, said, envelope, key, effective_at=effective_at, now=work.now)
    if said.kind == "sign":
        agreements.accept(work.connection, version.row.id, party, by=work.actor.name, now=work.now)
        _supersede(work, version)
    work.record(_DONE[said.kind], version.row.id, {
        "digest": version.row.digest, "statement": statements.name_of(envelope.payload), "key": dsse.fingerprint(key),
        "reserved": list(said.reserved), "reason": said.reason, "effective_at": None if effective_at is None else instant(effective_at),
    })  # fmt: skip


def _supersede(work: Work, version: Version) -> None:
    """With the signature that makes a version bind, the record of each earlier one of its name says what takes its place."""
    signed = sum(each.signed_at is not None for each in version.standing) + 1
    if signed != (2 if terms.by_party(version.agreement) else len(version.standing)):
        return
    for row in agreements.earlier(work.connection, version.row):
        said = {"by_version": version.row.version, "by_digest": version.row.digest}
        work.record("agreement.superseded", row.id, said | {"from": instant(max(work.now, version.agreement.in_force_from))})
