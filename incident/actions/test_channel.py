"""Send a test over one channel of the caller's duty desk."""

from __future__ import annotations

from incident import answers, db
from incident.actions import permission
from incident.errors import NotFound
from incident.ids import new_id
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.work import Work


def test_channel(work: Work, kind: str) -> answers.Json:
    """Queue a test message; `{notification, channel, address, state}`. How it went is read at the notification.

    Raises:
        NotFound: the duty desk has no such channel, or it is disabled.
    """
    party = permission.speaks_for(work, what="test a channel")
    usable = [each for each in channels.usable(work.connection, party, "duty_desk") if each.kind == kind]
    if not usable:
        raise NotFound(f"The duty desk has no {kind} channel in use; set it first.")
    id_, found = new_id(), usable[0]
    row = {
        "id": id_, "party_id": party, "channel_id": found.id, "contact": "duty_desk", "kind": kind, "address": found.address,
        "effect_key": f"test:{id_}", "state": "pending", "attempt": 0, "look_at": work.now, "created_at": work.now, "state_at": work.now,
    }  # fmt: skip
    db.put(work.connection, {notification: [row]})
    work.wake("deliver")
    return {"notification": str(id_), "channel": kind, "address": found.address, "state": "pending"}
