"""Sign out."""

from __future__ import annotations

from uuid import UUID

from incident.actions import permission
from incident.records.parties import people
from incident.work import Work


def sign_out(work: Work, session_id: UUID) -> None:
    """End the session at once."""
    party = permission.speaks_for(work, what="sign out")
    people.end_session(work.connection, session_id)
    work.record("person.signed_out", party, {})
