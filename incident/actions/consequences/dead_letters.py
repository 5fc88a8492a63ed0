"""A dead letter in somebody's hands: held, and let go."""

from __future__ import annotations

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


def let_go(work: Work, row: Row, state: str, cause: str) -> None:
    """From dead to `state`, because of what somebody did."""
    outbox.move(work.connection, notification.c.id == row.id, among=("dead",), to=state, cause=cause, now=work.now)
