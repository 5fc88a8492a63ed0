"""The board: one line per obligation that still asks for something, most urgent first, from rows made for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board import cursors
from incident.board.claims import claimants
from incident.errors import Fault, Invalid
from incident.records.obligations.tables import line
from incident.records.parties import directory
from incident.work import Work


def lines(work: Work, limit: int = 100, after: str | None = None) -> answers.Json:
    """`{lines, next, counts}`: a page of the caller's board, and how many lines stand in each group of urgency."""
    question = sa.select(line).where(line.c.party_id == work.actor.party).order_by(line.c.sort_at, line.c.obligation_id)
    if after is not None:
        at, id_ = cursors.read("lines", after, 2)
        question = question.where(sa.tuple_(line.c.sort_at, line.c.obligation_id) > sa.tuple_(*_bounds(at, id_)))
    rows = work.connection.execute(question.limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    slugs = {i: p.slug for i, p in directory.by_ids(work.connection, [x for row in rows for x in (row.debtor, row.creditor) if x]).items()}
    whose = claimants(work, [row.reading for row in rows])
    ended = cursors.write("lines", rows[-1].sort_at.isoformat(), rows[-1].obligation_id) if more else None
    return {"lines": [_line(row, slugs, whose, work.now) for row in rows], "next": ended, "counts": _counts(work)}


def _line(row: sa.Row[Any], slugs: dict[UUID, str], whose: dict[str, str], now: datetime) -> answers.Json:
    return {
        "obligation": str(row.obligation_id), "incident": str(row.case_id), "incident_ref": row.incident_ref, "summary": row.summary,
        "title": row.title, "cite": row.cite, "source_name": row.source_name, "owed_by": slugs[row.debtor],
        "owed_to": slugs[row.creditor] if row.creditor else None, "target_at": answers.at(row.target_at), "due_at": answers.at(row.due_at),
        "started_at": answers.at(row.started_at), "tlp": row.tlp, "severity": row.severity, "exercise": row.exercise,
        "provisional": row.provisional, "predicted": row.predicted, "verdict": _verdict(row, now), "sort_at": answers.at(row.sort_at),
        "paused": row.paused_at is not None and (row.paused_until is None or now < row.paused_until),
        "reading": row.reading, "reading_of": whose.get(row.reading), "cross_border": list(row.cross_border),
    }  # fmt: skip


def _verdict(row: sa.Row[Any], now: datetime) -> str:
    if row.settled_as is not None:
        return str(row.settled_as)
    if row.due_at is None or now <= row.due_at or row.predicted:
        return "running"
    return "unresolved" if row.provisional or row.prohibited_at else "missed"


def _counts(work: Work) -> dict[str, int]:
    """Lines by the time left until the instant that is waited for: the target, or the due instant once the target has passed.

    A date that binds nobody, predicted or provisional, is never overdue, nor is a duty that may not be performed; once it has passed
    it counts as none.
    """
    hour, day = work.now + timedelta(hours=1), work.now + timedelta(hours=24)
    at = sa.case((line.c.target_at >= work.now, line.c.target_at), else_=sa.func.coalesce(line.c.due_at, line.c.target_at))
    binds = ~(line.c.predicted | line.c.provisional | line.c.prohibited_at.is_not(None))
    groups = {
        "overdue": (at < work.now) & binds,
        "hour": (at >= work.now) & (at < hour),
        "day": (at >= hour) & (at < day),
        "later": at >= day,
        "none": at.is_(None) | ((at < work.now) & ~binds),
    }
    row = work.connection.execute(
        sa.select(*(sa.func.count().filter(where).label(name) for name, where in groups.items())).where(line.c.party_id == work.actor.party)
    ).one()
    return {name: int(row._mapping[name]) for name in groups}


def _bounds(at: object, id_: object) -> tuple[Any, Any]:
    try:
        return sa.literal(datetime.fromisoformat(str(at)), line.c.sort_at.type), sa.literal(UUID(str(id_)), line.c.obligation_id.type)
    except ValueError as error:
        raise Invalid([Fault("/after", "bad_cursor", "expected a cursor that the board gave out")]) from error
