"""Who plays a typical case on this node: the caller's own deployment where one fits, else the invented cast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from incident.actions.consequences.trying import Reader
from incident.actions.permission import FILING_KINDS
from incident.records import agreements
from incident.records.agreements import armings
from incident.records.parties import directory
from incident.rules import typical
from incident.rules.case import Deployment, Party
from incident.rules.simulate import Simulated
from incident.rules.terms import Agreement
from incident.rules.typical import Played, Scene, Typical
from incident.work import Work


def tried(
    work: Work, party: UUID, agreement: Agreement, cases: Iterable[Typical], at: datetime | None
) -> Iterator[tuple[Played, Simulated]]:
    """What the agreement would do with each of these cases, step by step. Reads alone."""
    reader = Reader(work)
    known = directory.by_uris(work.connection, agreement.parties)
    mine = directory.by_ids(work.connection, [party])[party]
    places = [each.id for each in directory.deployments(work.connection)]
    for each in cases:
        scene = _own(reader, each, mine, places, at) or typical.shipped(each)
        yield from typical.performed(agreement, each, at, replace(scene, known=known))


def _own(reader: Reader, case: Typical, mine: Party, places: Iterable[UUID], at: datetime | None) -> Scene | None:
    """The caller's deployment that fits: the one in the country of the case, else the first by slug."""
    if mine.kind not in FILING_KINDS:
        return None
    connection = reader.work.connection
    on = (at or typical.aware_at(case, mine.zone)).date()
    deployments = [found for id_ in places if _files_for(mine, found := directory.deployment_by_id(connection, id_, on))]
    home = typical.troupe().deployments[case.deployment].jurisdiction
    fitting = sorted((each for each in deployments if typical.fits(case, each)), key=lambda each: each.jurisdiction != home)
    return _scene(reader, case, mine, fitting[0], at) if fitting else None


def _files_for(mine: Party, deployment: Deployment) -> bool:
    return mine.id == deployment.operator.id or (mine.kind == "cert" and mine.jurisdiction == deployment.jurisdiction)


def _scene(reader: Reader, case: Typical, mine: Party, here: Deployment, at: datetime | None) -> Scene:
    """Its parties with what they are on that day, and the versions and armed regimes of this node."""
    connection, now = reader.work.connection, reader.work.now
    aware = at or typical.aware_at(case, here.operator.zone)
    everybody = directory.for_case(connection, [mine.id, here.operator.id, *(each.id for each in here.suppliers)], aware.date())
    by_id = {each.id: each for each in everybody}
    playing = replace(here, operator=by_id[here.operator.id], suppliers=tuple(by_id[each.id] for each in here.suppliers))
    in_force = tuple(agreements.in_force_of(connection, reader.versions, aware, known_at=now))
    return Scene(playing, by_id[mine.id], everybody, in_force, armings.armed(connection, mine.id, known_at=now), own=True)
