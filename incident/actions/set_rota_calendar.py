"""Have the turns of the caller's rota from a calendar: an iCalendar text, or a URL behind which one is kept."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from incident import answers
from incident.actions import permission
from incident.actions.consequences import feeding, reaching
from incident.errors import Fault, Invalid, Refused
from incident.reach.targets import Egress, check_url
from incident.records.parties import rotas
from incident.rules.escalation.feed import FeedRefused, Means
from incident.work import Work


def set_rota_calendar(work: Work, mapping: Sequence[Means], *, text: str | None = None, url: str | None = None) -> answers.Json:
    """The rota as it stands then. A text is read at once; a URL by the workers, within a minute, and every hour from then on.

    `mapping` says which events mean whom. What was read before stays until the new calendar has been read whole.

    Raises:
        Invalid: the text is no calendar that can be used, or the node does not go to that URL; nothing was changed.
    """
    party = permission.speaks_for(work, what="set a rota")
    if url is not None:
        _check(work, url)
        _set(work, mapping, feed="url", feed_url=url, look_at=work.now)
        work.record("rota.calendar_set", party, {"source": urlsplit(url).hostname or "a URL", "mapping": feeding.kept(mapping)})
        work.wake("rotas")
        return reaching.rota(work, party)
    try:
        found = feeding.read(work, party, text or "", list(mapping))
    except FeedRefused as refused:
        raise Invalid([Fault("/text", refused.code, refused.message)], f"Nothing was changed: {refused.message}") from refused
    _set(work, mapping, feed="file", feed_url=None)
    work.record("rota.calendar_set", party, {"source": "a file", "mapping": feeding.kept(mapping)})
    return feeding.take(work, party, text or "", found, "file")


def _set(work: Work, mapping: Sequence[Means], **said: object) -> None:
    party = permission.speaks_for(work, what="set a rota")
    rotas.set_feed(
        work.connection, party, by=work.actor.name, now=work.now, mapping=feeding.kept(mapping), set_at=work.now, fetched_at=None,
        tried_at=None, trouble=None, **said,
    )  # fmt: skip


def _check(work: Work, url: str) -> None:
    try:
        check_url(url, allow=Egress(work.node.settings.egress_allow))
    except Refused as refused:
        raise Invalid([Fault("/url", refused.code, refused.message)]) from refused
