"""The lawyer's desk: one regime, stage by stage, for facts that somebody supposes. The very code that plans cases dates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from uuid import UUID

from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import AUTHORITIES, Commitment, Role
from incident.rules.conditions import Truth, named, truth
from incident.rules.facts import Fact, Facts, Scalar
from incident.rules.legaltime.values import Because, Moment
from incident.rules.planning.asking import look_up, who
from incident.rules.planning.dating import date_all
from incident.rules.planning.values import Happened, Planned
from incident.rules.regimes.compiling import commitment_of
from incident.rules.regimes.values import Regime, Stage, Standing

_DEBTOR, _RECIPIENT, _CASE = UUID(int=1), UUID(int=2), UUID(int=3)
_NOT_SUPPOSED = frozenset({"affected_countries", "severity", "stage", "tlp", "exercise"})  # what a report says: here nobody has
_NO_ANCHOR = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is taken to be so: facts by name, submissions by stage, and where the debtor and the recipient sit.

    A fact that is not given is unknown. Every fact is taken to be about whoever the law asks it of.
    """

    zone: str
    calendar: str
    jurisdiction: str
    recipient_zone: str
    recipient_calendar: str
    facts: Mapping[str, Scalar | Moment] = field(default_factory=dict)
    submitted: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def on(self) -> date | None:
        """The day whose law is asked for: that of the earliest instant supposed."""
        instants = [each.earliest for each in self.facts.values() if isinstance(each, Moment)]
        return min(instants).date() if instants else None


@dataclass(frozen=True, slots=True)
class StageDue:
    """One stage of the regime under what is supposed. `applies` None: it depends on the facts in `unknown`.

    `planned` is its clock, dated whether it applies or not; without a deadline where its anchor is not supposed.
    """

    stage: Stage
    applies: Truth
    unknown: tuple[str, ...]
    planned: Planned


@dataclass(frozen=True, slots=True)
class Worked:
    """The regime as it stood on the day, and its stages in the order of the law."""

    regime: Regime
    standing: Standing | None
    stages: tuple[StageDue, ...]


def work(regime: Regime, supposed: Supposed) -> Worked:
    """Date every stage of `regime`; a stage that runs from another is predicted from its latest lawful instant until submitted.

    Raises:
        TimeRefused, CalendarRefused: for a zone or calendar that does not exist.
    """
    case = _case(supposed)
    commitments = [commitment_of(regime, stage) for stage in regime.stages]
    source = commitments[0].source.name if commitments else regime.id  # an overlay's duties keep the names of its base
    submitted = {(source, stage, _DEBTOR): (at,) for stage, at in supposed.submitted.items()}
    dated = {
        each.commitment.id: each for each in date_all(case, [_draft(case, each) for each in commitments], Happened(submitted=submitted))
    }
    return Worked(
        regime,
        regime.standing(supposed.on) if supposed.on else None,
        tuple(_stage(case, stage, dated[each.id]) for stage, each in zip(regime.stages, commitments, strict=True)),
    )


@cache
def country_of(zone: str) -> str | None:
    """The ISO 3166 code of the country that the zone data puts a zone in; None where that is no single one."""
    found = {country for country, name in _zones_by_country() if name == zone}
    return found.pop() if len(found) == 1 else None


@cache
def zone_of(country: str) -> str | None:
    """The zone of a country that has one only; None where there are several, or none."""
    found = [name for code, name in _zones_by_country() if code == country]
    return found[0] if len(found) == 1 else None


@cache
def _zones_by_country() -> tuple[tuple[str, str], ...]:
    lines = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple((country, zone) for country, _, zone, *_ in cells)


def _draft(case: Case, commitment: Commitment) -> Planned:
    own = commitment.owed_by.role in AUTHORITIES
    debtor, creditor = (case.directory[1], case.directory[0]) if own else case.directory
    to_people = commitment.owed_to.role is Role.PERSONS
    return Planned(commitment, debtor, None if to_people else creditor, None, None, _opening(commitment), False, False)


def _opening(commitment: Commitment) -> tuple[Because, ...]:
    return (Because("binds", commitment.because_applies, commitment.source.cite),)


def _stage(case: Case, stage: Stage, planned: Planned) -> StageDue:
    def ask(fact: str, of: str) -> object:
        if fact in _NOT_SUPPOSED:
            return None
        return look_up(case, fact, who(case, of, planned.debtor, planned.creditor or case.directory[1]))

    unknown = sorted({fact for fact, of in named(planned.commitment.when) if ask(fact, of) is None})
    holds = truth(planned.commitment.when, ask)
    return StageDue(stage, holds, tuple(unknown) if holds is None else (), planned)


def _case(supposed: Supposed) -> Case:
    debtor = Party(
        _DEBTOR, "urn:supposed:debtor", "debtor", "the debtor", "operator", supposed.jurisdiction, supposed.zone, supposed.calendar
    )
    recipient = replace(
        debtor, id=_RECIPIENT, uri="urn:supposed:recipient", slug="recipient", name="the recipient", kind="regulator",
        zone=supposed.recipient_zone, calendar=supposed.recipient_calendar,
    )  # fmt: skip
    instants = [each.latest for each in supposed.facts.values() if isinstance(each, Moment)]
    filed_at = max(instants, default=_NO_ANCHOR)
    facts = Facts.of(
        Fact(_CASE, name, value, about.id, about.id, filed_at) for name, value in supposed.facts.items() for about in (debtor, recipient)
    )
    deployment = Deployment(_CASE, "supposed", "supposed", supposed.jurisdiction, debtor, (debtor,), "", "", (), ())
    return Case(
        _CASE, "", "", "", "", "", "", (), False, filed_at, debtor, deployment, (debtor, recipient), facts,
    )  # fmt: skip
