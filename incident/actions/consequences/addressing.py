"""From a released notice to notifications: one per contact and channel."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.actions.consequences import telling
from incident.ids import new_id
from incident.reach import services
from incident.records import obligations
from incident.records.cases import Row
from incident.records.outbox import routing, sending
from incident.records.outbox.sending import Taken
from incident.records.outbox.tables import attempt, notice, notification
from incident.records.parties import channels
from incident.rules.escalation import on_call
from incident.rules.escalation.ways import Way, contact_of
from incident.work import Work

Takes = Callable[[str], bool]
"""Whether who addresses sends at once what goes to that place (see `sending.place`); asked once for each letter."""


def nothing(place: str) -> bool:
    """Who addresses sends nothing: what is made waits to be claimed."""
    return False


@dataclass(frozen=True, slots=True)
class Addressed:
    """What became of notices: what was taken along to be sent at once, and what already lies in its recipient's inbox, each with its
    notice and over which kinds of channel that goes."""

    taken: list[Taken] = field(default_factory=list)
    laid: list[tuple[Taken, Row, Collection[str]]] = field(default_factory=list)


def address(work: Work, rows: Sequence[Row], takes: Takes = nothing) -> Addressed:
    """Address released notices, as `routing.still_to_route` reads them; what is made is left to be written.

    To the contact on call now, over the channels that the notice prefers, which the notice keeps; where that contact has none in
    use, to the next one up, and evidence says why. A chat or pager carries the cover alone and rings with every notice. The inbox
    is always there: what cannot be sent waits where it can be read, and the filer's liaison is told that it rouses nobody. To lie in
    the inbox is to be sent.
    """
    addressed = Addressed()
    made: list[dict[str, Any]] = []
    contacts = [_address(work, row, takes, made, addressed) for row in rows]
    attempts = [sending.attempted(each, "sent", IN_THE_INBOX, work.now) for each, _, _ in addressed.laid]
    changes = [db.Change(_ROUTED, {"now": work.now, "routed": [row.id for row in rows], "contacts": contacts})]
    if inboxes := {each.channel_id for each, _, _ in addressed.laid if each.channel_id}:
        changes.append(channels.took(inboxes, work.now))
    work.leave({notification: made, attempt: attempts}, changes=changes)
    if any(each["state"] == "pending" for each in made):
        work.wake("deliver")
    return addressed


def _address(work: Work, row: Row, takes: Takes, into: list[dict[str, Any]], addressed: Addressed) -> str:
    """One notice, its notifications put `into`; the contact it goes to."""
    clauses = routing.clauses_of(row)
    wanted = wanted_contact(row, clauses, work.now)
    contact, ways, barred = reachable(row, wanted)
    due_at = _due_at(row, [clauses[each].due_at for each in row.performs if each in clauses])
    made = _made(work, row, ways, due_at)
    if all(each["kind"] != "inbox" for each in made) and "inbox" in row.channels:
        made.append(_notification(work, row, contact, due_at, kind="inbox", address="", channel=None))
    secrets = {each.id: each.secret for each in ways}
    withheld = [each | _WITHHELD for each in _made(work, row, barred, due_at)]
    kinds = {each["kind"] for each in (*made, *withheld)}
    for each in made:
        taken = _taken(each, row, secrets.get(each["channel_id"]))
        if each["kind"] == "inbox":
            each |= {"attempt": 1, "state": "sent", "look_at": None, "sent_at": work.now}
            addressed.laid.append((taken, row, kinds))
        elif takes(sending.place(taken)):
            until = work.now + timedelta(seconds=work.node.settings.lease_seconds)
            each |= {"attempt": 1, "state": "claimed", "look_at": until, "leased_until": until}
            addressed.taken.append(taken)
    into += [*(made or [_nobody(work, row, contact, due_at)]), *withheld]
    _say(work, row, wanted, contact, ways, lies=bool(made))
    return contact


def _nobody(work: Work, row: Row, contact: str, due_at: datetime | None) -> dict[str, Any]:
    """A dead letter in place of a notice that no channel in use may carry: a person's task, and its filer is told."""
    reason = f"No channel of the {contact.replace('_', ' ')} is in use that its clause lets it go by."
    made = _notification(work, row, contact, due_at, kind=next(iter(row.channels), "inbox"), address="", channel=None)
    telling.dead_letter(work, row.case_id, _taken(made, row, None), reason)
    _record_dead(work, row, made, reason)
    return made | {"state": "dead", "look_at": None, "cause": reason, "last_error": reason}


def _say(work: Work, row: Row, wanted: on_call.Contact, contact: on_call.Contact, ways: Sequence[routing.Door], *, lies: bool) -> None:
    said = {"notice": str(row.id), "to": str(row.recipient), "contact": wanted}
    if lies and not rouses(ways):
        telling.unreachable(work, row)
    if not ways:
        work.record("notification.unreachable", row.case_id, said)
    elif contact != wanted:
        work.record("notification.moved_up", row.case_id, {**said, "told": contact})


