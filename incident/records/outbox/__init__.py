"""The outbox: notices, and how each travels. Claimed, sent with no transaction open, settled one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from incident.db.put import document
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


def told_of(connection: sa.Connection, cases: Iterable[UUID], obligations: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """`(recipient, obligation)`: who was told of which of these obligations, each of one of these cases, by a notice that was released."""
    rows = connection.execute(sa.text(_TOLD_OF), {"cases": list(cases), "obligations": list(obligations)})
    return {(row.recipient, row.about) for row in rows}


_TOLD_OF = """
select distinct n.recipient, o.about from demarche.notice n cross join unnest(n.obligations) as o(about)
 where n.case_id = any(:cases) and n.released_at is not null and o.about = any(:obligations)
"""


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


def released_to_route(connection: sa.Connection, limit: int, now: datetime) -> list[Row]:
    """Released notices that no channel has been chosen for and that do not rest after a fault, oldest first; not held."""
    return list(connection.execute(_TO_ROUTE.where(now >= _ROUTE_AT).order_by(_ROUTE_AT, notice.c.id).limit(limit)).all())


def still_to_route(connection: sa.Connection, ids: Iterable[UUID]) -> list[Row]:
    """Those of these notices that still are so, oldest first, held for this transaction."""
    question = _TO_ROUTE.where(notice.c.id.in_(list(ids))).order_by(notice.c.released_at, notice.c.id)
    return list(connection.execute(question.with_for_update(skip_locked=True)).all())


_ROUTE_AT = sa.func.coalesce(notice.c.route_again_at, notice.c.released_at)
_TO_ROUTE = sa.select(notice).where(
    notice.c.released_at.is_not(None), notice.c.routed_at.is_(None), notice.c.cancelled_at.is_(None), notice.c.late_since.is_(None)
)
_TO_GATHER = (notice.c.late_since.is_not(None), notice.c.routed_at.is_(None), notice.c.cancelled_at.is_(None))


def party_to_gather(connection: sa.Connection, *, late: datetime, longest: datetime) -> UUID | None:
    """For whom what was late waits longest to be carried. None when nothing does, or while a step that was due before `late` is still
    to be looked at, unless something has waited since before `longest`."""
    found: UUID | None = connection.execute(sa.text(_PARTY_TO_GATHER), {"late": late, "longest": longest}).scalar()
    return found


_PARTY_TO_GATHER = """
select recipient from demarche.notice where late_since is not null and routed_at is null and cancelled_at is null
   and (not exists (select from demarche.timer where look_at <= :late) or exists (select from demarche.notice w
        where w.late_since is not null and w.routed_at is null and w.cancelled_at is null and w.created_at <= :longest))
 order by late_since, id limit 1
"""


def cases_to_gather(connection: sa.Connection, party: UUID) -> list[UUID]:
    """The cases of what waits to be gathered for a party."""
    return list(connection.execute(sa.select(notice.c.case_id).where(*_TO_GATHER, notice.c.recipient == party).distinct()).scalars())


def still_to_gather(connection: sa.Connection, party: UUID, held: Iterable[UUID]) -> list[Row]:
    """What still waits to be gathered for a party in these cases, the longest late first, held for this transaction."""
    question = sa.select(notice).where(*_TO_GATHER, notice.c.recipient == party, notice.c.case_id.in_(list(held)))
    return list(connection.execute(question.order_by(notice.c.late_since, notice.c.id).with_for_update()).all())


@dataclass(frozen=True, slots=True)
class Room:
    """What a sender may take: `known` says how many letters more for an address (a `place`), 1 for one that is not in it.

    `proven` are those that took their last letter; all others together get no more than `unproven`. `resting` are left alone for
    so many seconds more: what is due for them is looked at again then, and sooner where its duty would end before.
    """

    known: Mapping[str, int] = field(default_factory=dict)
    proven: frozenset[str] = frozenset()
    unproven: int = 1000
    resting: Mapping[str, float] = field(default_factory=dict)


def place(row: Row) -> str:
    """Where a notification goes, as one word: channel and address."""
    return f"{row.kind} {row.address}"


def claim(connection: sa.Connection, now: datetime, limit: int, *, lease: timedelta, room: Room = Room()) -> list[Row]:
    """Take up to `limit` notifications that are due, for one lease; `attempt` is the fencing token of this claim.

    Of the thousand longest due the most urgent first: what performs a duty before what reminds of one, then what can still arrive in
    time, the soonest first. Of equals the letters of a case together, because they are settled together. No more to any address
    than there is room for, so that a slow recipient never holds up the others.
    """
    known = list(room.known)
    if room.resting:
        places, seconds = list(room.resting), list(room.resting.values())
        connection.execute(sa.text(_LET_REST), {"now": now, "places": places, "seconds": seconds})
    return list(
        connection.execute(
            sa.text(_CLAIM),
            {
                "now": now, "until": now + lease, "limit": limit, "places": known, "left": [room.known[each] for each in known],
                "proven": [each in room.proven for each in known], "unproven": room.unproven,
            },
        ).all()
    )  # fmt: skip


_LET_REST = """
update demarche.notification n
   set look_at = least(:now + make_interval(secs => r.seconds),
                       greatest(:now + interval '1 second', coalesce(n.due_at - (n.due_at - :now) / 5, 'infinity')))
  from unnest(cast(:places as text[]), cast(:seconds as float8[])) as r(place, seconds)
 where n.state = 'pending' and n.look_at <= :now and n.kind || ' ' || n.address = r.place
