"""From a released notice to notifications: one per contact and channel."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from incident import db
from incident.ids import new_id
from incident.reach import services
from incident.records import obligations
from incident.records.cases import Row
from incident.records.outbox.tables import notice, notification
from incident.records.parties import channels, rotas
from incident.rules.escalation import on_call
from incident.work import Work


def address(work: Work, row: Row) -> int:
    """Address a released notice; the number of notifications made.

    To the contact on call now, over the channels that the notice prefers, which the notice keeps; where that contact has none in
    use, to the next one up, and evidence says why. A chat or pager carries the cover alone and
    rings with every notice. The inbox is always there: what cannot be sent waits where it can be read, and evidence says that
    nobody was reached.
    """
    wanted = _wanted(work, row)
    contact, usable = _reachable(work, row, wanted)
    made = [_notification(work, row, contact, kind=each.kind, address=each.address, channel=each.id) for each in usable]
    if all(each["kind"] != "inbox" for each in made) and "inbox" in row.channels:
        made.append(_notification(work, row, contact, kind="inbox", address="", channel=None))
    db.put(work.connection, {notification: made})
    said = {"notice": str(row.id), "to": str(row.recipient), "contact": wanted}
    if not usable:
        work.record("notification.unreachable", row.case_id, said)
    elif contact != wanted:
        work.record("notification.moved_up", row.case_id, {**said, "told": contact})
    work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(routed_at=work.now, contact=contact))
    work.wake("deliver")
    return len(made)


def _wanted(work: Work, row: Row) -> on_call.Contact:
    """Whom the notice goes to: who is on call now by the windows of its clauses, then by the recipient's own rota, then the duty desk.

    A rung of the debtor's ladder names its contact itself; whoever else is told of the escalation is told as ever.
    """
    named = next(each for each in on_call.LADDER if each == row.contact)
    clauses = obligations.by_ids(work.connection, row.performs or row.obligations)
    if row.kind == "escalation" and any(each.debtor == row.recipient for each in clauses):
        return named
    windows = [on_call.read(each.spec.get("on_call", ())) for each in clauses if row.recipient in (each.debtor, each.creditor)]
    found = [window for each in windows for window in each]
    by_clause = on_call.named(found, {}, work.now)
    return by_clause or rotas.named(work.connection, row.recipient, work.now) or ("duty_desk" if found else named)


def _reachable(work: Work, row: Row, wanted: on_call.Contact) -> tuple[on_call.Contact, list[channels.Channel]]:
    for contact in on_call.above(wanted):
        usable = [
            each for each in channels.usable(work.connection, row.recipient, contact) if each.kind in (*row.channels, *services.KINDS)
        ]
        if usable:
            return contact, usable
    return wanted, []


def _notification(work: Work, row: Row, contact: str, *, kind: str, address: str, channel: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "notice_id": row.id, "case_id": row.case_id, "party_id": row.recipient, "channel_id": channel, "contact": contact,
        "kind": kind, "address": address, "effect_key": f"{row.id}:{contact}:{kind}", "state": "pending", "attempt": 0, "look_at": work.now,
        "state_at": work.now,
        "due_at": _due_at(work, row), "created_at": work.now,
    }  # fmt: skip


def _due_at(work: Work, row: Row) -> Any:
    """By when it must have arrived: retries are squeezed to leave time before it."""
    performed = [each.due_at for each in obligations.by_ids(work.connection, row.performs) if each.due_at]
    return min([*performed, *([row.acknowledge_by] if row.acknowledge_by else [])], default=None)
