"""Who is on call of the caller's party, and when nobody can be reached: of its own, of those it works with, and for the node of all."""

from __future__ import annotations

from incident import answers
from incident.records.parties import directory, rotas
from incident.rules.escalation import reachability
from incident.rules.escalation.reachability import AHEAD
from incident.rules.escalation.rota import Rota
from incident.work import Work


def rota(work: Work) -> answers.Json:
    """The caller's rota: windows, turns and calendar as `answers.rota` has them, with the next two weeks as they come to."""
    party = work.actor.party
    plan, row, ways = Rota(), None, {}
    if party is not None:
        plan = rotas.rotas_of(work.connection, [party], work.now, work.now + AHEAD)[party]
        row = rotas.find(work.connection, party)
        ways = rotas.ways_of(work.connection, [party], work.now).get(party, {})
    ahead = reachability.stretches(plan, ways, work.now, work.now + AHEAD)
    return answers.rota(row._mapping if row else None, plan, work.now, ahead, ways)


def reach(work: Work) -> dict[str, answers.Json]:
    """`{slug: {looked_at, unreachable}}` of the caller and of those it has a deployment with, as last looked at."""
    found = rotas.reach_of(work.connection)
    slugs = directory.by_ids(work.connection, found)
    ahead = answers.at(work.now) or ""
    return {
        slugs[party].slug: {"looked_at": answers.at(each.looked_at), "unreachable": [gap for gap in each.gaps if gap["until"] > ahead]}
        for party, each in found.items()
        if party in slugs
    }


def unreachable(work: Work) -> dict[str, list[answers.Json]]:
    """Of every party that the caller sees the channels of, the hours of the next two weeks in which nobody can be reached, looked at
    now; for the node's own work, of all. Parties without such hours are left out."""
    slugs = {each.id: each.slug for each in directory.everybody(work.connection) if work.actor.is_node or each.id == work.actor.party}
    found = rotas.unreachable(work.connection, list(slugs), work.now)
    return {slugs[party]: [answers.gap(each) for each in reachability.merged(gaps)] for party, gaps in found.items() if gaps}
