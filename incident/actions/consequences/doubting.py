"""A miss that the clocks leave in doubt waits, at most a minute; then it is recorded with what was doubted. Nothing else waits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from incident.records import cases, obligations
from incident.work import Work

_AGAIN = timedelta(seconds=5)
"""A miss that is held is looked at again so soon: the clocks may agree before its minute is over."""


def postpone(work: Work, obligation_id: UUID) -> None:
    """Look at the due instant of this obligation later, where it has come and its miss is held. What else is due stays due."""
    if not work.node.clock.watch.doubts:
        return
    row = obligations.find(work.connection, obligation_id)
    if held := work.held(row.due_at):
        later = {"id": obligation_id, "now": work.now, "later": work.now + min(held.left, _AGAIN)}
        work.connection.execute(sa.text(_POSTPONE), later)


def holds(work: Work, row: cases.Row) -> bool:
    """Whether the miss of this obligation still waits; its timer looks again."""
    return work.held(row.due_at) is not None


def said(work: Work, row: cases.Row) -> dict[str, object]:
    """What the act of a miss says of its doubt: nothing where there is none."""
    found = work.doubt(row.due_at)
    return {"doubted": {"because": found.kind, "by_ms": round(found.by / timedelta(milliseconds=1))}} if found else {}


_POSTPONE = "update demarche.timer set look_at = :later where obligation_id = :id and step = 'due' and look_at <= :now"
