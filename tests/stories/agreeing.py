"""Agreements that stories sign: documents with invented numbers, and what is done about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.act_on_agreement import act_on_agreement
from incident.actions.publish_agreement import publish_agreement
from incident.actions.send_envelope import send_envelope
from incident.ids import new_id
from incident.rules.proof import dsse
from incident.rules.proof.statements import PAYLOAD_TYPE, Statement
from tests.world import World

CERTS = ("cert-ee", "cert-fr", "cert-de", "cert-pt")


def uri(slug: str) -> str:
    return f"https://{slug}.example/#party"


def a_clause(name: str, **members: Any) -> dict[str, Any]:
    """The Estonian CERT owes each CERT of an affected country something within a day."""
    return {
        "id": name, "title": name.replace("_", " ").capitalize(), "cite": f"cl. {name}", "owed_by": {"role": "home_cert"},
        "owed_to": {"role": "affected_certs", "mode": "each"}, "owes": "what the clause says", "within": {"hours": 24},
        "discharged_by": "submitted", **members,
    }  # fmt: skip


def a_pact(*slugs: str, **members: Any) -> str:
    """Between these CERTs, in force from 2026: a notice, and a duty of secrecy."""
    return yaml.safe_dump({
        "name": "pact", "version": "1.0", "title": "A pact", "zone": "UTC", "in_force": {"from": "2026-01-01"},
        "parties": [uri(each) for each in slugs], "commitments": [a_clause("pact_notice"), a_clause("pact_secrecy")], **members,
    }, sort_keys=False)  # fmt: skip


def published(world: World, text: str, by: str = "cert-ee") -> UUID:
    with world.work(by) as work:
        return UUID(publish_agreement(work, text)[0]["id"])


def signed_by_all(world: World, text: str, slugs: Iterable[str]) -> UUID:
    """Published by the first, accepted by the others."""
    first, *others = slugs
    version = published(world, text, first)
    for slug in others:
        with world.work(slug) as work:
            accept_agreement(work, version)
    return version


def acts(world: World, version: UUID, kind: str, by: str, **how: Any) -> dict[str, Any]:
    with world.work(by) as work:
        return act_on_agreement(work, version, kind, **how)


def sends(world: World, version: UUID, by: str, envelope: object) -> tuple[dict[str, Any], bool]:
    with world.work(by) as work:
        return send_envelope(work, version, envelope)


def shown(world: World, version: UUID, by: str = "cert-ee") -> dict[str, Any]:
    with world.work(by) as work:
        return board.agreement(work, version)


def statement(world: World, version: UUID, by: str, kind: str = "sign", **members: Any) -> Statement:
    """What that party would say of it now, as its first act."""
    found = shown(world, version, by)
    made = Statement(new_id(), kind, found["name"], found["version"], found["digest"], uri(by), world.now)
    return replace(made, **members)


def enveloped(said: Statement, key: Ed25519PrivateKey) -> dict[str, Any]:
    return dsse.sign(PAYLOAD_TYPE, said.payload(), key).document()


def owed_under(world: World, filed: dict[str, Any], clause: str, by: str = "cert-ee") -> dict[str, dict[str, Any]]:
    """The live obligations under a clause, by creditor."""
    live = [each for each in world.incident(filed, by)["obligations"] if each["superseded_by"] is None]
    return {each["owed_to"]: each for each in live if each["commitment"] == clause}
