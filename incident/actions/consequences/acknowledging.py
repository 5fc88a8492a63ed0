"""What an acknowledged notice brings about, whoever said that it was, and how."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from incident.actions.consequences import acting, delivering, settling
from incident.records import obligations, outbox
from incident.records.cases import Row
from incident.records.outbox import asks
from incident.records.outbox.tables import notice, word
from incident.work import Work


def acknowledged(work: Work, row: Row, *, by: str, how: str | None, at: datetime, detail: Mapping[str, Any]) -> None:
    """The notice is acknowledged once, by `by` at `at`; every duty to acknowledge that it announces to its recipient is met by it, and
    no ladder of these goes on. What one party said about it before is overtaken. The case is held.
    """
    said = {"how": how, **detail}
    values = {"acknowledged_at": at, "acknowledged_by": by, "acknowledged_how": how}
    work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(values))
    outbox.acknowledged(work.connection, row.id, by, work.now)
    acting.note(work, row.case_id, "notice_acknowledged", notice=row.id, by=by, party=row.recipient, occurred_at=at, detail=said)
    delivering.performed(work, row, "received", {"acknowledged_by": by})
    for each in obligations.by_ids(work.connection, row.obligations):
        if each.debtor == row.recipient and each.discharged_by == "acknowledged" and each.settled_as in (None, "missed", "unresolved"):
            acting.note(
                work,
                row.case_id,
                "acknowledged",
                obligation=each.id,
                notice=row.id,
                by=by,
                party=row.recipient,
                occurred_at=at,
                detail=said,
            )
    for said_before in asks.words_about(work.connection, row.id):
        if said_before.ended_at is None:
            end_word(work, said_before, "overtaken", by)
    settling.after_an_act(work, row.case_id, why="an acknowledgement")


def end_word(work: Work, said: Row, as_: str, by: str, because: str | None = None) -> None:
    """It stands by one party's word no longer: co_signed, disputed, taken_back or overtaken."""
    values = {"ended_at": work.now, "ended_as": as_, "ended_by": by, "ended_because": because}
    work.connection.execute(sa.update(word).where(word.c.id == said.id).values(values))
