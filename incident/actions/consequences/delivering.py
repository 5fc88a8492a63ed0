"""What follows from an attempt: a receipt, a later try, a dead letter that a person sees."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.actions.consequences import acting, settling, telling
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.work import Work


def delivered(work: Work, row: Row, receipt: dict[str, Any]) -> None:
    """Handed over: the receipt is kept, and whatever the notice performs was sent just now.

    A webhook's receiver said so itself, and that is receipt; a mail server takes mail for somebody, and the inbox waits to be
    read, so those are sent and no more. The inbox counts only where nothing else reaches the party. The attempt is recorded in
    any case, because it had its effect even when the lease was lost meanwhile.
    """
    if row.case_id is not None:
        cases.find(work.connection, row.case_id, for_update=True)
    held = outbox.settle(
        work.connection, row, now=work.now, outcome="delivered", detail=receipt, state="delivered", look_at=None, delivered_at=work.now
    )
    if not held or row.case_id is None:
        return
    work.record("notification.delivered", row.case_id, _about(row) | {"receipt": receipt})
    notice = outbox.find(work.connection, row.notice_id)
    if row.kind == "inbox" and outbox.has_other_channels(work.connection, row):
        return
    if performed(work, row.case_id, notice, "received" if row.kind == "webhook" else "sent", _about(row)):
        settling.after_an_act(work, row.case_id, why="a delivery")


def performed(work: Work, case_id: UUID, notice: Row, kind: str, detail: dict[str, Any]) -> int:
    """Note once that what a notice performs was `sent` or `received`; how many obligations it was noted for."""
    fresh = [
        each for each in obligations.by_ids(work.connection, notice.performs)
        if each.superseded_by is None and not _has(work, each, kind) and not (kind == "sent" and _has(work, each, "received"))
    ]  # fmt: skip
    for each in fresh:
        acting.note(work, case_id, kind, obligation=each.id, notice=notice.id, by="node", party=each.debtor, detail=detail)
    return len(fresh)


def failed(work: Work, row: Row, reason: str, *, again_at: datetime | None, disable: bool = False) -> None:
    """Not handed over: tried again at `again_at`, or given up where somebody sees it."""
    state = {"state": "due", "look_at": again_at} if again_at else {"state": "dead", "look_at": None}
    held = outbox.settle(
        work.connection,
        row,
        now=work.now,
        outcome="try_later" if again_at else "gave_up",
        detail={"reason": reason},
        last_error=reason,
        **state,
    )
    if disable and row.channel_id is not None:
        channels.disable(work.connection, row.channel_id, reason, work.now)
        work.record("channel.disabled", row.party_id, {"kind": row.kind, "reason": reason})
    if again_at or not held or row.case_id is None:
        return
    work.record("notification.dead", row.case_id, _about(row) | {"reason": reason})
    incident = cases.find(work.connection, row.case_id)
    telling.tell(
        work, incident, [incident.filed_by], kind="escalation", title="Could not be delivered", effect=f"dead:{row.id}",
        extra={"channel": row.kind, "contact": row.contact, "reason": reason}, rule="The filer is told of a dead letter",
    )  # fmt: skip


def cancelled_meanwhile(work: Work, row: Row) -> bool:
    """Withdraw a claimed notification whose notice was cancelled; True when it was."""
    if row.notice_id is None or outbox.find(work.connection, row.notice_id).cancelled_at is None:
        return False
    table = notification
    work.connection.execute(
        sa.update(table)
        .where(table.c.id == row.id, table.c.attempt == row.attempt)
        .values(state="cancelled", look_at=None, leased_until=None)
    )
    return True


def _has(work: Work, each: Row, kind: str) -> bool:
    return any(act.kind == kind for act in obligations.acts_about(work.connection, [each.id]).get(each.id, ()))


def _about(row: Row) -> dict[str, Any]:
    return {
        "notification": str(row.id), "notice": str(row.notice_id), "to": str(row.party_id), "channel": row.kind, "contact": row.contact,
        "attempt": row.attempt,
    }  # fmt: skip
