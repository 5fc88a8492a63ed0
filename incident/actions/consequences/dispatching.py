"""From a released notice to letters: what goes to an inbox lies there at once, and what its sender has room for it takes along."""

from __future__ import annotations

from collections.abc import Sequence

from incident.actions.consequences import addressing, delivering
from incident.actions.consequences.addressing import IN_THE_INBOX, Takes
from incident.actions.consequences.delivering import Arrived
from incident.records.cases import Row
from incident.records.outbox.sending import Taken
from incident.work import Work


def dispatch(work: Work, rows: Sequence[Row], takes: Takes = addressing.nothing) -> list[Taken]:
    """Address these notices, whose cases are held, see `routing.still_to_route`; what was taken along to be sent now."""
    if not rows:
        return []
    made = addressing.address(work, rows, takes)
    delivering.arrived(work, [Arrived(row, IN_THE_INBOX, notice, kinds) for row, notice, kinds in made.laid])
    return made.taken
