"""More time and waivers as they take effect on one obligation, once it is settled that they may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions.consequences import acting, writing
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations.tables import obligation, timer
from incident.work import Work


def more_time(
    work: Work,
    row: Row,
    until: datetime,
    clause: str,
    reason: str,
    *,
    by: UUID | None,
    side: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The due instant moves to `until`; granted after it, the act stands beside the miss and moves nothing. `side` says by whom."""
    late = row.due_at is not None and work.now > row.due_at
    said = {"from": row.due_at, "until": until, "clause": clause, "reason": reason, "after_the_due_instant": late, **(detail or {})}
    acting.note(work, row.case_id, "extended", obligation=row.id, party=by, detail=said)
    if not late:
        move(work, row, until, clause, reason, side=side)


def waiver(work: Work, row: Row, clause: str, reason: str, *, by: UUID | None, detail: Mapping[str, Any] | None = None) -> None:
    """The debtor is let off; after the due instant the act stands beside the miss."""
    late = row.due_at is not None and work.now > row.due_at
    said = {"reason": reason, "clause": clause, "after_the_due_instant": late, **(detail or {})}
    acting.note(work, row.case_id, "waived", obligation=row.id, party=by, detail=said)


def move(work: Work, row: Row, until: datetime | str, clause: str | None, reason: str, *, side: str = "") -> None:
    """The due instant is `until` from now on, if that is later; with its reason, and its timers set anew."""
    at = datetime.fromisoformat(until) if isinstance(until, str) else until
    if row.due_at is None or at <= row.due_at:
        return
    text = f"Extended{side and ' '}{side} until {answers.at(at)}: {reason}"
    line = {"code": "extended", "text": text, "cite": clause, "at": answers.at(at)}
    target = at if row.target_at == row.due_at else row.target_at
    values = {"due_at": at, "target_at": target, "because": [*row.because, line]}
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(**values))
    obligations.drop_timers(work.connection, [row.id])
    db.put(work.connection, {timer: writing.timer_rows({**row._mapping, "due_at": at, "target_at": target}, work.now)})
