"""What follows from an attempt: a receipt, a later try, another way, a dead letter that is a person's task."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from incident.actions.consequences import acting, addressing, settling, telling
from incident.records import cases, obligations, outbox
from incident.records.cases import Row
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.rules.escalation.ways import Again, Next, Others, Person, Way, after_failure, contact_of, turn_ends
from incident.work import Work


def delivered(work: Work, row: Row, receipt: dict[str, Any]) -> None:
    """Handed over: the receipt is kept, and whatever the notice performs was sent just now.

    A webhook's receiver said so itself, and that is receipt; any other carrier takes it for somebody, and the inbox waits to be
    read, so what those carry was sent and no more. The inbox counts only where nothing else reaches the party. The attempt is
    recorded in any case, because it had its effect even when the lease was lost meanwhile.
    """
    if row.case_id is not None:
        cases.find(work.connection, row.case_id, for_update=True)
    notice = outbox.find(work.connection, row.notice_id) if row.notice_id is not None else None
    how_far = "delivered" if row.kind in ("webhook", "inbox") else "sent"
    stands = _stands(how_far, notice) | {f"{how_far}_at": work.now}
    held = outbox.settle(work.connection, row, now=work.now, outcome=how_far, detail=receipt, look_at=None, **stands)
    if not held or notice is None:
        return
    work.record(f"notification.{how_far}", row.case_id, _about(row) | {"receipt": receipt})
    if row.kind == "inbox" and outbox.has_other_channels(work.connection, row):
        return
    if performed(work, row.case_id, notice, "received" if row.kind == "webhook" else "sent", _about(row)):
        settling.after_an_act(work, row.case_id, why="a delivery")


def _stands(how_far: str, notice: Row | None) -> dict[str, object]:
    """How what arrives just now stands, where somebody has opened or acknowledged its notice by another way before."""
    if notice is not None and notice.acknowledged_at is not None:
        return {"state": "acknowledged", "cause": f"Acknowledged by {notice.acknowledged_by}, while it was under way."}
    if notice is not None and notice.opened_at is not None:
        return {"state": "opened", "cause": f"Opened by {notice.opened_by}, while it was under way."}
    return {"state": how_far, "cause": ""}


def performed(work: Work, case_id: UUID, notice: Row, kind: str, detail: dict[str, Any], *, occurred_at: datetime | None = None) -> int:
    """Note once that what a notice performs was `sent` or `received`, now or when somebody says; how many obligations it was noted for."""
    enough = {"sent", "received"} if kind == "sent" else {kind}
    acts = obligations.acts_about(work.connection, notice.performs)
    done = {id_ for id_, about in acts.items() if any(act.kind in enough for act in about)}
    fresh = [each for each in obligations.by_ids(work.connection, notice.performs) if each.superseded_by is None and each.id not in done]
    for each in fresh:
        acting.note(
            work, case_id, kind, obligation=each.id, notice=notice.id, by="node", party=each.debtor, occurred_at=occurred_at, detail=detail
        )
    return len(fresh)


def failed(work: Work, row: Row, reason: str, *, again_at: datetime | None, disable: bool = False, ours: bool = False) -> None:
    """Not handed over: tried again at `again_at`, by another way, or a task of somebody. What is `ours` to mend no way would carry."""
    if row.case_id is None:
        _settle(work, row, reason, Again(again_at) if again_at else Person())
    else:
        _go_on(work, row, reason, again_at, ours=ours)
    if disable and row.channel_id is not None and channels.disable(work.connection, row.channel_id, row.address, reason, work.now):
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
        work.record("notification.dead", row.case_id, _about(row) | {"reason": reason})
        telling.dead_letter(work, row, reason)


def _go_on(work: Work, row: Row, reason: str, again_at: datetime | None, *, ours: bool) -> None:
    ends_at = turn_ends(row.created_at, row.due_at)
    if again_at is not None and (ours or ends_at is None or again_at <= ends_at):
        _settle(work, row, reason, Again(again_at))
        return
    cases.find(work.connection, row.case_id, for_update=True)
    notice = outbox.find(work.connection, row.notice_id)
    if notice.acknowledged_at is not None:
        outbox.settle(
            work.connection, row, now=work.now, outcome="gave_up", detail={"reason": reason}, last_error=reason, state="cancelled",
            look_at=None, cause=f"Acknowledged by {notice.acknowledged_by}.",
        )  # fmt: skip
        return
    this, usable = Way(contact_of(row.contact), row.kind), addressing.usable(work, notice)
    what = Person() if ours else after_failure(this, again_at, ends_at, _taken(work, notice), usable)
    if not _settle(work, row, reason, what):
        return
    if isinstance(what, Others):
        addressing.take(work, notice, [usable[way] for way in what.ways])
        told = ", ".join(f"{way.contact} by {way.kind}" for way in what.ways)
        work.record("notification.failed", row.case_id, _about(row) | {"reason": reason, "instead": told})
    elif isinstance(what, Person):
        say_dead(work, row, reason)


def _settle(work: Work, row: Row, reason: str, what: Next) -> bool:
    state = {Again: "pending", Person: "dead"}.get(type(what), "failed")
    return outbox.settle(
        work.connection, row, now=work.now, outcome="try_later" if state == "pending" else "gave_up", detail={"reason": reason},
        last_error=reason, cause=reason, state=state, look_at=what.at if isinstance(what, Again) else None,
    )  # fmt: skip


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


def _about(row: Row) -> dict[str, Any]:
    return {
        "notification": str(row.id), "notice": str(row.notice_id), "to": str(row.party_id), "channel": row.kind, "contact": row.contact,
        "attempt": row.attempt,
    }  # fmt: skip
