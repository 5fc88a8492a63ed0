"""Rotas: who of a party is on call when, as it says itself, and the hours in which nobody of it can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from incident import db
from incident.records.parties.tables import channel, contact, reach, rota, turn
from incident.rules.commitment import OnCall
from incident.rules.escalation import on_call, reachability
from incident.rules.escalation.on_call import Contact
from incident.rules.escalation.reachability import AHEAD, Stretch, Way
from incident.rules.escalation.rota import Rota, Turn

Row = sa.Row[Any]
_NARROW = [column for column in rota.c if column.name != "feed_text"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The hours ahead in which nobody of a party can be reached, as they were found at `looked_at`."""

    looked_at: datetime
    gaps: list[dict[str, Any]]


def find(connection: sa.Connection, party: UUID, *, for_update: bool = False) -> Row | None:
    """The rota as it is kept, without the text of its calendar; None where the party keeps none."""
    question = sa.select(*_NARROW).where(rota.c.party_id == party)
    return connection.execute(question.with_for_update() if for_update else question).first()


def text_of(connection: sa.Connection, party: UUID) -> str | None:
    """The text of the calendar, as it was last read."""
    found = connection.execute(sa.select(rota.c.feed_text).where(rota.c.party_id == party)).scalar()
    return None if found is None else str(found)


def turns_of(connection: sa.Connection, parties: Iterable[UUID], since: datetime, until: datetime) -> dict[UUID, list[Turn]]:
    """The turns of each party that touch that span, in order."""
    question = sa.select(turn).where(turn.c.party_id.in_(list(parties)), turn.c.until > since, turn.c.since < until)
    found: dict[UUID, list[Turn]] = {}
    for row in connection.execute(question.order_by(turn.c.since, turn.c.until, turn.c.contact, turn.c.said)):
        found.setdefault(row.party_id, []).append(Turn(row.contact, row.since, row.until, row.said))
    return found


def rotas_of(connection: sa.Connection, parties: Sequence[UUID], since: datetime, until: datetime) -> dict[UUID, Rota]:
    """Each party's rota with the turns of that span; an empty one for a party that keeps none."""
    rows = connection.execute(sa.select(rota.c.party_id, rota.c.windows).where(rota.c.party_id.in_(parties)))
    windows = {row.party_id: on_call.read(row.windows) for row in rows}
    turns = turns_of(connection, parties, since, until)
    return {each: Rota(windows.get(each, ()), tuple(turns.get(each, ()))) for each in parties}


def set_windows(connection: sa.Connection, party: UUID, windows: Iterable[OnCall], *, by: str, now: datetime) -> None:
    """Put these windows in place of those before; the calendar and its turns stay."""
    said = {"windows": on_call.kept(windows), "changed_at": now, "changed_by": by}
    statement = insert(rota).values(party_id=party, **said)
    connection.execute(statement.on_conflict_do_update(index_elements=["party_id"], set_=said))


def set_feed(connection: sa.Connection, party: UUID, *, by: str, now: datetime, **said: object) -> None:
    """Change what is kept of the calendar; `said` names columns."""
    changed = {"changed_at": now, "changed_by": by, **said}
    statement = insert(rota).values(party_id=party, **changed)
    connection.execute(statement.on_conflict_do_update(index_elements=["party_id"], set_=changed))


def note_feed(connection: sa.Connection, party: UUID, **said: object) -> None:
    """What became of reading the calendar, which is no change that anybody made."""
    connection.execute(sa.update(rota).where(rota.c.party_id == party).values(said))


def put_turns(connection: sa.Connection, party: UUID, turns: Iterable[Turn]) -> None:
    """These turns in place of all before."""
    connection.execute(sa.delete(turn).where(turn.c.party_id == party))
    rows = [
        {"party_id": party, "contact": each.contact, "since": each.since, "until": each.until, "said": each.said}
        for each in dict.fromkeys(turns)
    ]
    db.put(connection, {turn: rows})


def due(connection: sa.Connection, now: datetime) -> list[Row]:
    """The calendars that are to be read again, the longest due first; whoever else asks meanwhile does not get them."""
    question = sa.select(rota).where(rota.c.look_at <= now).order_by(rota.c.look_at).limit(20)
    return list(connection.execute(question.with_for_update(skip_locked=True)).all())


def ways_of(connection: sa.Connection, parties: Iterable[UUID], now: datetime) -> dict[UUID, dict[Contact, Way]]:
    """How each contact of each party is reached at best."""
    shown = (channel.c.failed_at, channel.c.verified_at, channel.c.taken_at)
    question = (
        sa.select(channel.c.party_id, contact.c.role, channel.c.kind, *shown)
        .join(contact, contact.c.id == channel.c.contact_id)
        .where(channel.c.party_id.in_(list(parties)), channel.c.disabled_at.is_(None))
    )
    found: dict[UUID, dict[Contact, Way]] = {}
    for row in connection.execute(question):
        ways = found.setdefault(row.party_id, {})
        way = reachability.way(row.kind, now, failed_at=row.failed_at, verified_at=row.verified_at, taken_at=row.taken_at)
        ways[row.role] = reachability.better(ways.get(row.role, "none"), way)
    return found


def keep_reach(connection: sa.Connection, found: Mapping[UUID, list[dict[str, Any]]], now: datetime) -> None:
    """Keep what was found of each party."""
    if not found:
        return
    statement = insert(reach).values([{"party_id": party, "looked_at": now, "gaps": gaps} for party, gaps in found.items()])
    fresh = {"looked_at": statement.excluded.looked_at, "gaps": statement.excluded.gaps}
    connection.execute(statement.on_conflict_do_update(index_elements=["party_id"], set_=fresh))


def reach_of(connection: sa.Connection) -> dict[UUID, Reach]:
    """What was found last of each party that the caller has to do with."""
    return {row.party_id: Reach(row.looked_at, row.gaps) for row in connection.execute(sa.select(reach))}


def to_look_at(connection: sa.Connection, now: datetime, every: timedelta) -> list[UUID]:
    """The parties at whose reach nobody looked for so long, or since they changed their channels or rota.

    A look that lies ahead is none: the clock was set back since.
    """
    question = sa.text(
        "select p.id from demarche.party p left join demarche.reach r on r.party_id = p.id where r.looked_at is null"
        " or r.looked_at not between :since + interval '1 microsecond' and :now"
        " or exists (select from demarche.rota o where o.party_id = p.id and o.changed_at >= r.looked_at)"
        " or exists (select from demarche.channel c where c.party_id = p.id and greatest(c.changed_at, c.disabled_at) >= r.looked_at)"
        " order by p.id"
    )
    return cast("list[UUID]", list(connection.execute(question, {"since": now - every, "now": now}).scalars()))


def unreachable(connection: sa.Connection, parties: Sequence[UUID], now: datetime) -> dict[UUID, tuple[Stretch, ...]]:
    """Of each party the hours of the next two weeks in which nobody of it can be reached."""
    found = rotas_of(connection, parties, now, now + AHEAD)
    ways = ways_of(connection, parties, now)
    return {each: reachability.unreachable(found[each], ways.get(each, {}), now, now + AHEAD) for each in parties}
