"""Have no turns from a calendar any more."""

from __future__ import annotations

from incident import answers
from incident.actions import permission
from incident.actions.consequences import reaching
from incident.records.parties import rotas
from incident.work import Work


def drop_rota_calendar(work: Work) -> answers.Json:
    """The rota without its calendar and without every turn that came from it; the weekly windows stay. Twice is once."""
    party = permission.speaks_for(work, what="set a rota")
    before = rotas.find(work.connection, party, for_update=True)
    if before is not None and before.feed is not None:
        rotas.put_turns(work.connection, party, ())
        rotas.set_feed(
            work.connection, party, by=work.actor.name, now=work.now, feed=None, feed_url=None, mapping=[], feed_text=None, set_at=None,
            fetched_at=None, tried_at=None, trouble=None, horizon_at=None, unmatched=[], look_at=None,
        )  # fmt: skip
        work.record("rota.calendar_dropped", party, {})
    return reaching.rota(work, party)
