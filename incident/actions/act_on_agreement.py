"""Sign, suspend, resume or end a version of an agreement, as an officer of a party: the node states it and signs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import outcomes, signing
from incident.work import Work


def act_on_agreement(
    work: Work, version_id: UUID, kind: str, *, effective_at: datetime | None = None, reserved: Iterable[str] = (), reason: str = ""
) -> answers.Json:
    """The version as it stands after. Without `effective_at` the act counts from the earliest instant that the agreement allows.

    Raises:
        NotFound: there is none that the caller may know of.
        NotAllowed: the caller is not a party to it, or the agreement names the keys by which it signs.
        Invalid: a clause, the reason or the instant is not as it must be.
        Conflict: it does not fit what stands.
    """
    party = permission.speaks_for(work, what="act on an agreement")
    version = signing.held(work, version_id)
    signing.by_officer(work, version, party, kind, effective_at=effective_at, reserved=reserved, reason=reason)
    return outcomes.agreement(work, version_id)
