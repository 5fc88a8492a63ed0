"""What follows from an attempt: a receipt, a later try, another way, a dead letter that is a person's task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident.actions.consequences import acting, addressing, settling, telling
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.rules.escalation.ways import Again, Next, Others, Person, Way, after_failure, contact_of, turn_ends
from incident.work import Work


def hold(work: Work, rows: Iterable[Row]) -> None:
    """Take the cases of these notifications, first of all, as everybody does."""
    if ids := {row.case_id for row in rows if row.case_id is not None}:
        cases.hold(work.connection, ids)


def delivered(work: Work, arrived: Sequence[tuple[Row, dict[str, Any]]]) -> None:
    """Handed over, each with its receipt: it is kept, and whatever the notice performs was sent just now. Their cases are held.

    A webhook's receiver said so itself, and that is receipt; any other carrier takes it for somebody, and the inbox waits to be
    collected, so what those carry was sent and no more. The inbox counts only where nothing else reaches the party, and a chat or
    pager that the notice does not name only rings. The attempt is recorded in any case, because it had its effect even when the
    lease was lost meanwhile. What the acts set in motion is looked at once for each case.
    """
    notices = outbox.carried(work.connection, {row.notice_id for row, _ in arrived if row.notice_id is not None})
    settled = [_arrival(row, receipt, notices.get(row.notice_id), work.now) for row, receipt in arrived]
    held = outbox.settle_all(work.connection, settled, work.now)
    handed: list[Handed] = []
    for row, receipt in arrived:
        notice = notices.get(row.notice_id)
        if row.id not in held or notice is None:
            continue
        work.record(f"notification.{_how_far(row)}", row.case_id, about(row) | {"receipt": receipt})
        if row.kind in notice.channels and not (row.kind == "inbox" and set(notice.channels) & set(notice.carriers) - {"inbox"}):
            handed.append(Handed(notice, "received" if row.kind == "webhook" else "sent", about(row)))
    settling.after_deliveries(work, performed_all(work, handed))


def _how_far(row: Row) -> str:
    return "delivered" if row.kind == "webhook" else "sent"


def _arrival(row: Row, receipt: dict[str, Any], notice: Row | None, now: datetime) -> outbox.Settled:
    """Where somebody has opened or acknowledged its notice by another way before, what arrives just now stands so too."""
    how_far = _how_far(row)
    state, cause = how_far, ""
    if notice is not None and notice.acknowledged_at is not None:
        state, cause = "acknowledged", f"Acknowledged by {notice.acknowledged_by}, while it was under way."
    elif notice is not None and notice.opened_at is not None:
        state, cause = "opened", f"Opened by {notice.opened_by}, while it was under way."
    sent_at, delivered_at = (now, None) if how_far == "sent" else (None, now)
    return outbox.Settled(row, how_far, receipt, state, cause, sent_at=sent_at, delivered_at=delivered_at)


@dataclass(frozen=True, slots=True)
class Handed:
    """A notice of which its recipient was told: that it was `sent`, or `received`, and how."""

    notice: Row
    kind: str
    detail: Mapping[str, Any]


def performed(work: Work, notice: Row, kind: str, detail: Mapping[str, Any], *, occurred_at: datetime | None = None) -> int:
    """Note once that what a notice performs was `sent` or `received`, now or when somebody says; how many obligations it was noted for."""
    return len(performed_all(work, [Handed(notice, kind, detail)], occurred_at=occurred_at))


def performed_all(work: Work, handed: Sequence[Handed], *, occurred_at: datetime | None = None) -> list[Row]:
    """The same of several notices; the obligations for which it was noted, one that was noted twice twice."""
    ids = {id_ for each in handed for id_ in each.notice.performs}
    if not ids:
        return []
    live = [row for row in obligations.with_kinds(work.connection, ids) if row.superseded_by is None]
    done = {row.id: set(row.kinds or ()) for row in live}
    fresh: list[Row] = []
    notes: list[acting.Note] = []
    for each in handed:
        enough = {"sent", "received"} if each.kind == "sent" else {each.kind}
        for row in live:
            if row.id in each.notice.performs and not enough & done[row.id]:
                done[row.id].add(each.kind)
                fresh.append(row)
                notes.append(acting.Note(row.case_id, each.kind, row.id, each.notice.id, "node", row.debtor, occurred_at, each.detail))
    acting.note_all(work, notes)
    return fresh


def failed(work: Work, row: Row, reason: str, *, again_at: datetime | None, disable: bool = False, ours: bool = False) -> None:
    """Not handed over: tried again at `again_at`, by another way, or a task of somebody. What is `ours` to mend no way would carry."""
    if row.case_id is None:
        _settle(work, row, reason, Again(again_at) if again_at else Person())
    else:
        _go_on(work, row, reason, again_at, ours=ours)
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


def _disable(work: Work, row: Row, reason: str) -> None:
    if row.channel_id is not None and channels.disable(work.connection, row.channel_id, row.address, reason, work.now):
        work.record("channel.disabled", row.party_id, {"kind": row.kind, "reason": reason})
        if row.case_id is not None:
            telling.disabled(work, row, reason)


def unsettled(work: Work, row: Row, reason: str) -> None:
    """A dead letter without anything that follows from one: what follows is what cannot be recorded."""
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    outbox.move(work.connection, this, among=("claimed",), to="dead", cause=reason, now=work.now, last_error=reason)


def say_dead(work: Work, row: Row, reason: str) -> None:
    """The filer's liaison is told of a dead letter; of a test of a channel nobody is."""
    if row.case_id is not None:
        work.record("notification.dead", row.case_id, about(row) | {"reason": reason})
        telling.dead_letter(work, row, reason)


