"""Who may do what. Every action asks here first; walls in the database say the same once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident.actor import Actor
from incident.errors import Conflict, Fault, Gone, Invalid, NotAllowed, NotFound
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.cases.tables import incident
from incident.records.obligations import claims
from incident.records.outbox import asks, links
from incident.rules.planning import counterparts
from incident.work import Work

FILING_KINDS = ("cert", "operator", "ministry")


def speaks_for(work: Work, *, what: str) -> UUID:
    """The party that the actor speaks for.

    Raises:
        NotAllowed: nobody is signed in, or a link was used, which opens one notice and nothing else.
    """
    actor: Actor = work.actor
    if actor.party is None or actor.means not in ("key", "session"):
        raise NotAllowed(f"Sign in or use an API key to {what}.")
    return actor.party


def runs_the_node(work: Work, *, what: str) -> None:
    """The actor must be the node itself, whose operator may do this for all parties.

    Raises:
        NotAllowed: the actor speaks for a party, or is nobody.
    """
    if not work.actor.is_node:
        raise NotAllowed(f"Only the operator of the node may {what}.")


def holds_case(work: Work, case: Row, *, what: str) -> UUID:
    """The actor's party, which must have filed the case or operate the deployment.

    Raises:
        NotFound: the actor has no part in it.
    """
    party = speaks_for(work, what=what)
    if party not in (case.filed_by, case.operator_id):
        raise NotFound("There is no such incident.")
    return party


def sees_to(work: Work, notification_id: UUID, *, what: str) -> Row:
    """The notification, whose case the actor's party must have filed, or operate the deployment.

    Raises:
        NotFound: anybody else, also its recipient, which sees it and has no hand in how it travels.
    """
    speaks_for(work, what=what)
    letter = outbox.notification_of(work.connection, notification_id)
    try:
        holds_case(work, cases.find(work.connection, letter.case_id), what=what)
    except NotFound:
        raise NotFound("There is no such notification.") from None
    return letter


def files_cases(work: Work, case: Row, *, what: str) -> UUID:
    """The actor's party, which must have filed the case: only the filer changes what it filed.

    Raises:
        NotAllowed: another party of the case.
    """
    party = holds_case(work, case, what=what)
    if party != case.filed_by:
        raise NotAllowed(f"Only the party that filed the report may {what}.")
    return party


def filed_case_of(work: Work, row: Row, *, what: str) -> UUID:
    """The actor's party, which must have filed the case of `row`, of which it knows.

    Raises:
        NotAllowed: another party, of the case or not.
    """
    party = speaks_for(work, what=what)
    _must_have_filed(work, row.case_id, party, what)
    return party


def _must_have_filed(work: Work, case_id: UUID, party: UUID, what: str) -> None:
    if work.connection.execute(sa.select(incident.c.id).where(incident.c.id == case_id, incident.c.filed_by == party)).first() is None:
        raise NotAllowed(f"Only the party that filed the report may {what}.")


def performs(work: Work, obligation_id: UUID, *, what: str) -> tuple[Row, bool]:
    """The obligation, and whether the caller acts on the debtor's behalf: the debtor may, and the filer may log it for the debtor.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: the caller knows of it and is neither.
    """
    party = speaks_for(work, what=what)
    row = obligations.find(work.connection, obligation_id)
    if row.superseded_by is not None:
        raise Conflict("This obligation was superseded by a correction; act on the one in its place.", code="superseded")
    if party == row.debtor:
        return row, False
    if work.connection.execute(sa.select(incident.c.id).where(incident.c.id == row.case_id, incident.c.filed_by == party)).first():
        return row, True
    raise NotAllowed(f"Only the party that owes this, or the one that filed the report, may {what}.")


def takes_part(work: Work, obligation_id: UUID, *, what: str) -> tuple[Row, frozenset[str]]:
    """The obligation, and the sides of it that the caller may speak for: `owed_by`, `owed_to`, or both.

    The debtor speaks for the one and the creditor for the other; the filer may log for the debtor what it was told.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: the caller knows of it and is none of these.
    """
    party = speaks_for(work, what=what)
    row = obligations.find(work.connection, obligation_id)
    if row.superseded_by is not None:
        raise Conflict("This obligation was superseded by a correction; act on the one in its place.", code="superseded")
    filed = sa.select(incident.c.id).where(incident.c.id == row.case_id, incident.c.filed_by == party)
    for_debtor = party == row.debtor or work.connection.execute(filed).first() is not None
    sides = {"owed_by"} if for_debtor else set()
    sides |= {"owed_to"} if party == row.creditor else set()
    if not sides:
        raise NotAllowed(f"Only the party that owes this, the one that it is owed to, or the one that filed the report, may {what}.")
    return row, frozenset(sides)


def grants(work: Work, obligation_id: UUID, *, what: str) -> Row:
    """The obligation, which must be owed to the caller.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: it is owed to somebody else.
    """
    party = speaks_for(work, what=what)
    row = obligations.find(work.connection, obligation_id)
    if party != row.creditor:
        raise NotAllowed(f"Only the party that this is owed to may {what}.")
    return row


def chases(work: Work, obligation_id: UUID, *, what: str) -> Row:
    """The obligation, which must be owed to the caller by somebody else, or be of a case that it filed.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: the caller owes it, or has no standing.
        Conflict: it was superseded.
    """
    row, _ = takes_part(work, obligation_id, what=what)
    if row.debtor == work.actor.party:
        raise NotAllowed(f"You owe this yourself; there is nobody to {what}.")
    return row


def disputes(work: Work, obligation_id: UUID, *, what: str) -> Row:
    """The obligation, which must be owed by or to the caller, or be of a case that it filed.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: the caller knows of it and has no standing.
    """
    party = speaks_for(work, what=what)
    row = obligations.find(work.connection, obligation_id)
    filed = sa.select(incident.c.id).where(incident.c.id == row.case_id, incident.c.filed_by == party)
    if party not in (row.debtor, row.creditor) and work.connection.execute(filed).first() is None:
        raise NotAllowed(f"Only the party that owes this, the one that it is owed to, or the one that filed the report, may {what}.")
    return row


def counter_signs(work: Work, claim_id: UUID, *, what: str) -> Row:
    """The claim, which the caller did not make and which is against a clock between it and the claimant.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: it is not the other side.
    """
    party = speaks_for(work, what=what)
    row = claims.find(work.connection, claim_id)
    clocks = [*obligations.by_ids(work.connection, [row.obligation_id]), *claims.reading_of(work.connection, claim_id)]
    answered = party in (*row.agreed, *row.refused)
    if not answered and not any(party in counterparts(row.by_party, row.about, each.debtor, each.creditor) for each in clocks):
        raise NotAllowed(f"Only the other side of the clock may {what}.")
    return row


def made_claim(work: Work, claim_id: UUID, *, what: str) -> Row:
    """The claim, which the caller must have made.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: somebody else made it.
    """
    party = speaks_for(work, what=what)
    row = claims.find(work.connection, claim_id)
    if row.by_party != party:
        raise NotAllowed(f"Only the party that made the claim may {what}.")
    return row


def receives(work: Work, notice_id: UUID) -> Row:
    """The notice, which must have been released to the caller; a link opens the one notice that it was made for.

    Raises:
        NotFound: anything else.
        Gone: the link has expired, was revoked, or its notice withdrawn.
    """
    actor = work.actor
    if actor.means == "link":
        return _by_its_link(work, notice_id)
    row = outbox.find(work.connection, notice_id)
    if row.recipient != actor.party or row.released_at is None:
        raise NotFound("There is no such notice.")
    return row


def _by_its_link(work: Work, notice_id: UUID) -> Row:
    actor = work.actor
    if actor.notice != notice_id or actor.notification is None:
        raise NotFound("There is no such notice.")
    links.expires_at(work.connection, actor.notification, work.now)
    try:
        return outbox.find(work.connection, notice_id)
    except NotFound as hidden:
        raise Gone("The notice that this link was for was withdrawn before anybody needed to read it.", code="notice_withdrawn") from hidden


def answers_word(work: Work, word_id: UUID, *, what: str) -> Row:
    """What another party said that the caller's did; a link answers for the notices that it is about.

    Raises:
        NotFound: it is not said of the caller.
        Gone: the link has expired or was revoked.
    """
    row = asks.find_word(work.connection, word_id)
    if work.actor.means == "link":
        if work.actor.notice not in (row.notice_id, row.told) or work.actor.notice is None:
            raise NotFound("Nothing of the kind was said.")
        _by_its_link(work, work.actor.notice)
    elif row.party_id != speaks_for(work, what=what):
        raise NotAllowed(f"Only the party of which it is said may {what}.")
    return row


def said_word(work: Work, word_id: UUID, *, what: str) -> Row:
    """What the caller's party said that another did.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: another party said it.
    """
    party = speaks_for(work, what=what)
    row = asks.find_word(work.connection, word_id)
    if row.said_by != party:
        raise NotAllowed(f"Only the party that said it may {what}.")
    return row


def is_asked(work: Work, ask_id: UUID, *, what: str) -> Row:
    """What a recipient asks of the caller's party, which filed the case.

    Raises:
        NotFound: the caller may not know of it.
        NotAllowed: another party filed the case.
    """
    party = speaks_for(work, what=what)
    row = asks.find(work.connection, ask_id)
    _must_have_filed(work, row.case_id, party, what)
    return row


def not_in_the_future(work: Work, at: datetime | None) -> datetime | None:
    """`at`, which cannot be later than now: an act is reported, not announced.

    Raises:
        Invalid: it is.
    """
    if at is not None and at > work.now:
        raise Invalid([Fault("/occurred_at", "in_the_future", "expected an instant up to now")])
    return at
