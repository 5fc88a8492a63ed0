"""A case as the rules see it: the matter, its parties with what they are, and the facts that stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from incident.rules.facts import Facts, Scalar
from incident.rules.legaltime.values import Moment
from incident.rules.vocabulary import profile_questions

SEVERITIES = ("low", "medium", "high", "critical")
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
STAGES = ("early_warning", "incident_notification", "intermediate", "final_report")


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation, with its profile as of the day the case is planned for. Slugs and ids are the node's own; the URI is global."""

    id: UUID
    uri: str
    slug: str
    name: str
    kind: str
    jurisdiction: str
    zone: str
    calendar: str
    competences: frozenset[str] = frozenset()
    profile: Mapping[str, Scalar] = field(default_factory=dict)

    def is_said_to_be(self, name: str) -> Scalar:
        """What the profile answers; what a complete one does not name is answered no, else it is unknown."""
        if name in self.profile or self.profile.get("profile_complete") is not True or name not in profile_questions():
            return self.profile.get(name)
        return False


@dataclass(frozen=True, slots=True)
class Deployment:
    """A sovereign installation: run by `operator`, supplied by `suppliers`; `data_may_live` lists ISO 3166 countries."""

    id: UUID
    slug: str
    name: str
    jurisdiction: str
    operator: Party
    suppliers: tuple[Party, ...]
    system: str
    system_version: str
    models: tuple[str, ...]
    data_may_live: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything planning, routing and handling may look at. `directory` holds every party that a role may resolve to."""

    id: UUID
    incident_ref: str
    reference: str
    stage: str
    summary: str
    severity: str
    tlp: str
    affected_countries: tuple[str, ...]
    exercise: bool
    filed_at: datetime
    filer: Party
    deployment: Deployment
    directory: tuple[Party, ...]
    facts: Facts
    affected_since: Mapping[str, datetime] = field(default_factory=dict)
    """When each country was first named that the first report did not name."""

    @property
    def cross_border(self) -> tuple[str, ...]:
        """The affected states beside the deployment's own, in alphabetical order."""
        return elsewhere(self.affected_countries, self.deployment.jurisdiction)

    def known_affected_at(self, country: str | None) -> datetime:
        """When it was recorded that this country is affected; of one that the first report named, when that was filed."""
        return self.affected_since.get(country or "", self.filed_at)

    def is_not(self, party: Party) -> frozenset[str]:
        """What it is known that `party` is not, by its profile and by what is stated of it."""
        profile = party.profile
        if profile.get("profile_complete") is True:
            found = profile_questions() - {name for name, value in profile.items() if value is not False}
        else:
            found = frozenset(name for name, value in profile.items() if value is False)
        stated = [fact for fact in self.facts.by_key.values() if fact.about == party.id and fact.value is not None]
        if not stated:
            return found
        return (found - {fact.name for fact in stated}) | {fact.name for fact in stated if fact.value is False}

    @property
    def operator(self) -> Party:
        """Who runs the deployment; bare facts of a report are about this party."""
        return self.deployment.operator

    def fact(self, name: str, party: Party) -> Scalar | Moment:
        """What stands about `party`: a stated fact, else its profile, else None for unknown."""
        stated = self.facts.value(name, party.id)
        return stated if stated is not None else party.is_said_to_be(name)


def elsewhere(affected: Iterable[str], home: str) -> tuple[str, ...]:
    """The affected states beside the one of the deployment, each once, in alphabetical order."""
    return tuple(sorted(set(affected) - {home}))


def affected_since(before: Iterable[str], since: Mapping[str, datetime], named: Iterable[str], now: datetime) -> dict[str, datetime]:
    """`Case.affected_since` after the countries `named` stand in place of those `before`: what was named stays, what is new is of now."""
    stood = set(before)
    kept = {country: since[country] for country in named if country in stood and country in since}
    return kept | {country: now for country in named if country not in stood}
