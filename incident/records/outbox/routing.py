"""Released notices that are still to be addressed: taken with their cases, and read with all that decides where they go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.evidence import Head
from incident.records.outbox.tables import notice

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Clause:
    """What of an obligation decides where a notice of it goes and by when; `on_call` are its windows, as they are kept."""

    id: UUID
    debtor: UUID | None
    creditor: UUID | None
    due_at: datetime | None
    on_call: list[list[object]]


@dataclass(frozen=True, slots=True)
class Door:
    """One channel in use of a notice's recipient, with the secret for who sends."""

    id: UUID
    contact: str
    kind: str
    address: str
    secret: bytes | None


def take_cases(connection: sa.Connection, limit: int, now: datetime) -> dict[UUID, Head]:
    """The cases of released notices that no channel has been chosen for and that do not rest after a fault, of the oldest `limit`.

    They are held until the transaction ends, each with the head of its evidence. Those that somebody else holds are left out: nobody
    waits for them here, since whoever does keeps what else is released; they are due as before.
    """
    rows = connection.execute(sa.text(_TAKE_CASES), {"now": now, "limit": limit})
    return {row.id: (row.seq, bytes(row.hash)) for row in rows}


def released(connection: sa.Connection, limit: int, now: datetime) -> list[Row]:
    """`(id, case_id)` of such notices, oldest first; not held."""
    question = sa.text(f"select id, case_id {_RELEASED} order by {_ROUTE_AT}, id limit :limit")
    return list(connection.execute(question, {"now": now, "limit": limit}))


def still_to_route(connection: sa.Connection, now: datetime, limit: int, *, cases: Collection[UUID], only: UUID | None = None) -> list[Row]:
    """The oldest such notices of these cases, which are held, held too; `only` that one, where it still is one, whether it rests or not.

    Each with what decides where it goes, see `clauses_of`, `doors_of` and `turns`, and what its letters need.
    """
    given = {"now": now, "limit": limit, "cases": list(cases), "only": only}
    return list(connection.execute(sa.text(_STILL_TO_ROUTE), given))


def party_to_gather(connection: sa.Connection, *, late: datetime, longest: datetime) -> UUID | None:
    """For whom what was late waits longest to be carried. None when nothing does, or while a step that was due before `late` is still
    to be looked at, unless something has waited since before `longest`."""
    found: UUID | None = connection.execute(sa.text(_PARTY_TO_GATHER), {"late": late, "longest": longest}).scalar()
    return found


def cases_to_gather(connection: sa.Connection, party: UUID) -> list[UUID]:
    """The cases of what waits to be gathered for a party."""
    waits = (notice.c.late_since.is_not(None), notice.c.routed_at.is_(None), notice.c.cancelled_at.is_(None))
    return list(connection.execute(sa.select(notice.c.case_id).where(*waits, notice.c.recipient == party).distinct()).scalars())


def still_to_gather(connection: sa.Connection, now: datetime, party: UUID, held: Iterable[UUID]) -> list[Row]:
    """What still waits to be gathered for a party in these cases, the longest late first, held and read as by `still_to_route`."""
    return list(connection.execute(sa.text(_STILL_TO_GATHER), {"now": now, "party": party, "cases": list(held)}))


def clauses_of(row: Row) -> dict[UUID, Clause]:
    """What decides of the obligations that a notice is about, by their ids."""
    return {
        UUID(id_): Clause(UUID(id_), _uuid(debtor), _uuid(creditor), _instant(due_at), on_call or [])
        for id_, debtor, creditor, due_at, on_call in row.clauses or ()
    }


def doors_of(row: Row) -> list[Door]:
    """The channels in use of a notice's recipient, duty desk first."""
    return [
        Door(UUID(id_), contact, kind, address, None if secret is None else bytes.fromhex(secret))
        for id_, contact, kind, address, secret in row.doors or ()
    ]


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_ROUTE_AT = "coalesce(route_again_at, released_at)"
_WAITING = "released_at is not null and routed_at is null and cancelled_at is null"
_RELEASED = f"from demarche.notice where {_WAITING} and late_since is null and {_ROUTE_AT} <= :now"
_TAKE_CASES = f"""
select i.id, h.seq, h.hash from demarche.incident i join demarche.evidence_head h on h.stream = i.id
 where i.id in (select case_id {_RELEASED} order by {_ROUTE_AT}, id limit :limit)
 order by i.id for no key update of i, h skip locked
"""  # noqa: S608 - our own text
_WITH_ALL = """
select n.*, (select zone from demarche.party where id = n.recipient) as party_zone, i.*,
       (select jsonb_agg(jsonb_build_array(o.id, o.debtor, o.creditor, o.due_at, o.spec -> 'on_call'))
          from demarche.obligation o where o.id = any(n.performs || n.obligations)) as clauses,
       (select jsonb_agg(jsonb_build_array(c.id, t.role, c.kind, c.address, encode(c.secret, 'hex'))
                         order by array_position(array['duty_desk', 'deputy', 'manager'], t.role), c.kind)
          from demarche.channel c join demarche.contact t on t.id = c.contact_id
         where c.party_id = n.recipient and c.disabled_at is null) as doors,
       (select windows from demarche.rota where party_id = n.recipient) as windows,
       (select array_agg(u.contact) from demarche.turn u where u.party_id = n.recipient and u.until > :now and u.since <= :now) as turns
  from demarche.notice n cross join lateral (
       select ref as incident_ref, severity as incident_severity, exercise as incident_exercise
         from demarche.incident where id = n.case_id offset 0) i
"""
_STILL_TO_ROUTE = f"""{_WITH_ALL}
 where n.released_at is not null and n.routed_at is null and n.cancelled_at is null and n.late_since is null and n.case_id = any(:cases)
   and case when cast(:only as uuid) is null then coalesce(n.route_again_at, n.released_at) <= :now else n.id = :only end
 order by coalesce(n.route_again_at, n.released_at), n.id limit :limit for update of n skip locked
"""
_STILL_TO_GATHER = f"""{_WITH_ALL}
 where n.late_since is not null and n.routed_at is null and n.cancelled_at is null and n.recipient = :party and n.case_id = any(:cases)
 order by n.late_since, n.id for update of n
"""
_PARTY_TO_GATHER = """
select recipient from demarche.notice where late_since is not null and routed_at is null and cancelled_at is null
   and (not exists (select from demarche.timer where look_at <= :late) or exists (select from demarche.notice w
        where w.late_since is not null and w.routed_at is null and w.cancelled_at is null and w.created_at <= :longest))
 order by late_since, id limit 1
"""
