"""Send a dead letter by another contact or channel than those that gave it up."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import addressing, dead_letters, outcomes
from incident.errors import Fault, Invalid
from incident.records import outbox
from incident.rules.escalation.ways import Way, contact_of, left
from incident.work import Work


def go_another_way(work: Work, notification_id: UUID, contact: str, channel: str) -> answers.Json:
    """The new notification. Where that contact has no such channel in use, it comes back as a dead letter that says so.

    Raises:
        NotFound, NotAllowed: the caller has no part in its case.
        Conflict: it is no dead letter any more.
        Invalid: the notice may not go by that channel, or went that way already.
    """
    row = permission.sees_to(work, notification_id, what="send its letters another way")
    row = dead_letters.taken_up(work, row)
    notice = outbox.find(work.connection, row.notice_id)
    taken = outbox.notifications_of(work.connection, notice.id)
    way, open_ = Way(contact_of(contact), channel), left(((each.contact, each.kind) for each in taken), notice.channels)
    if way not in open_:
        expected = ", ".join(f"{each.contact} by {each.kind}" for each in open_) or "none: every way was taken"
        raise Invalid([Fault("/channel", "no_way_left", f"expected one of the ways that are left ({expected})")])
    dead_letters.let_go(work, row, "failed", f"Sent to the {way.contact} by {way.kind} in its place, by {work.actor.name}.")
    id_ = addressing.ask_for(work, notice, way)
    said = {"notification": str(row.id), "to": str(row.party_id), "channel": row.kind, "instead": f"{way.contact} by {way.kind}"}
    work.record("notification.sent_another_way", row.case_id, said)
    return outcomes.notification(work, id_)
