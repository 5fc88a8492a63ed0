"""Draft versions: texts that a party is writing. Each change is a revision; a change that did not see the last one does not happen."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.ids import new_id
from incident.records.agreements.tables import agreement_draft as draft

Row = sa.Row[Any]
_HEADS = tuple(column for column in draft.c if column.name not in ("text", "text_before"))


def find(connection: sa.Connection, id_: UUID, *, for_update: bool = False) -> Row | None:
    """One draft version of the caller's party, discarded or not; None where there is none."""
    question = sa.select(draft).where(draft.c.id == id_)
    return connection.execute(question.with_for_update() if for_update else question).first()


def every(connection: sa.Connection, party: UUID, *, discarded: bool = False, most: int = 200) -> list[Row]:
    """Those that the party is writing, or those it discarded, without their texts; what was changed last comes first."""
    state = draft.c.discarded_at.is_not(None) if discarded else draft.c.discarded_at.is_(None)
    question = sa.select(*_HEADS).where(draft.c.party_id == party, draft.c.proposed_as.is_(None), state)
    return list(connection.execute(question.order_by(draft.c.changed_at.desc(), draft.c.id).limit(most)).all())


def start(connection: sa.Connection, party: UUID, name: str, text: str, *, based_on: UUID | None, by: str, now: datetime) -> UUID:
    """Put a new one on record, at revision 1."""
    id_ = new_id()
    row = {
        "id": id_, "party_id": party, "name": name, "text": text, "based_on": based_on, "revision": 1, "created_at": now,
        "created_by": by, "changed_at": now, "changed_by": by,
    }  # fmt: skip
    db.put(connection, {draft: [row]})
    return id_


def write(connection: sa.Connection, row: Row, name: str, text: str, *, by: str, now: datetime) -> None:
    """The next revision of `row`, which the caller holds; the text it had can be brought back."""
    _set(connection, row, name=name, text=text, text_before=row.text, revision=row.revision + 1, changed_at=now, changed_by=by)


def discard(connection: sa.Connection, row: Row, *, by: str, now: datetime) -> None:
    """Hide it; nothing of it is lost."""
    _set(connection, row, discarded_at=now, discarded_by=by)


def restore(connection: sa.Connection, row: Row) -> None:
    """Take the discarding back."""
    _set(connection, row, discarded_at=None, discarded_by=None)


def proposed(connection: sa.Connection, row: Row, version: UUID) -> None:
    """It has become that version."""
    _set(connection, row, proposed_as=version)


def _set(connection: sa.Connection, row: Row, **values: object) -> None:
    connection.execute(sa.update(draft).where(draft.c.id == row.id).values(**values))
