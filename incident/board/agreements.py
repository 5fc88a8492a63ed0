"""Agreements, as those who are party to them read them."""

from __future__ import annotations

import base64
from uuid import UUID

from incident import answers
from incident.errors import NotFound
from incident.records import agreements as records
from incident.records.agreements import acts, keys
from incident.records.parties import directory
from incident.rules import terms
from incident.work import Work


def agreements(work: Work) -> list[answers.Json]:
    """Every version that the caller is party to, by name, newest first."""
    rows = records.every(work.connection)
    standing = acts.standing_of(work.connection, rows)
    members = [id_ for found in standing.values() for id_ in found] + [row.published_by for row in rows]
    slugs = {id_: party.slug for id_, party in directory.by_ids(work.connection, members).items()}
    return [answers.agreement(row._mapping, slugs=slugs, standing=standing[row.id], now=work.now) for row in rows]


def agreement(work: Work, id_: UUID) -> answers.Json:
    """One version with its clauses in plain language, its text, and how it stands for each party.

    Raises:
        NotFound: there is none, or the caller is not party to it.
    """
    row = _found(work, id_)
    accepted = {each.party_id: each for each in records.acceptances(work.connection, [id_]).get(id_, [])}
    standing = acts.standing_of(work.connection, [row])[id_]
    slugs = {i: party.slug for i, party in directory.by_ids(work.connection, [row.published_by, *accepted]).items()}
    shown = answers.agreement(row._mapping, slugs=slugs, standing=standing, now=work.now)
    document = terms.load(row.text)
    clauses = [{"id": each.id, "title": each.title, "cite": each.cite, "text": each.text} for each in terms.render(document)]
    acceptances = [{"party": slugs[i], "at": answers.at(each.accepted_at), "by": each.accepted_by} for i, each in accepted.items()]
    return shown | {
        "clauses": clauses, "acceptances": sorted(acceptances, key=lambda each: str(each["party"])), "text": row.text,
        "zone": document.zone, "standing": [answers.standing(slugs[i], each, work.now) for i, each in standing.items()],
        "transcription": _transcription(document),
    }  # fmt: skip


def agreement_acts(work: Work, id_: UUID) -> list[answers.Json]:
    """What its parties did about a version, in the order in which it came on record, each with its envelope.

    Raises:
        NotFound: there is none, or the caller is not party to it.
    """
    _found(work, id_)
    rows = acts.about(work.connection, id_)
    slugs = {i: party.slug for i, party in directory.by_ids(work.connection, [row.party_id for row in rows]).items()}
    return [answers.agreement_act(row._mapping, slugs[row.party_id]) for row in rows]


def agreement_bundle(work: Work, id_: UUID) -> answers.Json:
    """What an outsider needs to verify who did what about a version: its text and digest, every envelope, and the keys.

    Raises:
        NotFound: there is none, or the caller is not party to it.
    """
    row = _found(work, id_)
    members = _members(work, id_)
    node = work.node.key.public_key().public_bytes_raw() if work.node.key else b""
    return {
        "format": "agreement-bundle/1", "name": row.name, "version": row.version, "digest": row.digest, "text": row.text,
        "acts": [{"envelope": each["envelope"], "public_key": each["public_key"]} for each in agreement_acts(work, id_)],
        "node": {"name": work.node.settings.node_name, "public_key": base64.b64encode(node).decode("ascii")},
        "keys": [each | {"uri": members[each["party"]]} for each in signing_keys(work) if each["party"] in members],
    }  # fmt: skip


def signing_keys(work: Work) -> list[answers.Json]:
    """The public keys by which the parties of this node sign, revoked ones too."""
    return [answers.signing_key(row._mapping, row.slug) for row in keys.every(work.connection)]


def _members(work: Work, id_: UUID) -> dict[str, str]:
    """The parties of a version: their URI by slug."""
    members = [each.party_id for each in records.acceptances(work.connection, [id_]).get(id_, [])]
    return {party.slug: party.uri for party in directory.by_ids(work.connection, members).values()}


def _transcription(document: terms.Agreement) -> answers.Json | None:
    found = document.articles.transcription
    if found is None:
        return None
    return {
        "of": found.of, "text_digest": found.text_digest, "source": found.source, "certified_by": found.certified_by,
        "certified_on": found.certified_on.isoformat(),
    }  # fmt: skip


def _found(work: Work, id_: UUID) -> records.Row:
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such agreement.")
    return row
