"""Dead letters: what reached nobody and needs a person, with what was tried and what is left."""

from __future__ import annotations

import sqlalchemy as sa

from incident import answers
from incident.board.pages import notification_shapes
from incident.records import outbox
from incident.records.cases import Row
from incident.records.cases.tables import visibility
from incident.records.outbox.tables import notice, notification
from incident.rules.escalation.ways import left
from incident.work import Work

MOST = 100


def dead_letters(work: Work) -> list[answers.Json]:
    """The dead letters of the cases that the caller filed or operates, newest first, at most 100.

    Each as a notification, with `title` of its notice, `ways` (its notifications, oldest first) and `left` (contact and channel).
    """
    question = (
        sa.select(notification, notice.c.title, notice.c.channels)
        .join(notice, notice.c.id == notification.c.notice_id)
        .join(visibility, sa.and_(visibility.c.case_id == notification.c.case_id, visibility.c.party_id == work.actor.party))
        .where(notification.c.state == "dead")
        .order_by(notification.c.created_at.desc(), notification.c.id)
    )
    rows = list(work.connection.execute(question.limit(MOST)).all())
    return [shape | _about(work, row) for shape, row in zip(notification_shapes(work, rows), rows, strict=True)]


def waiting() -> sa.ColumnElement[int]:
    """How many `party` has, up to what is shown; a part of a question, because the board asks few."""
    whose = visibility.c.party_id == sa.bindparam("party", type_=visibility.c.party_id.type)
    mine = sa.and_(visibility.c.case_id == notification.c.case_id, whose)
    some = sa.select(notification.c.id).join(visibility, mine).where(notification.c.state == "dead")
    return sa.select(sa.func.count()).select_from(some.limit(sa.literal_column(str(MOST), sa.Integer)).subquery()).scalar_subquery()


def _about(work: Work, row: Row) -> answers.Json:
    taken = outbox.notifications_of(work.connection, row.notice_id)
    ways = [{"contact": each.contact, "channel": each.kind, "state": each.state, "cause": each.cause} for each in taken]
    open_ = left(((each.contact, each.kind) for each in taken), row.channels)
    return {"title": row.title, "ways": ways, "left": [{"contact": way.contact, "channel": way.kind} for way in open_]}
