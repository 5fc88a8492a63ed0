"""Cases on record as a simulation takes them: with what binds each, and what was done in it. Read in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from incident.actions.consequences import planning
from incident.actions.consequences.planning import Matter
from incident.records import agreements, cases, obligations
from incident.records.agreements import armings
from incident.records.cases import Row
from incident.records.obligations import claims
from incident.records.parties import directory
from incident.rules import regimes, terms
from incident.rules.case import Deployment, Party
from incident.rules.simulate import Setting
from incident.work import Work


@dataclass(slots=True)
class Reader:
    """What many cases have in common is read once. Everything is read behind the walls of the caller's party."""

    work: Work
    versions: list[Row] = field(init=False)
    _arms: dict[UUID, bool] = field(default_factory=dict)
    _deployments: dict[UUID, Deployment] = field(default_factory=dict)
    _everybody: dict[tuple[tuple[UUID, ...], date], tuple[Party, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the versions that were ever in force."""
        self.versions = agreements.ever(self.work.connection)

    def settings(self, rows: Iterable[Row]) -> list[Setting]:
        """These cases, in their order."""
        connection, found = self.work.connection, list(rows)
        ids = [row.id for row in found]
        facts, corrections = cases.fact_rows_of(connection, ids), cases.corrections_among(connection, ids)
        owed, acts = obligations.keys_of_cases(connection, ids), obligations.acts_of_cases(connection, ids)
        claimed = claims.in_plans(connection, ids)
        made = (self._setting(dict(row._mapping), facts.get(row.id, []), corrections, owed, acts) for row in found)
        return [replace(each, claims=claimed[each.case.id]) if each.case.id in claimed else each for each in made]

    def _setting(
        self,
        values: dict[str, Any],
        facts: list[Row],
        corrections: frozenset[UUID],
        owed: Mapping[UUID, list[Row]],
        acts: Mapping[UUID, list[Row]],
    ) -> Setting:
        connection = self.work.connection
        matter = Matter(values, self._deployment(values["deployment_id"]))
        bound_at, known_at = values["bound_at"], values["filed_at"]
        case = planning.case_among(matter, cases.standing_facts(facts, corrections), self._known(matter, bound_at.date()))
        armed = self._armed(values["filed_by"], known_at)
        in_force = agreements.in_force_of(connection, self.versions, bound_at, known_at=known_at)
        record = planning.on_record(owed.get(values["id"], []), acts.get(values["id"], []))
        return Setting(
            case,
            tuple(terms.among(in_force, {each.uri for each in case.directory})),
            regimes.commitments(bound_at.date(), armed),
            tuple(record),
            self.work.now,
        )

    def _armed(self, filer: UUID, known_at: datetime) -> Mapping[str, date]:
        if filer not in self._arms:
            self._arms[filer] = armings.ever(self.work.connection, filer)
        return armings.armed(self.work.connection, filer, known_at=known_at) if self._arms[filer] else {}

    def _deployment(self, id_: UUID) -> Deployment:
        if id_ not in self._deployments:
            self._deployments[id_] = directory.deployment_by_id(self.work.connection, id_)
        return self._deployments[id_]

    def _known(self, matter: Matter, on: date) -> tuple[Party, ...]:
        key = (tuple(matter.members), on)
        if key not in self._everybody:
            self._everybody[key] = directory.for_case(self.work.connection, matter.members, on)
        return self._everybody[key]
