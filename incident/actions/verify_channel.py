"""Say that a test arrived over one channel of the caller's duty desk."""

from __future__ import annotations

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.errors import Conflict, NotFound
from incident.records.outbox.tables import notification
from incident.records.parties import channels
from incident.work import Work


def verify_channel(work: Work, kind: str) -> answers.Json:
    """`{kind, verified_at, verified_how}`: it is verified by the word of the caller, which is evidence.

    Raises:
        NotFound: the duty desk has no such channel, or it is disabled.
        Conflict: no test went out over it since it was set.
    """
    party = permission.speaks_for(work, what="verify a channel")
    found = next((each for each in channels.usable(work.connection, party, "duty_desk") if each.kind == kind), None)
    if found is None:
        raise NotFound(f"The duty desk has no {kind} channel in use; set it first.")
    tests = sa.select(notification.c.id).where(
        notification.c.party_id == party, notification.c.channel_id == found.id, notification.c.notice_id.is_(None),
        notification.c.state.in_(("sent", "delivered")), notification.c.created_at >= found.changed_at,
    )  # fmt: skip
    if work.connection.execute(tests.limit(1)).first() is None:
        raise Conflict("No test has gone out over this channel since it was set; send one first.", code="nothing_to_verify")
    how = f"{work.actor.name} said that a test arrived"
    channels.verified(work.connection, found.id, how, work.now)
    work.record("channel.verified", party, {"kind": kind})
    return {"kind": kind, "verified_at": answers.at(work.now), "verified_how": how}
