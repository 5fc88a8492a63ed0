"""What follows from an attempt: a receipt, a later try, another way, a dead letter that is a person's task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incident import db
from incident.actions.consequences import acting, addressing, settling, telling
from incident.records import obligations, outbox
from incident.records.cases import Row
from incident.records.obligations.tables import act
from incident.records.outbox import sending
from incident.records.outbox.sending import Sent, Settled, Taken
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.rules.escalation.ways import Again, Next, Others, Person, Way, after_failure, contact_of, turn_ends
from incident.work import Work

Held = Mapping[UUID, Row]
"""Notifications that are held, by their ids, as `sending.hold` reads them."""


def hold(work: Work, rows: Iterable[Sent]) -> Held:
    """Take the cases of these notifications, first of all, as everybody does, and then them; how each stands, with its notice."""
    rows = list(rows)
    acting.hold(work, (row.case_id for row in rows if row.case_id is not None))
    return sending.hold(work.connection, (row.id for row in rows))


def delivered(work: Work, came: Sequence[tuple[Sent, dict[str, Any]]], held: Held) -> None:
    """Handed over, each with its receipt: it is kept, and whatever the notice performs was sent just now.

    The attempt is recorded in any case, because it had its effect even when the lease was lost meanwhile.
    """
    settled = [_arrival(row, receipt, held.get(row.id), work.now) for row, receipt in came]
    kept = sending.settled(settled, held, work.now)
    work.leave(kept.rows, changes=kept.changes)
    theirs = [(row, receipt, held[row.id]) for row, receipt in came if row.notice_id is not None and sending.is_held(row, held)]
    arrived(work, [Arrived(row, receipt, notice, notice.carriers) for row, receipt, notice in theirs])


@dataclass(frozen=True, slots=True)
class Arrived:
    """A notification that was handed over, with its receipt, its notice, and over which kinds of channel that goes."""

    row: Sent
    receipt: Mapping[str, Any]
    notice: Row
    carriers: Collection[str]


def arrived(work: Work, found: Iterable[Arrived]) -> None:
    """What follows from these. Their cases are held.

    A webhook's receiver said so itself, and that is receipt; any other carrier takes it for somebody, and the inbox waits to be
    collected, so what those carry was sent and no more. The inbox counts only where nothing else reaches the party, and a chat or
    pager that the notice does not name only rings. What the acts set in motion is looked at once for each case.
    """
    handed: list[Handed] = []
    for each in found:
        row, named = each.row, set(each.notice.channels)
        work.record(f"notification.{_how_far(row)}", each.notice.case_id, about(row) | {"receipt": each.receipt})
        if row.kind in named and not (row.kind == "inbox" and named & set(each.carriers) - {"inbox"}):
            handed.append(Handed(each.notice, "received" if row.kind == "webhook" else "sent", about(row)))
    settling.after_deliveries(work, _perform(work, handed))


def _how_far(row: Sent) -> str:
    return "delivered" if row.kind == "webhook" else "sent"


def _arrival(row: Sent, receipt: dict[str, Any], notice: Row | None, now: datetime) -> Settled:
    """Where somebody has opened or acknowledged its notice by another way before, what arrives just now stands so too."""
    how_far = _how_far(row)
    state, cause = how_far, ""
    if notice is not None and notice.acknowledged_at is not None:
        state, cause = "acknowledged", f"Acknowledged by {notice.acknowledged_by}, while it was under way."
    elif notice is not None and notice.opened_at is not None:
        state, cause = "opened", f"Opened by {notice.opened_by}, while it was under way."
    sent_at, delivered_at = (now, None) if how_far == "sent" else (None, now)
    return Settled(row, how_far, receipt, state, cause, sent_at=sent_at, delivered_at=delivered_at)


@dataclass(frozen=True, slots=True)
class Handed:
    """A notice of which its recipient was told: that it was `sent`, or `received`, and how."""

    notice: Row
    kind: str
    detail: Mapping[str, Any]


def performed(work: Work, notice: Row, kind: str, detail: Mapping[str, Any], *, occurred_at: datetime | None = None) -> int:
    """Note once that what a notice performs was `sent` or `received`, now or when somebody says; how many obligations it was noted for."""
    done = _perform(work, [Handed(notice, kind, detail)], occurred_at=occurred_at)
    work.flush()
    return sum(map(len, done.kinds.values()))


def _perform(work: Work, handed: Sequence[Handed], *, occurred_at: datetime | None = None) -> settling.Performed:
    """Note it of several notices, once for each obligation and kind; the acts are left to be written."""
    ids = {id_ for each in handed for id_ in each.notice.performs}
    beside = obligations.standing_beside(work.connection, ids, cases={each.notice.case_id for each in handed}) if ids else {}
    live = [row for rows in beside.values() for row in rows if row.id in ids]
    done = {row.id: {each.kind for each in obligations.done_of(row)} for row in live}
    kinds: dict[UUID, list[str]] = {}
    notes: list[acting.Note] = []
    for each in handed:
        enough = {"sent", "received"} if each.kind == "sent" else {each.kind}
        for row in live:
            if row.id in each.notice.performs and not enough & done[row.id]:
                done[row.id].add(each.kind)
                kinds.setdefault(row.id, []).append(each.kind)
                notes.append(acting.Note(row.case_id, each.kind, row.id, each.notice.id, "node", row.debtor, occurred_at, each.detail))
    work.leave({act: [acting.written(work, each) for each in notes]})
    return settling.Performed(beside, kinds)


def failed(work: Work, row: Sent, held: Held, reason: str, *, again_at: datetime | None, disable: bool = False, ours: bool = False) -> None:
    """Not handed over: tried again at `again_at`, by another way, or a task of somebody. What is `ours` to mend no way would carry."""
    if row.case_id is None:
        _settle(work, row, held, reason, Again(again_at) if again_at else Person())
    else:
        _go_on(work, row, held, reason, again_at, ours=ours)
    if disable:
        _disable(work, row, reason)


def undone(work: Work, row: Row, reason: str, *, disable: bool) -> None:
    """What a carrier took came back: it goes another way, or is a task of somebody. Case and row are held, and it stands as sent."""
    notice = outbox.find(work.connection, row.notice_id) if row.notice_id is not None else None
    usable = addressing.usable(work, notice) if notice is not None else {}
    this, ends_at = Way(contact_of(row.contact), row.kind), turn_ends(row.created_at, row.due_at)
    what = after_failure(this, None, ends_at, _taken(work, notice), usable) if notice is not None else Person()
    to = "dead" if isinstance(what, Person) else "failed"
    outbox.move(work.connection, notification.c.id == row.id, among=("sent",), to=to, cause=reason, now=work.now, last_error=reason)
    if notice is not None:
        _follow(work, row, notice, reason, what, usable)
    if disable:
        _disable(work, row, reason)


def _disable(work: Work, row: Sent, reason: str) -> None:
    if row.channel_id is not None and channels.disable(work.connection, row.channel_id, row.address, reason, work.now):
        work.record("channel.disabled", row.party_id, {"kind": row.kind, "reason": reason})
        if row.case_id is not None:
            telling.disabled(work, row.case_id, row, reason)


def unsettled(work: Work, row: Sent, reason: str) -> None:
    """A dead letter without anything that follows from one: what follows is what cannot be recorded."""
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    outbox.move(work.connection, this, among=("claimed",), to="dead", cause=reason, now=work.now, last_error=reason)


def say_dead(work: Work, row: Sent, reason: str) -> None:
    """The filer's liaison is told of a dead letter; of a test of a channel nobody is."""
    if row.case_id is not None:
        work.record("notification.dead", row.case_id, about(row) | {"reason": reason})
        telling.dead_letter(work, row.case_id, row, reason)


