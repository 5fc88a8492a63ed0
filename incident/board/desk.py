"""The two desks: what awaits an officer's release, and what we were told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board.pages import notice_shapes, obligation_shapes
from incident.records import obligations, outbox
from incident.records.cases.tables import incident as incident_table
from incident.records.outbox import asks
from incident.records.outbox.tables import notice as notice_table
from incident.records.parties import directory
from incident.work import Work

Row = sa.Row[Any]


def release_desk(work: Work, limit: int = 100) -> list[answers.Json]:
    """Notices of cases that the caller filed which await release, oldest first, with what each withholds."""
    rows = list(
        work.connection.execute(
            sa.select(notice_table)
            .join(incident_table, incident_table.c.id == notice_table.c.case_id)
            .where(incident_table.c.filed_by == work.actor.party)
            .where(notice_table.c.released_at.is_(None), notice_table.c.cancelled_at.is_(None))
            .order_by(notice_table.c.created_at, notice_table.c.id)
            .limit(limit)
        ).all()
    )
    withheld = outbox.withheld_of(work.connection, [row.id for row in rows])
    return [
        shown | {"withheld": [{"field": w.field, "rule": w.rule, "why": w.why} for w in withheld.get(row.id, [])]}
        for row, shown in zip(rows, notice_shapes(work, rows), strict=True)
    ]


def inbox(work: Work, limit: int = 100) -> list[answers.Json]:
    """What the caller's party was told, newest first."""
    rows = list(
        work.connection.execute(
            sa.select(notice_table)
            .where(notice_table.c.recipient == work.actor.party, notice_table.c.released_at.is_not(None))
            .order_by(notice_table.c.released_at.desc(), notice_table.c.id)
            .limit(limit)
        ).all()
    )
    return notice_shapes(work, rows)


def notice(work: Work, id_: UUID) -> answers.Json:
    """One notice, with the obligations it announces as they stand now, what was asked about it, and by whose word it is acknowledged.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = outbox.find(work.connection, id_)
    shown = notice_shapes(work, [row])[0]
    return shown | {
        "duties": obligation_shapes(work, obligations.by_ids(work.connection, row.obligations)),
        "asks": ask_shapes(work, asks.of_notice(work.connection, id_)),
        "words": word_shapes(work, asks.words_about(work.connection, id_)),
    }


def open_asks(work: Work, limit: int = 100) -> list[answers.Json]:
    """What waits for an answer: asked of the caller as the filer of a case, or by the caller; oldest first."""
    return ask_shapes(work, asks.open_ones(work.connection, limit))


def word(work: Work, id_: UUID) -> answers.Json:
    """What one party says that another did.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    return word_shapes(work, [asks.find_word(work.connection, id_)])[0]


def ask_shapes(work: Work, rows: Iterable[Row]) -> list[answers.Json]:
    """Asks, as callers get them."""
    found = list(rows)
    slugs = _slugs(work, [each.party_id for each in found])
    return [answers.ask(each._mapping, slugs=slugs) for each in found]


def word_shapes(work: Work, rows: Iterable[Row]) -> list[answers.Json]:
    """What stands by one party's word, as callers get it."""
    found = list(rows)
    slugs = _slugs(work, [each for row in found for each in (row.party_id, row.said_by)])
    return [answers.word(each._mapping, slugs=slugs) for each in found]


def _slugs(work: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    return {id_: party.slug for id_, party in directory.by_ids(work.connection, ids).items()}
