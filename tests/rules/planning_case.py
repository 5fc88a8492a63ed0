"""A small case to plan: a CERT that files, a ministry that operates, two suppliers, an authority."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import Anchor, Commitment, Parties, Role, Source
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime import moment
from incident.rules.legaltime.values import Basis, Period

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AWARE = moment("2026-11-23T10:40:00+02:00")
_ZONES = {"EE": "Europe/Tallinn", "US": "America/New_York", "FR": "Europe/Paris"}


def party(slug: str, kind: str = "operator", jurisdiction: str = "EE", **more: object) -> Party:
    """Somebody with the zone and public holidays of its country."""
    id_ = uuid.uuid5(uuid.NAMESPACE_URL, slug)
    uri, calendar = f"https://{slug}.example/#party", f"{jurisdiction}:public"
    return Party(id_, uri, slug, slug, kind, jurisdiction, _ZONES[jurisdiction], calendar, **more)  # type: ignore[arg-type]


CERT, MINISTRY, FRENCH = party("cert", "cert"), party("ministry"), party("cert-fr", "cert", "FR")
VENDOR, CLOUD = party("vendor", "vendor", "US"), party("cloud", "vendor", "FR")
AUTHORITY = party("authority", "regulator", competences=frozenset({"x"}))
EVERYBODY = (CERT, MINISTRY, FRENCH, VENDOR, CLOUD, AUTHORITY)


def said(name: str, value: object, about: Party = MINISTRY, at: datetime = NOW) -> Fact:
    """A fact that the CERT stated."""
    return Fact(uuid.uuid4(), name, value, about.id, CERT.id, at)  # type: ignore[arg-type]


def case(*facts: Fact, before: tuple[Fact, ...] = (), operator: Party = MINISTRY, directory: tuple[Party, ...] = EVERYBODY) -> Case:
    """A case whose operator became aware on Monday 23 November 2026 at 10:40 in Tallinn."""
    deployment = Deployment(uuid.uuid4(), "d", "D", operator.jurisdiction, operator, (VENDOR, CLOUD), "S", "1", (), ("EE", "FR", "US"))
    known = tuple(operator if each.id == operator.id else each for each in directory)
    return Case(
        uuid.uuid4(), "INC-1", "R", "early_warning", "It leaks", "high", "GREEN", (), False, NOW, CERT, deployment, known,
        Facts.of([said("aware_at", AWARE), *facts], before),
    )  # fmt: skip


def law(id_: str, regime: str = "eu.law", **more: object) -> Commitment:
    """A statutory duty of the operator to the authority, 24 hours from its awareness."""
    made = Commitment(
        f"{regime}.{id_}", f"Title of {id_}", Source("regime", regime, "1", "sha256:0", f"Art. {id_}"), Parties(Role.OPERATOR),
        Parties(Role.AUTHORITY, competence="x"), anchors=(Anchor("fact", "aware_at", "owed_by"),), period=Period(24, "h", "elapsed_hours"),
        basis=Basis.STATUTE,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]
