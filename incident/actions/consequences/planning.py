"""From rows to a plan: the case as the rules see it, and the versions and laws that bind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from incident.records import agreements, cases, obligations
from incident.records.agreements import armings
from incident.records.cases import Row
from incident.records.parties import directory
from incident.rules import regimes
from incident.rules.case import Case, Deployment
from incident.rules.commitment import Commitment, Discharge, Target
from incident.rules.facts import Facts
from incident.rules.legaltime.values import Moment
from incident.rules.planning import Happened, Key, Planned, discharges, plan
from incident.work import Work


@dataclass(frozen=True, slots=True)
class Matter:
    """What planning needs beyond the facts: the incident as a mapping of its columns, and its deployment, without profiles."""

    values: Mapping[str, Any]
    deployment: Deployment


def case_of(work: Work, matter: Matter, facts: Facts) -> Case:
    """The case as the rules see it, its parties with their profile of the day it is bound to."""
    values, given = matter.values, matter.deployment
    members = [values["filed_by"], given.operator.id, *(each.id for each in given.suppliers)]
    everybody = directory.for_case(work.connection, members, values["bound_at"].date())
    known = {each.id: each for each in everybody}
    filer = known[values["filed_by"]]
    deployment = replace(given, operator=known[given.operator.id], suppliers=tuple(known[each.id] for each in given.suppliers))
    return Case(
        values["id"], values["ref"], values["reference"], values["stage"], values["summary"], values["severity"], values["tlp"],
        tuple(values["affected_countries"]), values["exercise"], values["filed_at"], filer, deployment, everybody, facts,
    )  # fmt: skip


def binding(work: Work, filer: UUID, *, bound_at: datetime, known_at: datetime) -> list[Commitment]:
    """Every commitment of the agreements and laws that bind at `bound_at`, with what the agreements plan them for.

    Versions accepted, and regimes armed by the filer, after `known_at` do not count: a case keeps what it began under.
    """
    agreed = agreements.in_force(work.connection, bound_at, known_at=known_at)
    armed = armings.armed(work.connection, filer, known_at=known_at)
    found = [*(each for agreement in agreed for each in agreement.commitments), *regimes.commitments(bound_at.date(), armed)]
    targets: dict[str, tuple[Target, ...]] = {}
    for agreement in agreed:
        for name, target in agreement.targets:
            targets[name] = (*targets.get(name, ()), target)
    return [replace(each, targets=(*each.targets, *targets[each.id])) if each.id in targets else each for each in found]


def bound_at(facts: Facts, operator: UUID, now: datetime) -> datetime:
    """The instant whose law and agreements bind: the operator's awareness, else what it noticed or suffered, else now."""
    for name in ("aware_at", "noticed_at", "detected_at", "occurred_at"):
        value = facts.value(name, operator)
        if isinstance(value, Moment):
            return min(value.earliest, now)
    return now


def happened(rows: Iterable[Row], acts: Iterable[Row]) -> Happened:
    """What has been done so far, as planning asks for it; of each obligation the first time counts."""
    about: dict[UUID, list[Row]] = {}
    for act in acts:
        about.setdefault(act.obligation_id, []).append(act)
    submitted: dict[tuple[str, str, UUID], set[datetime]] = {}
    received: dict[tuple[str, str, UUID], set[datetime]] = {}
    delivered: dict[tuple[str, str, UUID, UUID], datetime] = {}
    done: dict[Key, datetime] = {}
    for row in rows:
        acted = about.get(row.id, [])
        ended = _first(each for each in acted if discharges(each.kind, Discharge(row.discharged_by)))
        for name in {row.commitment, row.commitment.rsplit(".", 1)[-1]}:
            key = (row.source_name, name, row.debtor)
            _add(submitted, key, _first(each for each in acted if each.kind == "submitted") or ended)
            _add(received, key, _first(each for each in acted if each.kind in ("received", "confirmed")))
        if ended:
            done[row.source_name, row.commitment, row.debtor, row.creditor, row.occurrence] = ended
        if row.creditor and (handed := _first(each for each in acted if each.kind in ("sent", "received"))):
            pair = (row.source_name, row.commitment, row.debtor, row.creditor)
            delivered[pair] = min(delivered.get(pair, handed), handed)
    return Happened(_in_order(submitted), _in_order(received), delivered, done)


def _first(acts: Iterable[Row]) -> datetime | None:
    return min((each.occurred_at for each in acts), default=None)


def _add(found: dict[tuple[str, str, UUID], set[datetime]], key: tuple[str, str, UUID], at: datetime | None) -> None:
    if at is not None:
        found.setdefault(key, set()).add(at)


def _in_order(found: Mapping[tuple[str, str, UUID], set[datetime]]) -> dict[tuple[str, str, UUID], tuple[datetime, ...]]:
    return {key: tuple(sorted(instants)) for key, instants in found.items()}


def plan_anew(work: Work, matter: Matter, facts: Facts, rows: Iterable[Row], acts: Iterable[Row]) -> tuple[Case, list[Planned]]:
    """The plan that the facts and acts of today give, under the versions and laws that the case is bound to."""
    case = case_of(work, matter, facts)
    commitments = binding(work, matter.values["filed_by"], bound_at=matter.values["bound_at"], known_at=matter.values["filed_at"])
    return case, plan(case, commitments, happened(rows, acts))


def matter_of(work: Work, row: Row) -> Matter:
    """The matter of a case on record."""
    return Matter(dict(row._mapping), directory.deployment_by_id(work.connection, row.deployment_id))


def state_of(work: Work, case: UUID) -> tuple[Facts, list[Row], list[Row]]:
    """The facts that stand, and the obligations and acts on record, each oldest first."""
    connection = work.connection
    facts = cases.standing_facts(cases.fact_rows(connection, case), cases.corrections_of(connection, case))
    return facts, obligations.of_case(connection, case), obligations.acts_of_case(connection, case)
