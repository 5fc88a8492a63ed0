"""What a sender does with notifications: take what is due, for one lease; hold what has ended; keep what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.db import Change
from incident.db.put import document
from incident.records.outbox.tables import attempt, notice, notification

Row = sa.Row[Any]


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


@dataclass(frozen=True, slots=True)
class Said:
    """What of its notice a letter says, and whether it is to leave at all."""

    id: UUID
    kind: str
    items: Mapping[str, Any]
    digest: str
    released_at: datetime
    acknowledge_by: datetime | None
    relay_to: str | None
    cancelled_at: datetime | None
    cancelled_because: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None

    @classmethod
    def of(cls, row: Row, before: str = "") -> Said:
        """From a row with these columns, each with `before` before its name."""
        return cls(*(getattr(row, before + each.name) for each in fields(cls)))


@dataclass(frozen=True, slots=True)
class Taken:
    """A notification that a sender has taken, for one lease; `attempt` fences what becomes of it.

    With what its letter needs beside: of its notice, if it is of one, its party's zone, its channel's secret, and of its case.
    """

    id: UUID
    notice_id: UUID | None
    case_id: UUID | None
    party_id: UUID
    channel_id: UUID | None
    gathering_id: UUID | None
    contact: str
    kind: str
    address: str
    attempt: int
    due_at: datetime | None
    created_at: datetime
    party_zone: str
    channel_secret: bytes | None
    incident_ref: str | None
    incident_severity: str | None
    incident_exercise: bool | None
    said: Said | None = None


Sent = Taken | Row
"""A notification that left, as its sender took it or as it is kept."""


def place(row: Sent) -> str:
    """Where a notification goes, as one word: channel and address."""
    return f"{row.kind} {row.address}"


def claim(
    connection: sa.Connection, now: datetime, limit: int, *, lease: timedelta, room: Room = Room(), by_age: bool = False
) -> tuple[list[Taken], int]:
    """Take up to `limit` notifications that are due, for one lease; and how many more are due that there was no room for, as far as is
    known. `attempt` is the fencing token of this claim.

    The most urgent first: what performs a duty before what reminds of one, then what can still arrive in time, the soonest first; of
    each kind among the thousand longest due. Of equals the letters of a case together, because they are settled together. `by_age`: the
    longest due first, whatever it is. No more to any address than there is room for, so that a slow recipient never holds up the others.
    """
    known = list(room.known)
    if room.resting:
        places, seconds = list(room.resting), list(room.resting.values())
        connection.execute(sa.text(_LET_REST), {"now": now, "places": places, "seconds": seconds})
    given = {
        "now": now, "until": now + lease, "limit": limit, "places": known, "left": [room.known[each] for each in known],
        "proven": [each in room.proven for each in known], "unproven": room.unproven, "by_age": by_age,
    }  # fmt: skip
    rows = connection.execute(sa.text(_CLAIM), given).all()
    return [_taken(row) for row in rows], rows[0].all_due - len(rows) if rows else 0


def _taken(row: Row) -> Taken:
    own = {each.name: getattr(row, each.name) for each in fields(Taken) if each.name != "said"}
    return Taken(**own, said=None if row.notice_id is None else Said.of(row, "notice_"))


_LET_REST = """
update demarche.notification n
   set look_at = least(:now + make_interval(secs => r.seconds),
                       greatest(:now + interval '1 second', coalesce(n.due_at - (n.due_at - :now) / 5, 'infinity')))
  from unnest(cast(:places as text[]), cast(:seconds as float8[])) as r(place, seconds)
 where n.state = 'pending' and n.look_at <= :now and n.kind || ' ' || n.address = r.place
"""
_SAID = ", ".join(f"{each.name} as notice_{each.name}" for each in fields(Said) if each.name != "id")
_LONGEST_DUE = """
  select d.id, d.case_id, d.due_at, d.look_at, d.performing, d.kind || ' ' || d.address as place from demarche.notification d
   where look_at <= :now and {which} and d.kind || ' ' || d.address not in (select place from room where room = 0)
   order by look_at limit 1000 for update skip locked"""
_CLAIM = f"""
with room as (select * from unnest(cast(:places as text[]), cast(:left as int[]), cast(:proven as bool[])) as r(place, room, proven)),
performing as ({_LONGEST_DUE.format(which="performing")}),
others as ({_LONGEST_DUE.format(which="not performing")}),
due as (select * from performing union all select * from others),
urgent as (
  select id, place, row_number() over (
           order by case when cast(:by_age as bool) then look_at end, not performing,
                    due_at is null or due_at <= :now, case when due_at > :now then due_at end, look_at, case_id, id) as rank
    from due),
turned as (
  select u.id, u.rank, coalesce(r.proven, false) as proven, coalesce(r.room, 1) as room,
         row_number() over (partition by u.place order by u.rank) as turn
    from urgent u left join room r using (place)),
