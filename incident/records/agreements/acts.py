"""What parties did about versions, by signed statements that are kept whole and never change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.records.agreements import binding
from incident.records.agreements.tables import agreement_act, agreement_party, agreement_version
from incident.records.parties.tables import party
from incident.rules import terms
from incident.rules.proof.dsse import Envelope, fingerprint
from incident.rules.proof.statements import Statement, name_of

Row = sa.Row[Any]
_QUESTION = sa.select(agreement_act, party.c.uri).join(party, party.c.id == agreement_act.c.party_id)


def hold(connection: sa.Connection, version: UUID) -> None:
    """Let nobody else act about that version until this work ends."""
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:version, 3))"), {"version": str(version)})


def about(connection: sa.Connection, version: UUID) -> list[Row]:
    """Every act about that version, each with the `uri` of its party, in the order in which they came on record."""
    rows = connection.execute(_QUESTION.where(agreement_act.c.version_id == version).order_by(agreement_act.c.position)).all()
    return list(rows)


def about_all(connection: sa.Connection, versions: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """The same of several versions."""
    found: dict[UUID, list[Row]] = {}
    for row in connection.execute(_QUESTION.where(agreement_act.c.version_id.in_(list(versions))).order_by(agreement_act.c.position)):
        found.setdefault(row.version_id, []).append(row)
    return found


def about_digests(connection: sa.Connection, digests: Iterable[str]) -> dict[str, list[Row]]:
    """The same of the versions of these digests, as far as the caller may see them."""
    question = _QUESTION.add_columns(agreement_version.c.digest.label("version_digest")).join(
        agreement_version, agreement_version.c.id == agreement_act.c.version_id
    )
    rows = connection.execute(question.where(agreement_version.c.digest.in_(list(digests))).order_by(agreement_act.c.position))
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.version_digest, []).append(row)
    return found


def last_of(rows: Iterable[Row], party_id: UUID) -> str | None:
    """The digest of the last act of that party among those of one version."""
    own = [row.digest for row in rows if row.party_id == party_id]
    return own[-1] if own else None


def keep(
    connection: sa.Connection, version: UUID, party_id: UUID, said: Statement, envelope: Envelope, key: bytes, *,
    effective_at: datetime | None, now: datetime,
) -> None:  # fmt: skip
    """Put an act on record that was found to be admissible; a signature is also an acceptance."""
    row = {
        "id": said.id, "version_id": version, "party_id": party_id, "kind": said.kind, "digest": name_of(envelope.payload),
        "previous": said.previous, "effective_at": effective_at, "reserved": list(said.reserved), "reason": said.reason,
        "officer": said.officer.name if said.officer else None, "key": fingerprint(key), "public_key": key,
        "envelope": envelope.document(), "issued_at": said.issued_at, "recorded_at": now,
    }  # fmt: skip
    connection.execute(sa.insert(agreement_act).values(row))


def as_rules(rows: Iterable[Row]) -> list[terms.Act]:
    """These acts, as the rules see them."""
    return [terms.Act(row.uri, row.kind, row.effective_at, frozenset(row.reserved), row.recorded_at) for row in rows]


def signed(connection: sa.Connection, versions: Iterable[UUID]) -> dict[UUID, dict[str, datetime | None]]:
    """By version, who is a party to it by URI, and when it signed."""
    question = sa.select(agreement_party.c.version_id, agreement_party.c.accepted_at, party.c.uri).join(
        party, party.c.id == agreement_party.c.party_id
    )
    found: dict[UUID, dict[str, datetime | None]] = {}
    for row in connection.execute(question.where(agreement_party.c.version_id.in_(list(versions)))):
        found.setdefault(row.version_id, {})[row.uri] = row.accepted_at
    return found


def standing_of(connection: sa.Connection, versions: Iterable[Row]) -> dict[UUID, dict[UUID, terms.Standing]]:
    """How each of these versions stands for each of its parties, in the order of the document."""
    rows = list(versions)
    ids = [row.id for row in rows]
    done = about_all(connection, ids)
    members: dict[UUID, dict[str, tuple[UUID, datetime | None]]] = {id_: {} for id_ in ids}
    question = sa.select(agreement_party, party.c.uri).join(party, party.c.id == agreement_party.c.party_id)
    for row in connection.execute(question.where(agreement_party.c.version_id.in_(ids))):
        members[row.version_id][row.uri] = (row.party_id, row.accepted_at)
    documents = binding.loaded(connection, [row.digest for row in rows])
    found: dict[UUID, dict[UUID, terms.Standing]] = {}
    for row in rows:
        known = members[row.id]
        signed = {uri: at for uri, (_, at) in known.items()}
        standing = terms.standings(documents[row.digest], signed, as_rules(done.get(row.id, [])))
        found[row.id] = {known[each.party][0]: each for each in standing if each.party in known}
    return found
