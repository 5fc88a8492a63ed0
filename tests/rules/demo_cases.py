"""Random cases of the demo world, whose parties, deployments and agreements are those that `make up` loads."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from incident.rules import regimes
from incident.rules.case import SEVERITIES, STAGES, TLP, Case, Deployment, Party
from incident.rules.commitment import Discharge
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime.values import Moment
from incident.rules.planning import FIRST, Claim, Done, OnRecord, Pause, Planned
from incident.rules.simulate import Setting
from incident.rules.terms import Agreement, load
from incident.rules.vocabulary import vocabulary

_DEMO = Path(__file__).parents[2] / "web" / "demo"
_WORLD: dict[str, Any] = yaml.safe_load((_DEMO / "world.yaml").read_text(encoding="utf-8"))
_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
_ACT = {
    Discharge.SENT: "sent", Discharge.RECEIVED: "received", Discharge.ACKNOWLEDGED: "acknowledged", Discharge.SUBMITTED: "submitted",
    Discharge.CONFIRMED: "confirmed",
}  # fmt: skip


@cache
def agreements() -> tuple[Agreement, ...]:
    """Those of the demo world, by name."""
    return tuple(load(path.read_text(encoding="utf-8")) for path in sorted((_DEMO / "agreements").glob("*.yaml")))


@cache
def parties() -> dict[str, Party]:
    """Those of the demo world, by slug, as they are today."""
    return {each["slug"]: _party(each) for each in _WORLD["parties"]}


def _party(said: dict[str, Any]) -> Party:
    profile = {name: value for group in said["profile"] for name, value in group["facts"].items()}
    return Party(
        uuid.uuid5(uuid.NAMESPACE_URL, said["uri"]), said["uri"], said["slug"], said["name"], said["kind"], said["jurisdiction"],
        said["zone"], said["calendar"], frozenset(said["competences"]), profile,
    )  # fmt: skip


def deployment(slug: str) -> Deployment:
    """That of the demo world."""
    said = next(each for each in _WORLD["deployments"] if each["slug"] == slug)
    known, system = parties(), said["system"]
    return Deployment(
        uuid.uuid5(uuid.NAMESPACE_URL, slug), slug, said["name"], said["jurisdiction"], known[said["operator"]],
        tuple(known[each] for each in said["suppliers"]), system["name"], system["version"], tuple(system["models"]),
        tuple(said["data_may_live"]),
    )  # fmt: skip


def random_case(random: Random) -> Case:
    """A report by the CERT of some deployment, with facts of every type, a third of them unknown."""
    at = _BEGINS + timedelta(minutes=random.randrange(60 * 24 * 300))
    here = deployment(random.choice([each["slug"] for each in _WORLD["deployments"]]))
    filer = parties()[f"cert-{here.jurisdiction.lower()}"]
    number = uuid.UUID(int=random.getrandbits(128))
    facts = [Fact(uuid.UUID(int=random.getrandbits(128)), *each, here.operator.id, filer.id, at) for each in _stated(random, at)]
    countries = tuple(sorted(random.sample(["EE", "FR", "DE", "JP", "US"], random.randrange(3))))
    return Case(
        number, "INC-1", "R", random.choice(STAGES), "It leaks", random.choice(SEVERITIES), random.choice(TLP), countries, False, at, filer,
        here, tuple(sorted(parties().values(), key=lambda each: each.slug)), Facts.of(facts),
    )  # fmt: skip


def _stated(random: Random, at: datetime) -> list[tuple[str, Any]]:
    aware = at - timedelta(minutes=random.randrange(1, 4000))
    said: list[tuple[str, Any]] = [("aware_at", Moment.exactly(aware))] if random.random() < 0.9 else []
    for name, kind in vocabulary().items():
        if kind.kind == "case" or name == "aware_at" or kind.type not in ("boolean", "enum") or random.random() < 0.5:
            continue
        words = [True, False] if kind.type == "boolean" else [each for each in kind.domain if each is not None]
        said.append((name, None if random.random() < 0.3 else random.choice(words)))
    return said


def setting(case: Case, record: tuple[OnRecord, ...] = (), at: datetime | None = None) -> Setting:
    """The case under the demo world's agreements and the laws of its day."""
    return Setting(case, agreements(), regimes.commitments(case.filed_at.date()), record, at or case.filed_at)


def random_record(random: Random, planned: list[Planned]) -> tuple[OnRecord, ...]:
    """As if half of these obligations had been performed, in time or not."""
    return tuple(_recorded(random, each) for each in planned)


def _recorded(random: Random, each: Planned) -> OnRecord:
    acts: tuple[Done, ...] = ()
    if each.deadline and random.random() < 0.5:
        when = each.deadline.due_at + timedelta(minutes=random.randrange(-3000, 600))
        acts = (Done(_ACT[each.commitment.discharged_by], when, when),)
    agreed, due_at = each.commitment.source.kind == "agreement", each.deadline.due_at if each.deadline else None
    paused = _paused(random, each) if each.commitment.excuses and due_at else ()
    missed = due_at and not (paused or each.provisional or each.predicted) and all(act.occurred_at > due_at for act in acts)
    if due_at and missed and each.commitment.on_miss:
        acts = (Done("missed", due_at, due_at + timedelta(seconds=1)), *acts)
    return OnRecord(each.key, agreed, each.commitment.discharged_by, acts, True, due_at, None, paused)


def _paused(random: Random, each: Planned) -> tuple[Pause, ...]:
    if each.started_at is None or random.random() < 0.5:
        return ()
    since = each.started_at + timedelta(minutes=random.randrange(30))
    ends_at = since + timedelta(hours=48) if each.commitment.excuses[0].most else None
    resumed_at = since + timedelta(hours=random.randrange(1, 90)) if random.random() < 0.7 else None
    return (Pause(since, ends_at, resumed_at, "injunction", "cl. 6"),)


def random_claims(random: Random, planned: list[Planned]) -> tuple[Claim, ...]:
    """As if some debtors had said that they became aware at another instant; most of it is still disputed."""
    owed = [each for each in planned if each.creditor and each.occurrence == FIRST and each.started_at]
    return tuple(_claim(random, each) for each in random.sample(owed, min(len(owed), random.randrange(3))))


def _claim(random: Random, each: Planned) -> Claim:
    id_, moment = uuid.UUID(int=random.getrandbits(128)), (each.started_at or _BEGINS) + timedelta(hours=random.randrange(1, 50))
    said = {"fact": "aware_at", "about": each.debtor.id, "moment": Moment.exactly(moment)}
    agreed = frozenset({each.creditor.id}) if each.creditor and random.random() < 0.3 else frozenset[uuid.UUID]()
    return Claim(id_, "start", each.debtor.id, each.debtor.name, each.key, **said, agreed=agreed)  # type: ignore[arg-type]