def _go_on(work: Work, row: Sent, held: Held, reason: str, again_at: datetime | None, *, ours: bool) -> None:
    ends_at = turn_ends(row.created_at, row.due_at)
    if again_at is not None and (ours or ends_at is None or again_at <= ends_at):
        _settle(work, row, held, reason, Again(again_at))
        return
    notice = held[row.id]
    if notice.acknowledged_at is not None:
        cause = f"Acknowledged by {notice.acknowledged_by}."
        _keep(work, held, Settled(row, "gave_up", {"reason": reason}, "cancelled", cause, last_error=reason))
        return
    this, usable = Way(contact_of(row.contact), row.kind), addressing.usable(work, notice)
    what = Person() if ours else after_failure(this, again_at, ends_at, _taken(work, notice), usable)
    _settle(work, row, held, reason, what)
    if sending.is_held(row, held):
        _follow(work, row, notice, reason, what, usable)


def _follow(work: Work, row: Sent, notice: Row, reason: str, what: Next, usable: dict[Way, channels.Channel]) -> None:
    if isinstance(what, Others):
        addressing.take(work, notice, [usable[way] for way in what.ways])
        told = ", ".join(f"{way.contact} by {way.kind}" for way in what.ways)
        work.record("notification.failed", notice.case_id, about(row) | {"reason": reason, "instead": told})
    elif isinstance(what, Person):
        say_dead(work, row, reason)
    elif isinstance(what, Again) and what.alone:
        telling.still_trying(work, notice.case_id, row, reason)


def _settle(work: Work, row: Sent, held: Held, reason: str, what: Next) -> None:
    state = {Again: "pending", Person: "dead"}.get(type(what), "failed")
    outcome, look_at = "try_later" if state == "pending" else "gave_up", what.at if isinstance(what, Again) else None
    _keep(work, held, Settled(row, outcome, {"reason": reason}, state, reason, look_at, last_error=reason))


def _keep(work: Work, held: Held, settled: Settled) -> None:
    kept = sending.settled([settled], held, work.now)
    db.put(work.connection, kept.rows, changes=kept.changes)


def _taken(work: Work, notice: Row) -> dict[Way, str]:
    return {Way(contact_of(each.contact), each.kind): each.state for each in outbox.notifications_of(work.connection, notice.id)}


def stopped(work: Work, row: Taken) -> bool:
    """Withdraw a claimed notification whose notice was cancelled or acknowledged before it left; True when it was."""
    said = row.said
    if said is None or (said.cancelled_at is None and said.acknowledged_at is None):
        return False
    cause = f"Acknowledged by {said.acknowledged_by}." if said.acknowledged_at else f"The notice was cancelled: {said.cancelled_because}"
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    outbox.move(work.connection, this, among=("claimed",), to="cancelled", cause=cause, now=work.now)
    return True


def about(row: Sent) -> dict[str, Any]:
    """Which notification, of what, to whom and by which way, as evidence and acts say it."""
    return {
        "notification": str(row.id), "notice": str(row.notice_id), "to": str(row.party_id), "channel": row.kind, "contact": row.contact,
        "attempt": row.attempt,
    }  # fmt: skip
