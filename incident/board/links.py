"""What the holder of a link is shown: the cover, and nothing that was released to the party, until somebody asks to be shown it."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.board.desk import word_shapes
from incident.errors import Gone, NotFound
from incident.records import outbox
from incident.records.outbox import asks, links
from incident.rules.handling.by_link import shown_by_link
from incident.work import Work


def cover(work: Work, notice_id: UUID) -> answers.Json:
    """The neutral cover of the notice that the link is for, what was done by the link, and what may still be. Nothing is recorded.

    Raises:
        Gone: the link has expired, was revoked, or its notice withdrawn.
        NotFound: there is no link.
    """
    if work.actor.notification is None or work.actor.notice != notice_id:
        raise NotFound("There is no such notice.")
    expires_at = links.expires_at(work.connection, work.actor.notification, work.now)
    try:
        row = outbox.find(work.connection, notice_id)
    except NotFound as hidden:
        raise Gone("The notice that this link was for was withdrawn before anybody needed to read it.", code="notice_withdrawn") from hidden
    words = [each for each in word_shapes(work, asks.words_about(work.connection, notice_id)) if each["state"] == "stands"]
    uses = links.uses(work.connection, work.actor.notification)
    return {
        "notice": str(row.id), "incident_ref": row.items.get("incident_ref", ""), "severity": row.items.get("severity", ""), "tlp": row.tlp,
        "exercise": bool(row.items.get("exercise")), "kind": row.kind, "acknowledge_by": answers.at(row.acknowledge_by),
        "acknowledged_at": answers.at(row.acknowledged_at), "acknowledged_by": row.acknowledged_by,
        "used": {what: {"at": answers.at(use.at), "by": use.by_name} for what, use in uses.items()},
        "open": "acknowledged" not in uses, "shows": shown_by_link(row.tlp), "word": words[0] if words else None,
        "expires_at": answers.at(expires_at),
    }  # fmt: skip
