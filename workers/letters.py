"""What each claimed notification says: the letter that a channel sends, the same at every attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from incident.actions.consequences import addressing, delivering
from incident.links import link_for
from incident.reach import services
from incident.reach.signatures import endpoint_key
from incident.records.cases import Row
from incident.records.cases.tables import incident
from incident.records.outbox.tables import notice, notification
from incident.records.parties import channels
from incident.records.parties.tables import channel, party
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


Made = list[tuple[Row, Letter | Fault | GaveUp]]
"""What each claimed notification comes to: a letter to send, or why there is none."""


def letters(work: Work, rows: list[Row]) -> Made:
    """The letters of these claimed notifications, read in the claim's own transaction.

    Nothing for what was cancelled or acknowledged meanwhile. One that cannot be written is a fault in its place, and holds up no
    other; it is settled by itself, as everything that was claimed.
    """
    if not rows:
        return []
    notices, told = _by_id(work, notice, {row.notice_id for row in rows if row.notice_id}), _told(work, rows)
    kept, made = _placed(work, [row for row in rows if not delivering.stopped(work, row, notices.get(row.notice_id))])
    late = gathered.gathered(work, {row.gathering_id for row in kept if row.gathering_id})
    anew = {row.id: row.channel_id for row in kept if row.channel_id != told[row.id].channel_id}
    secrets = channels.secrets_of(work.connection, [*anew.values()]) if anew else {}
    for row in kept:
        try:
            known = told[row.id]
            secret = secrets.get(row.channel_id) if row.id in anew else known.channel_secret
            if row.gathering_id in late:
                letter = _gathered(work, row, late[row.gathering_id], known.party_zone, secret)
            else:
                letter = _letter(work, row, notices.get(row.notice_id), known, secret)
        except Exception as fault:  # whatever it is, the others are not to wait for it
            _log.exception("letter.fault", notification=str(row.id), channel=row.kind)
            made.append((row, Fault(f"A fault of this node: the letter cannot be written ({type(fault).__name__}).")))
        else:
            made.append((row, letter))
    return made


def _placed(work: Work, rows: list[Row]) -> tuple[list[Row], Made]:
    """Those that have an address, looked up now where a person chose the way; and those that have none."""
    found: list[Row] = []
    made: Made = []
    for row in rows:
        placed = row if row.address or row.kind == "inbox" else addressing.placed(work, row)
        if placed is None:
            made.append((row, GaveUp(f"The {row.contact.replace('_', ' ')} has no {row.kind} in use.")))
        else:
            found.append(placed)
    return found, made


def _told(work: Work, rows: list[Row]) -> dict[UUID, Row]:
    """Of each notification what its letter needs beside the notice: of the case, its party and its channel.

    Each is looked up by its id: a join would be planned once, as for the tables of a new node, which it reads whole.
    """

    def of(table: sa.Table, name: str, key: sa.ColumnElement[UUID]) -> sa.Label[Any]:
        return sa.select(table.c[name]).where(table.c.id == key).scalar_subquery().label(f"{table.name}_{name}")

    columns = notification.c
    wanted = (
        columns.id, columns.channel_id, of(party, "zone", columns.party_id), of(channel, "secret", columns.channel_id),
        *(of(incident, name, columns.case_id) for name in ("ref", "severity", "exercise")),
    )  # fmt: skip
    return {row.id: row for row in work.connection.execute(sa.select(*wanted).where(columns.id.in_([row.id for row in rows])))}


def _letter(work: Work, row: Row, about: Row | None, known: Row, secret: bytes | None) -> Letter:
    settings = work.node.settings
    link = settings.base_url + (link_for(settings.secret_key, row.id) if about is not None else "/settings")
    if about is None:
        cover = Cover(incident_ref="TEST", severity="none", link=link, zone=known.party_zone, test=True)
        subject = "Test"
    else:
        cover = Cover(
            incident_ref=known.incident_ref, severity=known.incident_severity, link=link, acknowledge_by=about.acknowledge_by,
            due_at=_reminds_of(about.kind, about.items), zone=known.party_zone, exercise=known.incident_exercise,
        )  # fmt: skip
        subject = ", ".join(word for word in (SUBJECTS.get(about.kind), "Cross-border" if about.relay_to else None) if word)
    return _sealed(work, row, cover, _body(row, about, link), subject, secret)


def _reminds_of(kind: str, items: Mapping[str, Any]) -> datetime | None:
    """When the duty is due that a message of this kind is about."""
    due_at = items.get("due_at") if kind in ("reminder", "escalation", "missed") else None
    return datetime.fromisoformat(due_at) if due_at else None


def _gathered(work: Work, row: Row, found: gathered.Gathered, zone: str, secret: bytes | None) -> Letter:
    link = f"{work.node.settings.base_url}/inbox"
    cover, body = gathered.cover(found, link=link, zone=zone), gathered.body(row, found, link=link)
    return _sealed(work, row, cover, body, "Late because of us", secret)


def _sealed(work: Work, row: Row, cover: Cover, body: dict[str, object], subject: str, secret: bytes | None) -> Letter:
    key, secret = work.node.key if row.kind == "webhook" else None, bytes(secret) if secret is not None else None
    address, secret = (secret.decode(), None) if row.kind in services.KINDS and secret else (row.address, secret)
    return Letter(
        notification_id=row.id, attempt=row.attempt, address=address, sent_at=work.now, body=body, cover=cover, subject=subject,
        secret=secret, signing_key=endpoint_key(key, row.channel_id) if key else None,
    )  # fmt: skip


def _body(row: Row, about: Row | None, link: str) -> dict[str, object]:
    if about is None:
        return event(
            notification=row.id, occurred_at=row.created_at, incident_ref=None, severity=None, acknowledge_by=None, link=link, released={},
            kind="channel.test",
        )  # fmt: skip
    items = about.items
    return event(
        notification=row.id, occurred_at=about.released_at, incident_ref=items.get("incident_ref"), severity=items.get("severity"),
        acknowledge_by=about.acknowledge_by, link=link, released=items, notice=about.id, digest=about.digest, kind=f"notice.{about.kind}",
        exercise=bool(items.get("exercise")),
    )  # fmt: skip


def _by_id(work: Work, table: sa.Table, ids: set[UUID]) -> dict[UUID | None, Row]:
    return {row.id: row for row in work.connection.execute(sa.select(table).where(table.c.id.in_(ids)))} if ids else {}
