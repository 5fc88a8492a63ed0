"""The message that says to one party what was late because of us: which notices, of which cases, due since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import canonical
from incident.records.cases import Row
from incident.records.outbox.sending import Taken
from incident.records.outbox.tables import gathering, notice
from incident.work import Work
from workers.channels import Cover
from workers.channels.webhook import event

SEVERITIES = ("low", "medium", "high", "critical")
NAMED = 20  # cases that the cover of the message names
_WORDS = {"missed": "missed", "reminder": "reminder", "escalation": "escalation"}


@dataclass(frozen=True, slots=True)
class Gathered:
    """One gathering and the notices that it carries, the longest late first."""

    row: Row
    notices: tuple[Row, ...]


def gathered(work: Work, ids: Iterable[UUID]) -> dict[UUID | None, Gathered]:
    """These gatherings, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = work.connection.execute(sa.select(gathering).where(gathering.c.id.in_(wanted))).all()
    carried = work.connection.execute(
        sa.select(notice).where(notice.c.gathering_id.in_(wanted)).order_by(notice.c.late_since, notice.c.id)
    ).all()
    return {row.id: Gathered(row, tuple(each for each in carried if each.gathering_id == row.id)) for row in rows}


def cover(found: Gathered, *, link: str, zone: str) -> Cover:
    """References, severity and how many of what; nothing of any incident."""
    kinds: dict[str, Counter[str]] = {}
    for each in found.notices:
        kinds.setdefault(_reference(each.items), Counter())[_WORDS.get(each.kind, each.kind)] += 1
    refs = list(kinds)
    more = f" and {len(refs) - 1} more" if len(refs) > 1 else ""
    told = [f"{ref} ({', '.join(f'{n} {word}' for word, n in sorted(kinds[ref].items()))})" for ref in refs[:NAMED]]
    rest = f", and {len(refs) - NAMED} more in the inbox" if len(refs) > NAMED else ""
    window = f"{canonical.instant(found.row.from_at)} and {canonical.instant(found.row.until_at)}"
    return Cover(
        incident_ref=f"{refs[0]}{more}",
        severity=max((each.items["severity"] for each in found.notices), key=_weight), link=link, zone=zone,
        exercise=all(each.items.get("exercise") for each in found.notices),
        note=f"While this node was out of service between {window}, these became due: {', '.join(told)}{rest}. The delay is ours.",
    )  # fmt: skip


def body(notification: Taken, found: Gathered, *, link: str) -> dict[str, object]:
    """The message of a webhook: each notice as it was frozen, with its digest."""
    carried = [
        {
            "notice": str(each.id), "kind": each.kind, "title": each.title, "late_since": canonical.instant(each.late_since),
            "digest": each.digest, "released": each.items,
        } for each in found.notices
    ]  # fmt: skip
    window = {"from": canonical.instant(found.row.from_at), "until": canonical.instant(found.row.until_at)}
    return event(
        notification=notification.id, occurred_at=found.row.created_at, incident_ref=None, severity=None, acknowledge_by=None, link=link,
        released={"late_because_of_us": window, "notices": carried}, kind="notice.gathered",
        exercise=all(each.items.get("exercise") for each in found.notices),
    )  # fmt: skip


def _reference(items: Mapping[str, Any]) -> str:
    return f"EXERCISE {items['incident_ref']}" if items.get("exercise") else str(items["incident_ref"])


def _weight(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1
