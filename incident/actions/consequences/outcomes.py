"""What an action answers: the thing acted on, as it stands after."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions.consequences import telling
from incident.errors import NotFound
from incident.records import agreements, cases, obligations, outbox
from incident.records.agreements import acts as standings
from incident.records.obligations import claims
from incident.records.outbox import asks
from incident.records.parties import directory
from incident.work import Work


def obligation(work: Work, id_: UUID) -> answers.Json:
    """The obligation, its verdict derived from its acts."""
    row = obligations.find(work.connection, id_)
    acts = obligations.acts_about(work.connection, [id_]).get(id_, [])
    slugs = telling.names(work, [each for each in (row.debtor, row.creditor) if each])
    ref = cases.find(work.connection, row.case_id).ref
    stands, doubt = obligations.verdict_of(row, acts, work.now), work.held(row.due_at)
    return answers.obligation(row._mapping, slugs=slugs, verdict=stands.value, incident_ref=ref, doubt=doubt)


def claim(work: Work, id_: UUID) -> answers.Json:
    """The claim, with who has answered it and the clocks that run because of it, as far as they are the caller's matter."""
    row = claims.find(work.connection, id_)
    case = cases.find(work.connection, row.case_id)
    inside = work.actor.party in (case.filed_by, case.operator_id, row.by_party)
    clocks = [*obligations.by_ids(work.connection, [row.obligation_id]), *claims.reading_of(work.connection, id_)]
    clocks = [each for each in clocks if inside or work.actor.party in (each.debtor, each.creditor)]
    asked = claims.asked(row, clocks)
    answered = {*row.agreed, *row.refused} if inside else {*row.agreed, *row.refused} & asked
    slugs = telling.names(work, [row.by_party, *([row.about] if row.about else []), *asked, *answered])
    runs = [each.id for each in clocks if each.reading == str(id_)]
    return answers.claim(row._mapping, slugs=slugs, asked=asked, readings=runs, incident_ref=case.ref)


def notice(work: Work, id_: UUID) -> answers.Json:
    """The notice, without what it withholds."""
    row = outbox.find(work.connection, id_)
    return answers.notice(row._mapping, slugs=telling.names(work, [row.recipient]), incident_ref=row.items.get("incident_ref", ""))


def notification(work: Work, id_: UUID) -> answers.Json:
    """The notification as it stands."""
    row = outbox.notification_of(work.connection, id_)
    ref = cases.find(work.connection, row.case_id).ref
    return answers.notification(row._mapping, slugs=telling.names(work, [row.party_id]), incident_ref=ref)


def ask(work: Work, id_: UUID) -> answers.Json:
    """What a recipient asked."""
    row = asks.find(work.connection, id_)
    return answers.ask(row._mapping, slugs=telling.names(work, [row.party_id]))


def word(work: Work, id_: UUID) -> answers.Json:
    """What one party says that another did."""
    row = asks.find_word(work.connection, id_)
    return answers.word(row._mapping, slugs=telling.names(work, [row.party_id, row.said_by]))


def incident(work: Work, id_: UUID) -> answers.Json:
    """The incident with its live obligations, each with its verdict."""
    row = cases.find(work.connection, id_)
    rows = [each for each in obligations.of_case(work.connection, id_) if each.superseded_by is None]
    acts = obligations.acts_about(work.connection, [each.id for each in rows])
    slugs = telling.names(work, [row.filed_by, row.operator_id, *(p for each in rows for p in (each.debtor, each.creditor) if p)])
    deployment = directory.deployment_by_id(work.connection, row.deployment_id)
    return {
        "incident": answers.incident(row._mapping, slugs=slugs, deployment=deployment.slug, home=deployment.jurisdiction),
        "obligations": [
            answers.obligation(
                each._mapping, slugs=slugs, incident_ref=row.ref, doubt=work.held(each.due_at),
                verdict=obligations.verdict_of(each, acts.get(each.id, ()), work.now).value,
            ) for each in rows
        ],
    }  # fmt: skip


def agreement(work: Work, id_: UUID) -> answers.Json:
    """The version, with how it stands for each party."""
    row = agreements.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such agreement.")
    standing = standings.standing_of(work.connection, [row])[id_]
    slugs = telling.names(work, [row.published_by, *standing])
    return answers.agreement(row._mapping, slugs=slugs, standing=standing, now=work.now)