counted as (
  select id, rank, proven, row_number() over (partition by proven order by rank) as number from turned where turn <= room),
taken as (
update demarche.notification n
   set state = 'claimed', attempt = n.attempt + 1, leased_until = :until, look_at = :until, state_at = :now,
       cause = case n.state when 'claimed' then 'The lease ran out before anything was heard.' else '' end
  from (select id from counted where proven or number <= :unproven order by rank limit :limit) taken
 where n.id = taken.id
returning n.*)
select t.*, o.*, (select count(*) from due) as all_due,
       (select zone from demarche.party where id = t.party_id) as party_zone,
       (select secret from demarche.channel where id = t.channel_id) as channel_secret,
       i.ref as incident_ref, i.severity as incident_severity, i.exercise as incident_exercise
  from taken t left join lateral (select ref, severity, exercise from demarche.incident where id = t.case_id offset 0) i on true
  left join lateral (select {_SAID} from demarche.notice where id = t.notice_id offset 0) o on true
"""  # noqa: S608 - our own text
"""Each is looked up by its id: a plain join would be planned once, as for the tables of a new node, which it reads whole."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one attempt came to: its `outcome` with the detail, and how the notification stands from now on, and why.

    `look_at` None: nobody looks at it again. What is None of the rest stays as it was.
    """

    row: Sent
    outcome: str
    detail: Mapping[str, object]
    state: str
    cause: str
    look_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    last_error: str | None = None


def hold(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Take these notifications until the transaction ends; their cases are held. Each by its id: `state_now`, `attempt_now`, its notice,
    if it is of one, and `carriers`, over which kinds of channel that goes.
    """
    kinds = sa.select(sa.func.array_agg(_beside.c.kind)).where(_beside.c.notice_id == notification.c.notice_id).scalar_subquery()
    now = (notification.c.id.label("notification"), notification.c.state.label("state_now"), notification.c.attempt.label("attempt_now"))
    joined = notification.outerjoin(notice, notice.c.id == notification.c.notice_id)
    question = sa.select(*now, kinds.label("carriers"), notice).select_from(joined).where(notification.c.id.in_(set(ids)))
    taken = question.order_by(notification.c.id).with_for_update(of=notification, key_share=True)
    return {row.notification: row for row in connection.execute(taken)}


_beside = notification.alias("beside")


def is_held(row: Sent, held: Mapping[UUID, Row]) -> bool:
    """Whether the lease of a notification that was taken is still its taker's."""
    now = held.get(row.id)
    return now is not None and now.state_now == "claimed" and now.attempt_now == row.attempt


@dataclass(frozen=True, slots=True)
class Settlement:
    """Rows and changes that keep what became of attempts, to be written in one statement."""

    rows: Mapping[sa.Table, list[dict[str, object]]]
    changes: list[Change]


def settled(ended: Iterable[Settled], held: Mapping[UUID, Row], now: datetime) -> Settlement:
    """What keeps these. Of those whose lease `is_held` no more, only the attempt is kept: they were claimed again meanwhile."""
    attempts: list[dict[str, object]] = []
    kept: list[dict[str, object]] = []
    for each in ended:
        theirs = is_held(each.row, held)
        outcome = each.outcome if theirs or each.outcome in ("sent", "delivered") else "stale"
        attempts.append(attempted(each.row, outcome, each.detail, now))
        if theirs:
            kept.append({"id": each.row.id, "number": each.row.attempt} | {name: getattr(each, name) for name in _KEPT})
    given = {"settled": document(kept), "settled_ids": [row["id"] for row in kept], "now": now}
    return Settlement({attempt: attempts}, [Change(_SETTLE, given)] if kept else [])


def attempted(row: Sent, outcome: str, detail: Mapping[str, object], now: datetime) -> dict[str, object]:
    """One attempt as it is kept."""
    return {
        "notification_id": row.id, "number": row.attempt, "case_id": row.case_id, "at": now, "outcome": outcome, "detail": detail,
    }  # fmt: skip


_KEPT = ("state", "cause", "look_at", "sent_at", "delivered_at", "last_error")
_SETTLE = """
update demarche.notification n
   set state = s.state, cause = s.cause, state_at = %(now)s, leased_until = null, look_at = s.look_at,
       sent_at = coalesce(s.sent_at, n.sent_at), delivered_at = coalesce(s.delivered_at, n.delivered_at),
       last_error = coalesce(s.last_error, n.last_error)
  from jsonb_to_recordset(cast(%(settled)s as jsonb)) as s(id uuid, number int, state text, cause text, look_at timestamptz,
       sent_at timestamptz, delivered_at timestamptz, last_error text)
 where n.id = any(cast(%(settled_ids)s as uuid[])) and n.id = s.id and n.attempt = s.number and n.state = 'claimed'
"""
