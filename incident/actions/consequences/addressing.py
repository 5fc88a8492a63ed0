"""From a released notice to notifications: one per contact and channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.actions.consequences import telling
from incident.ids import new_id
from incident.reach import services
from incident.records import obligations
from incident.records.cases import Row
from incident.records.outbox.tables import notice, notification
from incident.records.parties import channels, rotas
from incident.rules.escalation import on_call
from incident.rules.escalation.ways import Way, contact_of
from incident.work import Work


@dataclass(frozen=True, slots=True)
class Known:
    """What decides where some notices go: their clauses by id, and of each recipient its channels in use and who is on call now."""

    clauses: Mapping[UUID, Row]
    channels: Mapping[UUID, Sequence[channels.Channel]]
    on_call: Mapping[UUID, on_call.Contact]


def known(work: Work, rows: Sequence[Row]) -> Known:
    """Asked once for all of these notices."""
    recipients = {row.recipient for row in rows}
    return Known(
        obligations.on_call_of(work.connection, {each for row in rows for each in (*row.performs, *row.obligations)}),
        channels.in_use(work.connection, recipients),
        rotas.named(work.connection, recipients, work.now),
    )


def address(work: Work, rows: Sequence[Row]) -> int:
    """Address released notices, in six statements however many they are; the number of notifications made.

    To the contact on call now, over the channels that the notice prefers, which the notice keeps; where that contact has none in
    use, to the next one up, and evidence says why. A chat or pager carries the cover alone and rings with every notice. The inbox
    is always there: what cannot be sent waits where it can be read, and the filer's liaison is told that it rouses nobody.
    """
    if not rows:
        return 0
    found = known(work, rows)
    made: list[dict[str, Any]] = []
    contacts = [_address(work, row, found, made) for row in rows]
    db.put(work.connection, {notification: made})
    work.connection.execute(sa.text(_ROUTED), {"now": work.now, "ids": [row.id for row in rows], "contacts": contacts})
    work.wake("deliver")
    return sum(each["state"] != "withheld" for each in made)


def _address(work: Work, row: Row, found: Known, into: list[dict[str, Any]]) -> str:
    """One notice, its notifications put `into`; the contact it goes to."""
    wanted = wanted_contact(row, found, work.now)
    contact, ways, barred = reachable(row, wanted, found)
    due_at = _due_at(row, found.clauses)
    made = _made(work, row, ways, due_at)
    if all(each["kind"] != "inbox" for each in made) and "inbox" in row.channels:
        made.append(_notification(work, row, contact, due_at, kind="inbox", address="", channel=None))
    into += [*made, *(each | _WITHHELD for each in _made(work, row, barred, due_at))]
    said = {"notice": str(row.id), "to": str(row.recipient), "contact": wanted}
    if not rouses(ways):
        telling.unreachable(work, row)
    if not ways:
        work.record("notification.unreachable", row.case_id, said)
    elif contact != wanted:
        work.record("notification.moved_up", row.case_id, {**said, "told": contact})
    return contact


_ROUTED = """
update demarche.notice n set routed_at = :now, contact = c.contact
  from unnest(cast(:ids as uuid[]), cast(:contacts as text[])) as c(id, contact) where n.id = c.id
"""


def usable(work: Work, row: Row) -> dict[Way, channels.Channel]:
    """The ways over which the notice may go to its recipient now, of every contact."""
    in_use = [each for each in channels.of_party(work.connection, row.recipient) if each.disabled_at is None]
    return {Way(contact_of(each.contact), each.kind): each for each in in_use if _may_go(row, each.kind)}


def take(work: Work, row: Row, ways: Iterable[channels.Channel]) -> list[UUID]:
    """Send a notice over these ways too, at once; the ids of the notifications."""
    found = list(ways)
    made = _made(work, row, found, _due(work, row) if found else None)
    db.put(work.connection, {notification: made})
    work.wake("deliver")
    return [each["id"] for each in made]


def ask_for(work: Work, row: Row, way: Way) -> UUID:
    """Send a notice that way too; where to is looked up when it is claimed, because addresses are their party's own. The id."""
    made = _notification(work, row, way.contact, _due(work, row), kind=way.kind, address="", channel=None)
    db.put(work.connection, {notification: [made]})
    work.wake("deliver")
    return UUID(str(made["id"]))


