"""A typical case as it is played: by whom, at which instant, and under which laws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from incident.rules import regimes
from incident.rules.case import Case, Deployment, Party, affected_since
from incident.rules.facts import Fact, Facts, binds_at
from incident.rules.legaltime.values import Moment
from incident.rules.simulate import Setting, Simulated, simulate
from incident.rules.terms import Agreement
from incident.rules.terms.composing import union
from incident.rules.terms.library import included
from incident.rules.typical.casting import Part, casting, recast
from incident.rules.typical.reading import cases, troupe
from incident.rules.typical.values import Said, Typical


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays: the deployment with its operator and suppliers, who files, and everybody that a role may resolve to.

    `in_force` are the versions that bind them, `armed` the regimes that the filer armed, and `known` further parties by URI.
    `own`: they are the caller's own, and not the shipped cast.
    """

    deployment: Deployment
    filer: Party
    directory: tuple[Party, ...]
    in_force: tuple[Agreement, ...] = ()
    armed: Mapping[str, date] = field(default_factory=dict)
    known: Mapping[str, Party] = field(default_factory=dict)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """One typical case as it was tried: when its operator became aware, by whom it was played, and who of the document was whom.

    `step` is empty when the case is filed, and says afterwards what was found out.
    """

    typical: Typical
    aware_at: datetime
    step: str
    own: bool
    parts: tuple[Part, ...]
    beside: tuple[Agreement, ...] = ()
    """The documents that were brought in with it, as they were played."""


def shipped(typical: Typical, known: Mapping[str, Party] | None = None) -> Scene:
    """The case as the shipped cast plays it; the CERT of the deployment's country files."""
    cast = troupe()
    here = cast.deployments[typical.deployment]
    cert = next(each for each in cast.parties if each.kind == "cert" and each.jurisdiction == here.jurisdiction)
    return Scene(here, cert, cast.parties, known=known or {})


def fits(typical: Typical, deployment: Deployment) -> bool:
    """Whether the operator is known to be what the case needs it to be, in a country in which the case makes sense."""
    if typical.countries and deployment.jurisdiction not in typical.countries:
        return False
    return all(deployment.operator.is_said_to_be(name) is True for name in typical.needs)


def aware_at(typical: Typical, zone: str) -> datetime:
    """The weekday and time that the case names, in its own week, by the clocks of `zone`."""
    local = datetime.combine(typical.week_of + timedelta(days=typical.weekday), time.fromisoformat(typical.clock))
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def staged(typical: Typical, aware: datetime, scene: Scene) -> tuple[Case, ...]:
    """The case as it is filed, and then as it is after each thing that is found out later."""
    first = _case(typical, scene, aware)
    steps = [first]
    for each in typical.later:
        before, named = steps[-1], _at_home(typical, scene, each.affected_countries)
        since = affected_since(before.affected_countries, before.affected_since, named, aware + each.after)
        steps.append(replace(first, affected_countries=named, affected_since=since))
    return tuple(steps)


def settings(typical: Typical, at: datetime | None = None, scene: Scene | None = None) -> tuple[Setting, ...]:
    """Each of them under the laws of its day, with nothing done about it; judged when it is filed, or found out.

    `at` is the instant of awareness, with its offset; without it, the one that the case names.
    """
    playing = scene or shipped(typical)
    aware = aware_at(typical, playing.deployment.operator.zone) if at is None else at.astimezone(UTC)
    first, *later = staged(typical, aware, playing)
    found = (_setting(case, playing, aware + each.after) for case, each in zip(later, typical.later, strict=True))
    return (_setting(first, playing, first.filed_at), *found)


def together(case: Case, documents: Sequence[Agreement]) -> tuple[Agreement, ...]:
    """These documents as the parties of the case play them; a party of several of them has one part."""
    parts = casting(*documents, case=case)
    return tuple(recast(each, parts) for each in documents)


def in_full() -> tuple[Setting, ...]:
    """Every typical case as the shipped cast plays it, once, with all that is found out in it."""
    return tuple(settings(each)[-1] for each in cases())


def performed(
    agreement: Agreement, typical: Typical, at: datetime | None = None, scene: Scene | None = None, beside: Sequence[Agreement] = ()
) -> Iterator[tuple[Played, Simulated]]:
    """What the agreement would do with the case, step by step; its parties play the parts that `casting` gives them.

    It is tried together with `beside`, and with what these include of the shipped library, unless a document of that name binds already.
    """
    playing = scene or shipped(typical)
    aware = aware_at(typical, playing.deployment.operator.zone) if at is None else at.astimezone(UTC)
    steps = ("", *(_says(each.after, each.affected_countries) for each in typical.later))
    for step, setting in zip(steps, settings(typical, at, playing), strict=True):
        layers = (*beside, *_brought_in(agreement, beside, setting))
        parts = casting(agreement, *layers, case=setting.case, known=playing.known)
        cast = tuple(recast(each, parts) for each in layers)
        joined = replace(setting, in_force=union(setting.in_force, cast)) if cast else setting
        yield Played(typical, aware, step, playing.own, parts, cast), simulate(joined, recast(agreement, parts))


def _brought_in(agreement: Agreement, beside: Sequence[Agreement], setting: Setting) -> list[Agreement]:
    there = {each.name for each in (agreement, *beside, *setting.in_force)}
    return [each for each in included(agreement, *beside) if each.name not in there]


def _says(after: timedelta, countries: tuple[str, ...]) -> str:
    return f"{after // timedelta(hours=1)} hours later: {', '.join(countries)}"


def _setting(case: Case, scene: Scene, judged_at: datetime) -> Setting:
    bound = binds_at(case.facts, case.operator.id, case.filed_at)
    return Setting(case, scene.in_force, regimes.commitments(bound.date(), scene.armed), (), judged_at)


def _case(typical: Typical, scene: Scene, aware: datetime) -> Case:
    filed_at = aware + typical.filed_after
    facts = [fact for each in typical.said for fact in _facts(each, scene, aware, filed_at)]
    return Case(
        _id(typical.id), "TYPICAL", typical.id, typical.stage, typical.summary, typical.severity, typical.tlp,
        _at_home(typical, scene, typical.affected_countries), typical.exercise, filed_at, scene.filer, scene.deployment, scene.directory,
        Facts.of(facts),
    )  # fmt: skip


def _at_home(typical: Typical, scene: Scene, countries: tuple[str, ...]) -> tuple[str, ...]:
    """Played elsewhere, the country of the case and that of the deployment change places."""
    home, here = troupe().deployments[typical.deployment].jurisdiction, scene.deployment.jurisdiction
    places = {home: here, here: home}
    return tuple(places.get(each, each) for each in countries)


def _facts(said: Said, scene: Scene, aware: datetime, filed_at: datetime) -> list[Fact]:
    about = [scene.deployment.operator] if said.of == "operator" else list(scene.deployment.suppliers)
    value = Moment.exactly(aware + said.value) if isinstance(said.value, timedelta) else said.value
    return [Fact(_id(f"{said.name} {each.uri}"), said.name, value, each.id, scene.filer.id, filed_at) for each in about]


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://typical.example/{name}")