def _taken(made: Mapping[str, Any], row: Row, secret: bytes | None) -> Taken:
    """A notification that was just made, as its first sender takes it."""
    own = {name: made[name] for name in ("id", "notice_id", "case_id", "party_id", "channel_id", "contact", "kind", "address", "due_at")}
    beside = {name: row._mapping[name] for name in ("party_zone", "incident_ref", "incident_severity", "incident_exercise")}
    return Taken(
        **own, **beside, attempt=1, gathering_id=None, created_at=made["created_at"], channel_secret=secret, said=sending.Said.of(row)
    )


IN_THE_INBOX = {"kind": "inbox"}
"""The receipt of what lies in an inbox: the row that holds the notification is the delivery."""
_ROUTED = """
update demarche.notice n set routed_at = %(now)s, contact = c.contact
  from unnest(cast(%(routed)s as uuid[]), cast(%(contacts)s as text[])) as c(id, contact)
 where n.id = any(cast(%(routed)s as uuid[])) and n.id = c.id
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


def placed(work: Work, row: Taken) -> Taken | None:
    """The claimed notification with the address that its contact has now for that channel; None where it has none in use."""
    found = [each for each in channels.usable(work.connection, row.party_id, row.contact) if each.kind == row.kind]
    if not found:
        return None
    id_, address = found[0].id, found[0].address
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    work.connection.execute(sa.update(notification).where(this).values(address=address, channel_id=id_))
    return replace(row, address=address, channel_id=id_, channel_secret=channels.secrets_of(work.connection, [id_]).get(id_))


def nowhere(work: Work, row: Row, reason: str) -> None:
    """A notice that cannot be addressed by a fault of this node: a dead letter, so that a person sees to it."""
    made = _notification(work, row, row.contact, None, kind="inbox", address="", channel=None)
    dead = made | {"state": "dead", "look_at": None, "cause": reason, "last_error": reason, "effect_key": f"{row.id}:nowhere:{made['id']}"}
    db.put(work.connection, {notification: [dead]})
    work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(routed_at=work.now))
    _record_dead(work, row, dead, reason)


def _record_dead(work: Work, row: Row, made: Mapping[str, Any], reason: str) -> None:
    said = {"notification": str(made["id"]), "notice": str(row.id), "to": str(row.recipient), "channel": made["kind"], "reason": reason}
    work.record("notification.dead", row.case_id, said)


def _made(work: Work, row: Row, ways: Iterable[channels.Channel | routing.Door], due_at: datetime | None) -> list[dict[str, Any]]:
    return [_notification(work, row, each.contact, due_at, kind=each.kind, address=each.address, channel=each.id) for each in ways]


def wanted_contact(row: Row, known: Mapping[UUID, routing.Clause], now: datetime) -> on_call.Contact:
    """Whom the notice goes to: who is on call now by the windows of its clauses, then by the recipient's own rota, then the duty desk.

    A rung of the debtor's ladder names its contact itself; whoever else is told of the escalation is told as ever.
    """
    named = next(each for each in on_call.LADDER if each == row.contact)
    clauses = [known[each] for each in row.performs or row.obligations if each in known]
    if row.kind == "escalation" and any(each.debtor == row.recipient for each in clauses):
        return named
    read = [on_call.read(each.on_call) for each in clauses if row.recipient in (each.debtor, each.creditor)]
    windows = [window for each in read for window in each]
    by_clause = on_call.named(windows, {}, now)
    return by_clause or _on_call(row, now) or ("duty_desk" if windows else named)


def _on_call(row: Row, now: datetime) -> on_call.Contact | None:
    """Who of the recipient is on call at `now`, by its own rota, where it names somebody."""
    in_turn = next((each for each in on_call.LADDER if each in (row.turns or ())), None)
    return in_turn or on_call.named(on_call.read(row.windows or ()), {}, now)


def reachable(row: Row, wanted: on_call.Contact) -> tuple[on_call.Contact, list[routing.Door], list[routing.Door]]:
    """Whom it goes to, over which channels, and over which of that contact's it may not go; no channel where nobody has one.

    Whoever has nothing but an inbox is passed over, as who has nothing, while somebody above can be roused.
    """
    inbox_alone, doors = None, routing.doors_of(row)
    for contact in on_call.above(wanted):
        found = [each for each in doors if each.contact == contact]
        ways = [each for each in found if _may_go(row, each.kind)]
        made = contact, ways, [each for each in found if each not in ways]
        if rouses(ways):
            return made
        if ways and inbox_alone is None:
            inbox_alone = made
    return inbox_alone or (wanted, [], [])


def rouses(ways: Iterable[routing.Door]) -> bool:
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
        "look_at": work.now, "leased_until": None, "state_at": work.now, "sent_at": None, "due_at": due_at, "created_at": work.now,
        "performing": bool(row.performs), "last_error": None,
    }  # fmt: skip


def _due(work: Work, row: Row) -> datetime | None:
    return _due_at(row, obligations.due_ats(work.connection, row.performs))


def _due_at(row: Row, performed: Iterable[datetime | None]) -> datetime | None:
    """By when it must have arrived, by what it performs: retries are squeezed to leave time before it."""
    return min((each for each in (*performed, row.acknowledge_by) if each is not None), default=None)
