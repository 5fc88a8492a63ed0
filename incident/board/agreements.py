"""Agreements, as those who are party to them read them."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.errors import NotFound
from incident.records import agreements as records
from incident.records.parties import directory
from incident.rules import terms
from incident.work import Work


def agreements(work: Work) -> list[answers.Json]:
    """Every version that the caller is party to, by name, newest first."""
    rows = records.every(work.connection)
    accepted = records.acceptances(work.connection, [row.id for row in rows])
    members = [each.party_id for found in accepted.values() for each in found] + [row.published_by for row in rows]
    slugs = {id_: party.slug for id_, party in directory.by_ids(work.connection, members).items()}
    return [
        answers.agreement(
            row._mapping, slugs=slugs, accepted={each.party_id: each.accepted_at for each in accepted.get(row.id, [])}, now=work.now
        )
        for row in rows
    ]


def agreement(work: Work, id_: UUID) -> answers.Json:
    """One version with its clauses in plain language and its text.

    Raises:
        NotFound: there is none, or the caller is not party to it.
    """
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such agreement.")
    accepted = {each.party_id: each for each in records.acceptances(work.connection, [id_]).get(id_, [])}
    slugs = {i: party.slug for i, party in directory.by_ids(work.connection, [row.published_by, *accepted]).items()}
    shown = answers.agreement(row._mapping, slugs=slugs, accepted={i: each.accepted_at for i, each in accepted.items()}, now=work.now)
    clauses = [{"id": each.id, "title": each.title, "cite": each.cite, "text": each.text} for each in terms.render(terms.load(row.text))]
    acceptances = [{"party": slugs[i], "at": answers.at(each.accepted_at), "by": each.accepted_by} for i, each in accepted.items()]
    return shown | {"clauses": clauses, "acceptances": sorted(acceptances, key=lambda each: str(each["party"])), "text": row.text}
