"""The calendar of a party's rota: read whole and put in place of what was read before, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from incident import answers
from incident.actions.consequences import reaching
from incident.records.parties import directory, rotas
from incident.rules.escalation import feed
from incident.rules.escalation.feed import Means, Read
from incident.rules.legaltime import TimeRefused, zone
from incident.work import Work

AGAIN = {"url": timedelta(hours=1), "file": timedelta(days=1)}
"""When a calendar is read again: one behind a URL may have changed, a file has only to be worked out further ahead."""

AFTER_FAILURE = timedelta(minutes=15)


def kept(mapping: Iterable[Means]) -> list[dict[str, str]]:
    """A mapping as plain values."""
    return [{"contact": each.contact, "by": each.by, "text": each.text} for each in mapping]


def mapping_of(row: Any) -> list[Means]:
    """What `kept` made of it."""
    return [Means(each["contact"], each["by"], each["text"]) for each in row.mapping]


def read(work: Work, party: UUID, text: str, mapping: list[Means]) -> Read:
    """What the calendar comes to now, in the zone of the party.

    Raises:
        FeedRefused: it cannot be used.
    """
    home = directory.by_ids(work.connection, [party])[party].zone
    try:
        place = zone(home)
    except TimeRefused:
        place = zone("UTC")
    return feed.read(text, mapping, place, work.now)


def take(work: Work, party: UUID, text: str, found: Read, kind: str) -> answers.Json:
    """Put the turns that were read in place of those before; the rota as it stands then."""
    rotas.put_turns(work.connection, party, found.turns)
    rotas.note_feed(
        work.connection, party, feed_text=text, fetched_at=work.now, tried_at=work.now, trouble=None, horizon_at=found.horizon_at,
        unmatched=list(found.unmatched), look_at=work.now + AGAIN[kind],
    )  # fmt: skip
    work.record("rota.calendar_read", party, {"turns": len(found.turns), "unmatched": len(found.unmatched)})
    return reaching.rota(work, party)


def failed(work: Work, party: UUID, because: str) -> None:
    """It could not be read: what was read before stays, and the page says why. Said once for one reason."""
    before = rotas.find(work.connection, party)
    rotas.note_feed(work.connection, party, trouble=because, tried_at=work.now, look_at=work.now + AFTER_FAILURE)
    if before is None or before.trouble != because:
        work.record("rota.calendar_failed", party, {"reason": because})
