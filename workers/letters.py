"""What each claimed notification says: the letter that a channel sends, the same at every attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from incident.actions.consequences import addressing, delivering
from incident.links import link_for
from incident.reach import services
from incident.reach.signatures import endpoint_key
from incident.records.outbox.sending import Said, Taken
from incident.work import Work
from workers import gathered
from workers.channels import Cover, GaveUp, Letter
from workers.channels.webhook import event

_log = structlog.get_logger()
SUBJECTS = {
    "reminder": "Reminder", "escalation": "Escalation", "missed": "Missed", "correction": "Correction", "paused": "A clock stands still",
    "resumed": "A clock runs again", "excused": "Excused", "again": "Comes again",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be written or sent by a fault of this node: five tries, then a person."""

    reason: str


Made = list[tuple[Taken, Letter | Fault | GaveUp]]
"""What each notification that was taken comes to: a letter to send, or why there is none."""


def letters(work: Work, rows: list[Taken]) -> Made:
    """The letters of these notifications, written in the transaction that took them.

    Nothing for what was cancelled or acknowledged meanwhile. One that cannot be written is a fault in its place, and holds up no
    other; it is settled by itself, as everything that was taken.
    """
    kept, made = _placed(work, [row for row in rows if not delivering.stopped(work, row)])
    late = gathered.gathered(work, {row.gathering_id for row in kept if row.gathering_id})
    for row in kept:
        try:
            letter = _gathered(work, row, late[row.gathering_id]) if row.gathering_id in late else _letter(work, row)
        except Exception as fault:  # whatever it is, the others are not to wait for it
            _log.exception("letter.fault", notification=str(row.id), channel=row.kind)
            made.append((row, Fault(f"A fault of this node: the letter cannot be written ({type(fault).__name__}).")))
        else:
            made.append((row, letter))
    return made


def _placed(work: Work, rows: list[Taken]) -> tuple[list[Taken], Made]:
    """Those that have an address, looked up now where a person chose the way; and those that have none."""
    found: list[Taken] = []
    made: Made = []
    for row in rows:
        placed = row if row.address or row.kind == "inbox" else addressing.placed(work, row)
        if placed is None:
            made.append((row, GaveUp(f"The {row.contact.replace('_', ' ')} has no {row.kind} in use.")))
        else:
            found.append(placed)
    return found, made


def _letter(work: Work, row: Taken) -> Letter:
    settings, said = work.node.settings, row.said
    if said is None:
        link = f"{settings.base_url}/settings"
        cover = Cover(incident_ref="TEST", severity="none", link=link, zone=row.party_zone, test=True)
        return _sealed(work, row, cover, _test(row, link), "Test")
    link = settings.base_url + link_for(settings.secret_key, row.id)
    cover = Cover(
        incident_ref=row.incident_ref or "", severity=row.incident_severity or "", link=link, acknowledge_by=said.acknowledge_by,
        due_at=_reminds_of(said.kind, said.items), zone=row.party_zone, exercise=bool(row.incident_exercise),
    )  # fmt: skip
    subject = ", ".join(word for word in (SUBJECTS.get(said.kind), "Cross-border" if said.relay_to else None) if word)
    return _sealed(work, row, cover, _body(row, said, link), subject)


def _reminds_of(kind: str, items: Mapping[str, Any]) -> datetime | None:
    """When the duty is due that a message of this kind is about."""
    due_at = items.get("due_at") if kind in ("reminder", "escalation", "missed") else None
    return datetime.fromisoformat(due_at) if due_at else None


def _gathered(work: Work, row: Taken, found: gathered.Gathered) -> Letter:
    link = f"{work.node.settings.base_url}/inbox"
    cover, body = gathered.cover(found, link=link, zone=row.party_zone), gathered.body(row, found, link=link)
    return _sealed(work, row, cover, body, "Late because of us")


def _sealed(work: Work, row: Taken, cover: Cover, body: dict[str, object], subject: str) -> Letter:
    key, secret = work.node.key if row.kind == "webhook" else None, row.channel_secret
    address, secret = (secret.decode(), None) if row.kind in services.KINDS and secret else (row.address, secret)
    return Letter(
        notification_id=row.id, attempt=row.attempt, address=address, sent_at=work.now, body=body, cover=cover, subject=subject,
        secret=secret, signing_key=endpoint_key(key, row.channel_id) if key and row.channel_id else None,
    )  # fmt: skip


def _test(row: Taken, link: str) -> dict[str, object]:
    return event(
        notification=row.id, occurred_at=row.created_at, incident_ref=None, severity=None, acknowledge_by=None, link=link, released={},
        kind="channel.test",
    )  # fmt: skip


def _body(row: Taken, said: Said, link: str) -> dict[str, object]:
    items = dict(said.items)
    return event(
        notification=row.id, occurred_at=said.released_at, incident_ref=items.get("incident_ref"), severity=items.get("severity"),
        acknowledge_by=said.acknowledge_by, link=link, released=items, notice=said.id, digest=said.digest, kind=f"notice.{said.kind}",
        exercise=bool(items.get("exercise")),
    )  # fmt: skip
