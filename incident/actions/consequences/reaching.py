"""Who is on call, and the hours in which nobody can be reached: looked at anew after every change of a rota."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from incident import answers
from incident.records.parties import rotas
from incident.rules.escalation import reachability
from incident.rules.escalation.reachability import AHEAD
from incident.work import Work

EVERY = timedelta(minutes=10)


def rota(work: Work, party: UUID) -> answers.Json:
    """The party's rota as it stands now, with what it comes to; kept for those who look into the directory."""
    plan = rotas.rotas_of(work.connection, [party], work.now, work.now + AHEAD)[party]
    ways = rotas.ways_of(work.connection, [party], work.now).get(party, {})
    ahead = reachability.stretches(plan, ways, work.now, work.now + AHEAD)
    keep(work, {party: [each for each in ahead if each.why]})
    row = rotas.find(work.connection, party)
    return answers.rota(row._mapping if row else None, plan, work.now, ahead, ways)


def look(work: Work) -> int:
    """Look at every party whose reach may have changed, and keep what is found; the number of parties."""
    parties = rotas.to_look_at(work.connection, work.now, EVERY)
    keep(work, rotas.unreachable(work.connection, parties, work.now))
    return len(parties)


def keep(work: Work, found: dict[UUID, list[reachability.Stretch]] | dict[UUID, tuple[reachability.Stretch, ...]]) -> None:
    """Keep the hours in which nobody of a party is reached, those that meet as one."""
    rotas.keep_reach(work.connection, {party: _said(gaps) for party, gaps in found.items()}, work.now)


def _said(gaps: Iterable[reachability.Stretch]) -> list[answers.Json]:
    return [answers.gap(each) for each in reachability.merged(gaps)]
