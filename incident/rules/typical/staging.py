"""A typical case as it is played: by whom, at which instant, and under which laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from incident.rules import regimes
from incident.rules.case import Case, Deployment, Party
from incident.rules.facts import Fact, Facts, binds_at
from incident.rules.legaltime.values import Moment
from incident.rules.simulate import Setting
from incident.rules.terms import Agreement
from incident.rules.typical.reading import troupe
from incident.rules.typical.values import Said, Typical


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays: the deployment with its operator and suppliers, who files, and everybody that a role may resolve to."""

    deployment: Deployment
    filer: Party
    directory: tuple[Party, ...]


def shipped(typical: Typical) -> Scene:
    """The case as the shipped cast plays it; the CERT of the deployment's country files."""
    cast = troupe()
    here = cast.deployments[typical.deployment]
    return Scene(here, next(each for each in cast.parties if each.kind == "cert" and each.jurisdiction == here.jurisdiction), cast.parties)


def fits(typical: Typical, deployment: Deployment) -> bool:
    """Whether the operator is known to be what the case needs it to be."""
    return all(deployment.operator.is_said_to_be(name) is True for name in typical.needs)


def staged(typical: Typical, at: datetime | None = None, scene: Scene | None = None) -> tuple[Case, ...]:
    """The case as it is filed, and then as it is after each thing that is found out later.

    `at` is the instant of awareness, with its offset; without it, the weekday and time that the case names, by the operator's clocks.
    """
    playing = scene or shipped(typical)
    aware = _aware(typical, playing) if at is None else at.astimezone(UTC)
    first = _case(typical, playing, aware)
    found = (replace(first, affected_countries=each.affected_countries) for each in typical.later)
    return (first, *found)


def settings(
    typical: Typical, at: datetime | None = None, scene: Scene | None = None, in_force: tuple[Agreement, ...] = ()
) -> tuple[Setting, ...]:
    """Each of them under the laws of its day, with nothing done about it; judged when it is filed, or found out."""
    cases = staged(typical, at, scene)
    return tuple(_setting(each, in_force, later) for each, later in zip(cases, _after(typical), strict=True))


def _after(typical: Typical) -> tuple[timedelta, ...]:
    return (timedelta(), *(each.after for each in typical.later))


def _setting(case: Case, in_force: tuple[Agreement, ...], later: timedelta) -> Setting:
    bound = binds_at(case.facts, case.operator.id, case.filed_at)
    return Setting(case, in_force, regimes.commitments(bound.date()), (), case.filed_at + later)


def _aware(typical: Typical, scene: Scene) -> datetime:
    local = datetime.combine(typical.week_of + timedelta(days=typical.weekday), time.fromisoformat(typical.clock))
    return local.replace(tzinfo=ZoneInfo(scene.deployment.operator.zone)).astimezone(UTC)


def _case(typical: Typical, scene: Scene, aware: datetime) -> Case:
    filed_at = aware + typical.filed_after
    facts = [fact for each in typical.said for fact in _facts(each, scene, aware, filed_at)]
    return Case(
        _id(typical.id), "TYPICAL", typical.id, typical.stage, typical.summary, typical.severity, typical.tlp, typical.affected_countries,
        typical.exercise, filed_at, scene.filer, scene.deployment, scene.directory, Facts.of(facts),
    )  # fmt: skip


def _facts(said: Said, scene: Scene, aware: datetime, filed_at: datetime) -> list[Fact]:
    about = [scene.deployment.operator] if said.of == "operator" else list(scene.deployment.suppliers)
    value = Moment.exactly(aware + said.value) if isinstance(said.value, timedelta) else said.value
    return [Fact(_id(f"{said.name} {each.uri}"), said.name, value, each.id, scene.filer.id, filed_at) for each in about]


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://typical.example/{name}")
