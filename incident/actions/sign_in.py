"""Sign in with an address and a password."""

from __future__ import annotations

from incident.actor import Actor
from incident.errors import NotAllowed
from incident.records.parties import directory, people
from incident.work import Work


def sign_in(work: Work, email: str, password: str) -> str:
    """The id of a new session, for the cookie.

    Raises:
        NotAllowed: wrong address or password, in the same words and after the same work for both.
    """
    found = people.check_password(work.connection, email, password)
    if found is None:
        raise NotAllowed("This address and password do not go together.", code="wrong_credentials")
    person, party = found
    work.become(Actor("session", party, name=email))
    own = directory.by_ids(work.connection, [party])[party]
    work.become(Actor("session", party, own.slug, own.uri, email))
    id_ = people.start_session(work.connection, person_id=person, party_id=party, now=work.now)
    work.record("person.signed_in", party, {"person": str(person)})
    return id_
