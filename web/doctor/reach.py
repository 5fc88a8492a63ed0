"""Whether people can be reached, before there is an incident: hours in which nobody is, and channels that nobody has tried lately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from incident import board
from incident.rules.escalation.reachability import PROVEN_FOR
from incident.work import Work
from web.doctor.lines import OK, WARN, Line

_MOST = 50


def lines(work: Work) -> Iterator[Line]:
    """A line for each party that nobody reaches at some hour of the next two weeks, and one about the channels."""
    silent = board.unreachable(work)
    for slug, hours in list(silent.items())[:_MOST]:
        more = f", and at {len(hours) - 1} more times" if len(hours) > 1 else ""
        said = f"nobody of {slug} can be reached from {hours[0]['since']} to {hours[0]['until']}{more}: {hours[0]['text']}"
        yield Line("reach", WARN, said, "Ask the party for a rota that covers it, or for a channel of whoever is on call then.")
    if not silent:
        yield Line("reach", OK, "somebody of every party can be reached at every hour of the next two weeks")
    yield _verified(list(work.connection.execute(sa.text(_CHANNELS), {"since": work.now - PROVEN_FOR}).all()))


def _verified(rows: Sequence[sa.Row[tuple[str, str, bool]]]) -> Line:
    old = [f"{row.slug} {row.kind}" for row in rows if not row.current]
    if not old:
        return Line("channels.verified", OK, f"{len(rows)} channels have shown in the last {PROVEN_FOR.days} days that they work")
    named = ", ".join(old[:5]) + (f" and {len(old) - 5} more" if len(old) > 5 else "")
    said = f"{len(old)} of {len(rows)} channels have not shown in the last {PROVEN_FOR.days} days that they work: {named}"
    return Line("channels.verified", WARN, said, "Ask each party to send itself a test, and to say that it arrived (page *Settings*).")


_CHANNELS = """
select p.slug, c.kind, coalesce(c.verified_at >= :since, false) as current
  from demarche.channel c join demarche.party p on p.id = c.party_id
 where c.disabled_at is null and c.kind <> 'inbox' order by p.slug, c.kind
"""
