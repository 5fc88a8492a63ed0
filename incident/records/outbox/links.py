"""What was done by the link of a notification, and whether it still opens anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from incident.errors import Gone
from incident.links import LASTS
from incident.records.outbox.tables import link_use, notification

Row = sa.Row[Any]


def uses(connection: sa.Connection, id_: UUID) -> dict[str, Row]:
    """What was done by the link of that notification, each thing once, by its name."""
    found = connection.execute(sa.select(link_use).where(link_use.c.notification_id == id_).order_by(link_use.c.at))
    return {row.what: row for row in found}


def use(connection: sa.Connection, row: Row, id_: UUID, what: str, by: str, now: datetime) -> None:
    """Keep that `what` was done about the notice `row` by the link of that notification; what was done before stands."""
    made = {
        "notification_id": id_, "case_id": row.case_id, "notice_id": row.id, "party_id": row.recipient, "at": now,
        "by_name": by, "what": what,
    }  # fmt: skip
    connection.execute(insert(link_use).values(made).on_conflict_do_nothing())


def of_notice(connection: sa.Connection, notice_id: UUID) -> list[UUID]:
    """The notifications that carried a notice, each with a link of its own."""
    return list(connection.execute(sa.select(notification.c.id).where(notification.c.notice_id == notice_id)).scalars())


def expires_at(connection: sa.Connection, id_: UUID, now: datetime) -> datetime:
    """Until when the link opens anything; `now` is before it.

    Raises:
        Gone: it has expired or was revoked.
    """
    made_at = connection.execute(sa.select(notification.c.created_at).where(notification.c.id == id_)).scalar()
    if made_at is None or now >= made_at + LASTS:
        raise Gone(f"This link has expired: it was good for {LASTS.days} days. Sign in to read the notice.", code="link_expired")
    revoked = uses(connection, id_).get("revoked")
    if revoked is not None:
        raise Gone("This link was revoked by the party that it was sent to. Sign in to read the notice.", code="link_revoked")
    ends_at: datetime = made_at + LASTS
    return ends_at