"""
_CLAIM = """
with room as (select * from unnest(cast(:places as text[]), cast(:left as int[]), cast(:proven as bool[])) as r(place, room, proven)),
due as (
  select d.id, d.notice_id, d.case_id, d.due_at, d.look_at, d.kind || ' ' || d.address as place from demarche.notification d
   where look_at <= :now and d.kind || ' ' || d.address not in (select place from room where room = 0)
   order by look_at limit 1000 for update skip locked),
urgent as (
  select id, place, row_number() over (
           order by coalesce((select cardinality(n.performs) from demarche.notice n where n.id = due.notice_id), 0) = 0,
                    due_at is null or due_at <= :now, case when due_at > :now then due_at end, look_at, case_id, id) as rank
    from due),
turned as (
  select u.id, u.rank, coalesce(r.proven, false) as proven, coalesce(r.room, 1) as room,
         row_number() over (partition by u.place order by u.rank) as turn
    from urgent u left join room r using (place)),
counted as (
  select id, rank, proven, row_number() over (partition by proven order by rank) as number from turned where turn <= room)
update demarche.notification n
   set state = 'claimed', attempt = n.attempt + 1, leased_until = :until, look_at = :until, state_at = :now,
       cause = case n.state when 'claimed' then 'The lease ran out before anything was heard.' else '' end
  from (select id from counted where proven or number <= :unproven order by rank limit :limit) taken
 where n.id = taken.id
returning n.*
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one attempt came to: its `outcome` with the detail, and how the notification stands from now on, and why.

    `look_at` None: nobody looks at it again. What is None of the rest stays as it was.
    """

    row: Row
    outcome: str
    detail: Mapping[str, object]
    state: str
    cause: str
    look_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    last_error: str | None = None


def settle_all(connection: sa.Connection, settled: Iterable[Settled], now: datetime) -> set[UUID]:
    """Record what each attempt came to, in one statement; the notifications whose lease was still held.

    Of the others only the attempt is recorded: they were claimed again meanwhile.
    """
    rows = [
        {
            "id": each.row.id, "number": each.row.attempt, "case_id": each.row.case_id, "outcome": each.outcome, "detail": each.detail,
            "state": each.state, "cause": each.cause, "look_at": each.look_at, "sent_at": each.sent_at,
            "delivered_at": each.delivered_at, "last_error": each.last_error,
        }
        for each in settled
    ]  # fmt: skip
    if not rows:
        return set()
    return set(connection.execute(sa.text(_SETTLE), {"rows": document(rows), "ids": [row["id"] for row in rows], "now": now}).scalars())


_SETTLE = """
with said as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(id uuid, number int, case_id uuid, outcome text, detail jsonb, state text,
         cause text, look_at timestamptz, sent_at timestamptz, delivered_at timestamptz, last_error text)),
held as (
  update demarche.notification n
     set state = s.state, cause = s.cause, state_at = :now, leased_until = null, look_at = s.look_at,
         sent_at = coalesce(s.sent_at, n.sent_at), delivered_at = coalesce(s.delivered_at, n.delivered_at),
         last_error = coalesce(s.last_error, n.last_error)
    from said s where n.id = any(cast(:ids as uuid[])) and n.id = s.id and n.attempt = s.number and n.state = 'claimed'
  returning n.id),
kept as (
  insert into demarche.attempt (notification_id, number, case_id, at, outcome, detail)
  select s.id, s.number, s.case_id, :now,
         case when h.id is not null or s.outcome in ('sent', 'delivered') then s.outcome else 'stale' end, s.detail
    from said s left join held h on h.id = s.id)
select id from held
"""


def settle(connection: sa.Connection, settled: Settled, now: datetime) -> bool:
    """Record what one attempt came to. False, and only the attempt is recorded, when the lease was lost to a later claim."""
    return bool(settle_all(connection, [settled], now))


def note(connection: sa.Connection, row: Row, number: int, outcome: str, detail: dict[str, object], now: datetime) -> bool:
    """Note what was heard of an attempt afterwards; False when the same was noted before."""
    said = {"notification_id": row.id, "number": number, "case_id": row.case_id, "at": now, "outcome": outcome, "detail": detail}
    written = postgresql.insert(attempt).values(said).on_conflict_do_nothing().returning(attempt.c.number)
    return connection.execute(written).first() is not None


def carried(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID | None, Row]:
    """These notices by their ids, each with its `carriers`: over which kinds of channel it goes."""
    kinds = sa.select(sa.func.array_agg(notification.c.kind)).where(notification.c.notice_id == notice.c.id).scalar_subquery()
    question = sa.select(notice, kinds.label("carriers")).where(notice.c.id.in_(list(ids)))
    return {row.id: row for row in connection.execute(question)}


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next notification is to be looked at."""
    return connection.execute(sa.select(sa.func.min(notification.c.look_at))).scalar()
