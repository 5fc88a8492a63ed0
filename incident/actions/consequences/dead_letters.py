"""A dead letter in somebody's hands: held, and let go."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from incident.actions.consequences import acting
from incident.errors import Conflict
from incident.records import outbox
from incident.records.cases import Row
from incident.records.outbox.tables import notification
from incident.work import Work


def taken_up(work: Work, row: Row) -> Row:
    """The dead letter as it stands, with its case held until the work ends.

    Raises:
        Conflict: nobody has to see to it any more.
    """
    acting.widen(work, row.case_id)
    now = outbox.notification_of(work.connection, row.id)
    if now.state != "dead":
        raise Conflict(f"This is no dead letter any more, it is {now.state}: {now.cause or 'it is on its way'}", code="not_dead")
    return now


def all_taken_up(work: Work, ids: Collection[UUID] | None) -> list[Row]:
    """The dead letters of all parties, or those among `ids`, in order, with their cases held; also those of a channel's test."""
    dead = sa.select(notification).where(notification.c.state == "dead").order_by(notification.c.id)
    question = dead if ids is None else dead.where(notification.c.id.in_(list(ids)))
    acting.hold(work, {row.case_id for row in work.connection.execute(question) if row.case_id})
    return list(work.connection.execute(question.with_for_update()).all())


def try_again(work: Work, row: Row, *, by: str) -> None:
    """Due at once, with what is left of its schedule, at least one more try. It is evidence of its case, or for a test of its party."""
    let_go(work, row, "pending", f"Tried again by {by}.")
    work.wake("deliver")
    said = {"notification": str(row.id), "to": str(row.party_id), "channel": row.kind}
    work.record("notification.retried", row.case_id or row.party_id, said)


def let_go(work: Work, row: Row, state: str, cause: str) -> None:
    """From dead to `state`, because of what somebody did."""
    outbox.move(work.connection, notification.c.id == row.id, among=("dead",), to=state, cause=cause, now=work.now)
