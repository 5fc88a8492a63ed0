"""What is heard of a notification after a carrier took it: that it arrived, that it is late, that it never will."""

from __future__ import annotations

import sqlalchemy as sa

from incident.actions.consequences import delivering, settling
from incident.reach.bounces import Report
from incident.reach.returns import Mailed
from incident.records import cases, outbox
from incident.records.cases import Row
from incident.records.outbox.tables import notification
from incident.work import Work

_OUTCOMES = {"delivered": "delivered", "failed": "bounced", "delayed": "delayed", "relayed": "relayed"}


def came_back(work: Work, mailed: Mailed, report: Report) -> str:
    """`delivered`, `failed`, `noted` or `unknown`: what became of a mail by what its server reports.

    A report counts for the attempt that stands as sent, and once. One of another attempt, or of a mail that was opened or given
    up meanwhile, is noted with the attempts and changes nothing. That a mailbox holds a mail is no receipt by anybody.
    """
    row = _held(work, mailed)
    if row is None or row.kind != "email":
        return "unknown"
    number = mailed.attempt or row.attempt
    said: dict[str, object] = {"kind": "report", "action": report.action, "status": report.status, "said": report.said}
    fresh = outbox.note(work.connection, row, number, _OUTCOMES[report.action], said, work.now)
    if not fresh or row.state != "sent" or number != row.attempt or report.action not in ("delivered", "failed"):
        return "noted"
    if report.action == "delivered":
        _arrived(work, row, said, "Its mail server reported that it handed it over.")
        return "delivered"
    delivering.undone(work, row, _reason(report), disable=report.no_such_mailbox)
    return "failed"


def collected(work: Work, row: Row) -> None:
    """The recipient's machine took it from the inbox, which is receipt, as a webhook's answer is; the case is held already."""
    receipt: dict[str, object] = {"kind": "inbox", "collected_by": work.actor.name}
    outbox.note(work.connection, row, row.attempt, "delivered", receipt, work.now)
    _arrived(work, row, receipt, f"Collected by {work.actor.name}.")
    if delivering.performed(work, outbox.find(work.connection, row.notice_id), "received", delivering.about(row)):
        settling.after_an_act(work, row.case_id, why="a delivery")


def _arrived(work: Work, row: Row, receipt: dict[str, object], how: str) -> None:
    """What somebody has opened or acknowledged meanwhile goes on standing so."""
    stands = {"state": "delivered", "state_at": work.now, "cause": how} if row.state == "sent" else {}
    work.connection.execute(sa.update(notification).where(notification.c.id == row.id).values(delivered_at=work.now, **stands))
    if row.case_id is not None:
        work.record("notification.delivered", row.case_id, delivering.about(row) | {"receipt": receipt})


def _held(work: Work, mailed: Mailed) -> Row | None:
    """The notification, with its case held before it, as everybody does."""
    case_id = work.connection.execute(sa.select(notification.c.case_id).where(notification.c.id == mailed.notification)).scalar()
    if case_id is not None:
        cases.find(work.connection, case_id, for_update=True)
    return work.connection.execute(sa.select(notification).where(notification.c.id == mailed.notification).with_for_update()).first()


def _reason(report: Report) -> str:
    words = " ".join(each for each in (report.status, report.said) if each) or "no reason given"
    return f"The mail came back: {words}."
