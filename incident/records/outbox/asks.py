"""What recipients ask of those who told them, and what one party says that another acknowledged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.errors import NotFound
from incident.records.outbox.tables import ask, word

Row = sa.Row[Any]


def find(connection: sa.Connection, id_: UUID) -> Row:
    """The ask with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = connection.execute(sa.select(ask).where(ask.c.id == id_)).first()
    if row is None:
        raise NotFound("Nothing of the kind was asked.")
    return row


def of_notice(connection: sa.Connection, notice_id: UUID) -> list[Row]:
    """What was asked about a notice, oldest first."""
    return list(connection.execute(sa.select(ask).where(ask.c.notice_id == notice_id).order_by(ask.c.asked_at, ask.c.id)).all())


def of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """What was asked in a case, oldest first."""
    return list(connection.execute(sa.select(ask).where(ask.c.case_id == case).order_by(ask.c.asked_at, ask.c.id)).all())


def open_ones(connection: sa.Connection, limit: int) -> list[Row]:
    """What waits for an answer, as far as the caller may see it, oldest first."""
    return list(connection.execute(sa.select(ask).where(ask.c.answered_at.is_(None)).order_by(ask.c.asked_at, ask.c.id).limit(limit)).all())


def find_word(connection: sa.Connection, id_: UUID) -> Row:
    """The word with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = connection.execute(sa.select(word).where(word.c.id == id_)).first()
    if row is None:
        raise NotFound("Nothing of the kind was said.")
    return row


def words_about(connection: sa.Connection, notice_id: UUID) -> list[Row]:
    """What is said about a notice, or was told by it, newest first."""
    about = (word.c.notice_id == notice_id) | (word.c.told == notice_id)
    return list(connection.execute(sa.select(word).where(about).order_by(word.c.recorded_at.desc(), word.c.id)).all())


def words_of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """What is said in a case, oldest first."""
    return list(connection.execute(sa.select(word).where(word.c.case_id == case).order_by(word.c.recorded_at, word.c.id)).all())