def _go_on(work: Work, row: Row, reason: str, again_at: datetime | None, *, ours: bool) -> None:
    ends_at = turn_ends(row.created_at, row.due_at)
    if again_at is not None and (ours or ends_at is None or again_at <= ends_at):
        _settle(work, row, reason, Again(again_at))
        return
    cases.find(work.connection, row.case_id, for_update=True)
    notice = outbox.find(work.connection, row.notice_id)
    if notice.acknowledged_at is not None:
        cause = f"Acknowledged by {notice.acknowledged_by}."
        settled = outbox.Settled(row, "gave_up", {"reason": reason}, "cancelled", cause, last_error=reason)
        outbox.settle(work.connection, settled, work.now)
        return
    this, usable = Way(contact_of(row.contact), row.kind), addressing.usable(work, notice)
    what = Person() if ours else after_failure(this, again_at, ends_at, _taken(work, notice), usable)
    if _settle(work, row, reason, what):
        _follow(work, row, notice, reason, what, usable)


def _follow(work: Work, row: Row, notice: Row, reason: str, what: Next, usable: dict[Way, channels.Channel]) -> None:
    if isinstance(what, Others):
        addressing.take(work, notice, [usable[way] for way in what.ways])
        told = ", ".join(f"{way.contact} by {way.kind}" for way in what.ways)
        work.record("notification.failed", row.case_id, about(row) | {"reason": reason, "instead": told})
    elif isinstance(what, Person):
        say_dead(work, row, reason)


def _settle(work: Work, row: Row, reason: str, what: Next) -> bool:
    state = {Again: "pending", Person: "dead"}.get(type(what), "failed")
    outcome, look_at = "try_later" if state == "pending" else "gave_up", what.at if isinstance(what, Again) else None
    settled = outbox.Settled(row, outcome, {"reason": reason}, state, reason, look_at, last_error=reason)
    return outbox.settle(work.connection, settled, work.now)


def _taken(work: Work, notice: Row) -> dict[Way, str]:
    return {Way(contact_of(each.contact), each.kind): each.state for each in outbox.notifications_of(work.connection, notice.id)}


def stopped(work: Work, row: Row, notice: Row | None) -> bool:
    """Withdraw a claimed notification whose notice was cancelled or acknowledged before it left; True when it was."""
    if notice is None or (notice.cancelled_at is None and notice.acknowledged_at is None):
        return False
    cause = (
        f"Acknowledged by {notice.acknowledged_by}." if notice.acknowledged_at else f"The notice was cancelled: {notice.cancelled_because}"
    )
    this = (notification.c.id == row.id) & (notification.c.attempt == row.attempt)
    outbox.move(work.connection, this, among=("claimed",), to="cancelled", cause=cause, now=work.now)
    return True


def about(row: Row) -> dict[str, Any]:
    """Which notification, of what, to whom and by which way, as evidence and acts say it."""
    return {
        "notification": str(row.id), "notice": str(row.notice_id), "to": str(row.party_id), "channel": row.kind, "contact": row.contact,
        "attempt": row.attempt,
    }  # fmt: skip
