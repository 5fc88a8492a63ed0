"""From rows to a plan: the case as the rules see it, and the versions and laws that bind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from incident.records import agreements, cases, obligations
from incident.records.cases import Row
from incident.records.obligations import claims
from incident.records.parties import directory
from incident.rules import regimes, terms
from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import Commitment, Discharge
from incident.rules.facts import Facts
from incident.rules.planning import Done, Key, OnRecord, Planned, happened, plan
from incident.rules.planning.reaching import kept_for, within_reach
from incident.work import Work


@dataclass(frozen=True, slots=True)
class Matter:
    """What planning needs beyond the facts: the incident as a mapping of its columns, and its deployment, without profiles."""

    values: Mapping[str, Any]
    deployment: Deployment

    @property
    def members(self) -> list[UUID]:
        """Who filed it, who operates the deployment and who supplies it."""
        return [self.values["filed_by"], self.deployment.operator.id, *(each.id for each in self.deployment.suppliers)]


def case_of(work: Work, matter: Matter, facts: Facts) -> Case:
    """The case as the rules see it, its parties with their profile of the day it is bound to."""
    return case_among(matter, facts, directory.for_case(work.connection, matter.members, matter.values["bound_at"].date()))


def case_among(matter: Matter, facts: Facts, everybody: tuple[Party, ...]) -> Case:
    """The same, of parties that were read before."""
    values, given = matter.values, matter.deployment
    known = {each.id: each for each in everybody}
    filer = known[values["filed_by"]]
    deployment = replace(given, operator=known[given.operator.id], suppliers=tuple(known[each.id] for each in given.suppliers))
    return Case(
        values["id"], values["ref"], values["reference"], values["stage"], values["summary"], values["severity"], values["tlp"],
        tuple(values["affected_countries"]), values["exercise"], values["filed_at"], filer, deployment, everybody, facts,
        {country: datetime.fromisoformat(at) for country, at in values.get("affected_since", {}).items()},
    )  # fmt: skip


def binding(work: Work, case: Case, *, bound_at: datetime, known_at: datetime) -> list[Commitment]:
    """Every commitment of the agreements and laws that bind at `bound_at`, with what the agreements plan them for; without the laws
    that can bind nobody in this case.

    Versions signed, and regimes armed by the filer, after `known_at` do not count: a case keeps what it began under.
    """
    among, anybodys = [each.id for each in case.directory], work.actor.is_node
    found, armed = agreements.in_force_and_armed(
        work.connection, bound_at, known_at=known_at, among=among, armed_by=case.filer.id, anybodys=anybodys
    )
    agreed = terms.among(found, {each.uri for each in case.directory})
    return terms.bound(agreed, within_reach(case, regimes.commitments(bound_at.date(), armed)))


def on_record(rows: Iterable[Row], acts: Iterable[Row]) -> list[OnRecord]:
    """These obligations and the acts about them, as the rules see them."""
    about: dict[UUID, list[Row]] = {}
    for act in acts:
        about.setdefault(act.obligation_id, []).append(act)
    return [_on_record(row, about.get(row.id, [])) for row in rows]


def _on_record(row: Row, acts: list[Row]) -> OnRecord:
    """An extension that came after the due instant moved nothing, and is none here."""
    done = tuple(Done(each.kind, each.occurred_at, each.recorded_at) for each in acts)
    moved = any(each.kind == "extended" and not each.detail.get("after_the_due_instant") for each in acts)
    key = Key(row.source_name, row.commitment, row.debtor, row.creditor, row.occurrence, row.reading)
    return OnRecord(
        key, row.source_kind == "agreement", Discharge(row.discharged_by), done, row.superseded_by is None, row.due_at,
        row.due_at if moved else None, obligations.pauses(acts),
    )  # fmt: skip


def plan_anew(work: Work, matter: Matter, facts: Facts, rows: Iterable[Row], acts: Iterable[Row]) -> tuple[Case, list[Planned]]:
    """The plan that the facts and acts of today give, under the versions and laws that the case is bound to."""
    case = case_of(work, matter, facts)
    commitments = binding(work, case, bound_at=matter.values["bound_at"], known_at=matter.values["filed_at"])
    claimed = claims.in_plans(work.connection, [case.id]).get(case.id, ())
    return case, plan(case, commitments, happened(on_record(rows, acts)), claimed, kept_for(case))


def matter_of(work: Work, row: Row) -> Matter:
    """The matter of a case on record."""
    return Matter(dict(row._mapping), directory.deployment_by_id(work.connection, row.deployment_id))


def state_of(work: Work, case: UUID) -> tuple[Facts, list[Row], list[Row]]:
    """The facts that stand, and the obligations and acts on record, each oldest first."""
    connection = work.connection
    facts = cases.standing_facts(cases.fact_rows(connection, case), cases.corrections_of(connection, case))
    return facts, obligations.of_case(connection, case), obligations.acts_of_case(connection, case)
