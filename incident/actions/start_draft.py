"""Begin to write a version: a draft version that is the party's own business until it is proposed."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import drafts
from incident.errors import NotFound
from incident.records import agreements
from incident.records.agreements import drafts as records
from incident.work import Work


def start_draft(work: Work, text: str, *, based_on: UUID | None = None) -> answers.Json:
    """The draft version as it stands. The text need not be an agreement yet; `based_on` is the version that it began as.

    Raises:
        Invalid: the text is larger than a document may be, or has characters that cannot be kept.
        NotFound: there is no such version that the caller may know of.
    """
    party = permission.speaks_for(work, what="write a draft version")
    drafts.keepable(text)
    if based_on is not None and agreements.find(work.connection, based_on) is None:
        raise NotFound("There is no such agreement.")
    id_ = records.start(work.connection, party, drafts.name_of(text, "Untitled"), text, based_on=based_on, by=work.actor.name, now=work.now)
    return drafts.shown(work, id_)
