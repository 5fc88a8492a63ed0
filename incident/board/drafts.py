"""The draft versions of the caller's party."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.board.agreement_diff import changes_between
from incident.errors import Invalid, NotFound
from incident.records import agreements as versions
from incident.records.agreements import drafts as records
from incident.rules import terms
from incident.work import Work


def drafts(work: Work, *, discarded: bool = False) -> list[answers.Json]:
    """Those that are being written, or those that were discarded; without their texts, what was changed last first."""
    if work.actor.party is None:
        return []
    return [answers.agreement_draft(row._mapping) for row in records.every(work.connection, work.actor.party, discarded=discarded)]


def draft(work: Work, id_: UUID) -> answers.Json:
    """One with its text, discarded or not.

    Raises:
        NotFound: there is none, or it is another party's.
    """
    row = records.find(work.connection, id_)
    if row is None:
        raise NotFound("There is no such draft version.")
    return answers.agreement_draft(row._mapping)


def comparable(work: Work, text: str, *, based_on: str | None = None) -> list[answers.Json]:
    """The versions on record that the text can be compared with: the one it began as, and those of its name, newest first."""
    name = (terms.label(text) or "").partition(" ")[0]
    rows = versions.every(work.connection)
    rows = sorted(rows, key=lambda row: row.published_at, reverse=True)
    found = [row for row in rows if str(row.id) == based_on] + [row for row in rows if row.name == name and str(row.id) != based_on]
    return [{"id": str(row.id), "name": row.name, "version": row.version} for row in found]


def draft_diff(work: Work, id_: UUID, against: UUID) -> answers.Json:
    """From a version on record to the draft version: every change, with who gains. In the shape of `agreement_diff`; `new` has no id yet.

    Raises:
        NotFound: one of the two does not exist for the caller.
        Invalid: the draft version is no agreement yet.
    """
    shown, row = draft(work, id_), versions.find(work.connection, against)
    if row is None:
        raise NotFound("There is no such agreement.")
    try:
        new = terms.load(shown["text"])
    except Invalid as refused:
        raise Invalid(refused.faults, "The draft version cannot be read as an agreement yet.") from refused
    old = {"id": str(row.id), "name": row.name, "version": row.version, "title": row.title, "digest": row.digest}
    made = {"id": None, "name": new.name, "version": new.version, "title": new.title, "digest": new.digest}
    return {"old": old, "new": made, **changes_between(row.text, shown["text"])}