def placed(work: Work, row: Row) -> Row | None:
    """The claimed notification with the address that its contact has now for that channel; None where it has none in use."""
    found = [each for each in channels.usable(work.connection, row.party_id, row.contact) if each.kind == row.kind]
    if not found:
        return None
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    values = {"address": found[0].address, "channel_id": found[0].id}
    return work.connection.execute(sa.update(notification).where(this).values(values).returning(notification)).one()


def nowhere(work: Work, row: Row, reason: str) -> None:
    """A notice that cannot be addressed by a fault of this node: a dead letter, so that a person sees to it."""
    made = _notification(work, row, row.contact, None, kind="inbox", address="", channel=None)
    dead = made | {"state": "dead", "look_at": None, "cause": reason, "last_error": reason, "effect_key": f"{row.id}:nowhere:{made['id']}"}
    db.put(work.connection, {notification: [dead]})
    work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(routed_at=work.now))
    said = {"notification": str(dead["id"]), "notice": str(row.id), "to": str(row.recipient), "channel": "inbox", "reason": reason}
    work.record("notification.dead", row.case_id, said)


def _made(work: Work, row: Row, ways: Iterable[channels.Channel], due_at: datetime | None) -> list[dict[str, Any]]:
    return [_notification(work, row, each.contact, due_at, kind=each.kind, address=each.address, channel=each.id) for each in ways]


def wanted_contact(row: Row, found: Known, now: datetime) -> on_call.Contact:
    """Whom the notice goes to: who is on call now by the windows of its clauses, then by the recipient's own rota, then the duty desk.

    A rung of the debtor's ladder names its contact itself; whoever else is told of the escalation is told as ever.
    """
    named = next(each for each in on_call.LADDER if each == row.contact)
    clauses = [found.clauses[each] for each in row.performs or row.obligations if each in found.clauses]
    if row.kind == "escalation" and any(each.debtor == row.recipient for each in clauses):
        return named
    read = [on_call.read(each.on_call or ()) for each in clauses if row.recipient in (each.debtor, each.creditor)]
    windows = [window for each in read for window in each]
    by_clause = on_call.named(windows, {}, now)
    return by_clause or found.on_call.get(row.recipient) or ("duty_desk" if windows else named)


def reachable(row: Row, wanted: on_call.Contact, among: Known) -> tuple[on_call.Contact, list[channels.Channel], list[channels.Channel]]:
    """Whom it goes to, over which channels, and over which of that contact's it may not go; no channel where nobody has one.

    Whoever has nothing but an inbox is passed over, as who has nothing, while somebody above can be roused.
    """
    inbox_alone = None
    for contact in on_call.above(wanted):
        found = [each for each in among.channels.get(row.recipient, ()) if each.contact == contact]
        ways = [each for each in found if _may_go(row, each.kind)]
        made = contact, ways, [each for each in found if each not in ways]
        if rouses(ways):
            return made
        if ways and inbox_alone is None:
            inbox_alone = made
    return inbox_alone or (wanted, [], [])


def rouses(ways: Iterable[channels.Channel]) -> bool:
    """Whether one of them rings; the inbox waits to be looked into."""
    return any(each.kind != "inbox" for each in ways)


def _may_go(row: Row, kind: str) -> bool:
    """Whether the clause lets it go by that channel; a chat or pager is the recipient's own bell."""
    return kind in (*row.channels, *services.KINDS)


_WITHHELD = {"state": "withheld", "look_at": None, "cause": "The clause that calls for this notice does not let it go by this channel."}


def _notification(work: Work, row: Row, contact: str, due_at: datetime | None, *, kind: str, address: str, channel: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "notice_id": row.id, "case_id": row.case_id, "party_id": row.recipient, "channel_id": channel, "contact": contact,
        "kind": kind, "address": address, "effect_key": f"{row.id}:{contact}:{kind}", "state": "pending", "cause": "", "attempt": 0,
        "look_at": work.now, "state_at": work.now, "due_at": due_at, "created_at": work.now,
    }  # fmt: skip


def _due(work: Work, row: Row) -> datetime | None:
    return _due_at(row, obligations.on_call_of(work.connection, row.performs))


def _due_at(row: Row, clauses: Mapping[UUID, Row]) -> datetime | None:
    """By when it must have arrived: retries are squeezed to leave time before it."""
    performed = [clauses[each].due_at for each in row.performs if each in clauses and clauses[each].due_at]
    return min([*performed, *([row.acknowledge_by] if row.acknowledge_by else [])], default=None)
