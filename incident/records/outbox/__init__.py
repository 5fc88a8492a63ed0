"""The outbox: notices, and how each travels. What is released is addressed (`routing`), claimed, sent with no transaction open, and
settled (`sending`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from incident.errors import NotFound
from incident.records.outbox.tables import attempt, notice, notification, notification_step, withholding

Row = sa.Row[Any]


def find(connection: sa.Connection, id_: UUID) -> Row:
    """The notice with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    question = sa.select(notice).where(notice.c.id == id_)
    row = connection.execute(question).first()
    if row is None:
        raise NotFound("There is no such notice.")
    return row


def of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every notice of a case, oldest first."""
    return list(connection.execute(sa.select(notice).where(notice.c.case_id == case).order_by(notice.c.created_at, notice.c.id)).all())


def was_told(connection: sa.Connection, party: UUID, case: UUID, obligation: UUID) -> bool:
    """Whether a party was told of this obligation of a case by a notice that was released."""
    told = (
        notice.c.case_id == case,
        notice.c.recipient == party,
        notice.c.released_at.is_not(None),
        sa.any_(notice.c.obligations) == obligation,
    )
    return connection.execute(sa.select(notice.c.id).where(*told).limit(1)).first() is not None


def withheld_of(connection: sa.Connection, notices: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """What each notice does not carry, and by which rule."""
    found: dict[UUID, list[Row]] = {}
    for row in connection.execute(sa.select(withholding).where(withholding.c.notice_id.in_(list(notices))).order_by(withholding.c.field)):
        found.setdefault(row.notice_id, []).append(row)
    return found


def notification_of(connection: sa.Connection, id_: UUID) -> Row:
    """The notification with that id, of a notice.

    Raises:
        NotFound: there is none, it is the test of a channel, or the caller may not know of it.
    """
    question = sa.select(notification).where(notification.c.id == id_, notification.c.case_id.is_not(None))
    row = connection.execute(question).first()
    if row is None:
        raise NotFound("There is no such notification.")
    return row


def notifications_of(connection: sa.Connection, notice_id: UUID) -> list[Row]:
    """Every notification of a notice, oldest first."""
    question = sa.select(notification).where(notification.c.notice_id == notice_id)
    return list(connection.execute(question.order_by(notification.c.created_at, notification.c.id)).all())


def notifications_of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every notification of a case, oldest first."""
    return list(
        connection.execute(
            sa.select(notification).where(notification.c.case_id == case).order_by(notification.c.created_at, notification.c.id)
        ).all()
    )


_CAME_BACK = attempt.c.outcome.in_(["bounced", "delayed", "relayed"])
"""What a mail server reports of a try comes after it, be it at the same instant."""


def attempts_of(connection: sa.Connection, notifications: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """Every attempt of each, oldest first."""
    found: dict[UUID, list[Row]] = {}
    for row in connection.execute(
        sa.select(attempt).where(attempt.c.notification_id.in_(list(notifications))).order_by(attempt.c.number, attempt.c.at, _CAME_BACK)
    ):
        found.setdefault(row.notification_id, []).append(row)
    return found


def steps_of(connection: sa.Connection, notifications: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """Every change of state of each, oldest first, as the table itself wrote it down."""
    found: dict[UUID, list[Row]] = {}
    question = sa.select(notification_step).where(notification_step.c.notification_id.in_(list(notifications)))
    for row in connection.execute(question.order_by(notification_step.c.position)):
        found.setdefault(row.notification_id, []).append(row)
    return found


def cancel(connection: sa.Connection, notices: Iterable[UUID], because: str, now: datetime) -> None:
    """Stop what has not left: notices that are cancelled go no further, and notifications not under way are withdrawn."""
    ids = list(notices)
    connection.execute(
        sa.update(notice).where(notice.c.id.in_(ids), notice.c.cancelled_at.is_(None)).values(cancelled_at=now, cancelled_because=because)
    )
    move(
        connection,
        notification.c.notice_id.in_(ids),
        among=("pending",),
        to="cancelled",
        cause=f"The notice was cancelled: {because}",
        now=now,
    )


def move(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, among: Collection[str], to: str, cause: str, now: datetime, **also: object
) -> list[Row]:
    """Of the notifications for which `which` holds, those that stand in one of the states `among` stand `to` from now on, and why."""
    values = {"state": to, "state_at": now, "cause": cause, "look_at": now if to == "pending" else None, "leased_until": None, **also}
    question = sa.update(notification).where(which, notification.c.state.in_(list(among))).values(values).returning(notification)
    return list(connection.execute(question).all())


def opened(connection: sa.Connection, notice_id: UUID, by: str, now: datetime) -> None:
    """Somebody at the recipient opened the notice: so stands every notification of it that had arrived."""
    which = notification.c.notice_id == notice_id
    move(connection, which, among=("sent", "delivered"), to="opened", cause=f"Opened by {by}.", now=now)


def acknowledged(connection: sa.Connection, notice_id: UUID, by: str, now: datetime) -> None:
    """Somebody acknowledged the notice: so stands what had arrived; what still waits is tried no more, and no one has to see to it."""
    which, cause = notification.c.notice_id == notice_id, f"Acknowledged by {by}."
    move(connection, which, among=("sent", "delivered", "opened"), to="acknowledged", cause=cause, now=now)
    move(connection, which, among=("pending", "dead"), to="cancelled", cause=cause, now=now)


def note(connection: sa.Connection, row: Row, number: int, outcome: str, detail: dict[str, object], now: datetime) -> bool:
    """Note what was heard of an attempt afterwards; False when the same was noted before."""
    said = {"notification_id": row.id, "number": number, "case_id": row.case_id, "at": now, "outcome": outcome, "detail": detail}
    written = postgresql.insert(attempt).values(said).on_conflict_do_nothing().returning(attempt.c.number)
    return connection.execute(written).first() is not None
