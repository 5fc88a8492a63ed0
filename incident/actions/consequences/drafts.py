"""Draft versions, as the actions that change them share it."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.errors import Conflict, Fault, Invalid, NotFound
from incident.records.agreements import drafts as records
from incident.rules import terms
from incident.work import Work


def keepable(text: str) -> None:
    """Whether the text can be kept; it need not be an agreement.

    Raises:
        Invalid: it is larger than a document may be, or has characters that no database keeps.
    """
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid([Fault("/text", "control", "expected text without the character NUL and without halves of characters")])
    size = len(text.encode("utf-8"))
    if size > terms.MAX_BYTES:
        expected = f"expected at most {terms.MAX_BYTES} bytes, which is as long as a document may be, not {size}"
        raise Invalid([Fault("/text", "too_long", expected)])


def name_of(text: str, otherwise: str) -> str:
    """What the draft version is called: the name and version that its text says."""
    return terms.label(text) or otherwise


def found(work: Work, id_: UUID) -> records.Row:
    """The draft version of the caller's party, held until the work ends.

    Raises:
        NotFound: there is none.
        Conflict: it was proposed.
    """
    row = records.find(work.connection, id_, for_update=True)
    if row is None:
        raise NotFound("There is no such draft version.")
    if row.proposed_as is not None:
        raise Conflict("This draft version was proposed and cannot change; begin a new one.", code="proposed")
    return row


def held(work: Work, id_: UUID, revision: int) -> records.Row:
    """As `found`, at the revision that the caller saw.

    Raises:
        NotFound, Conflict: as `found`; Conflict also when it is discarded or at another revision.
    """
    row = found(work, id_)
    if row.discarded_at is not None:
        raise Conflict("This draft version is discarded; restore it first.", code="discarded")
    if row.revision != revision:
        raise Conflict(
            f"{row.changed_by} saved revision {row.revision} meanwhile; this began at revision {revision}.", code="changed_meanwhile"
        )
    return row


def write(work: Work, row: records.Row, text: str) -> None:
    """The next revision, with that text."""
    records.write(work.connection, row, name_of(text, row.name), text, by=work.actor.name, now=work.now)


def shown(work: Work, id_: UUID) -> answers.Json:
    """The draft version as it stands."""
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such draft version.")
    return answers.agreement_draft(row._mapping)
