"""Small agreements between the CERT, the operator and the suppliers of one deployment, accepted by all of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import yaml

from incident.actions.accept_agreement import accept_agreement
from incident.actions.publish_agreement import publish_agreement
from tests.world import World

CERT, MINISTRY, MODELS, COMPUTE = "cert-ee", "ee-ministry", "meridian-models", "halden-compute"
PARTIES = (CERT, MINISTRY, MODELS, COMPUTE)


def clause(id_: str, **more: Any) -> dict[str, Any]:
    """A duty of the supplier of the models to the CERT: 24 hours from the report, submitted with proof; None takes a key away."""
    made = {
        "id": id_, "title": f"The {id_}", "cite": f"cl. {id_}", "owed_by": {"role": "party", "party": "https://meridian-models.example/#party"},
        "owed_to": {"role": "home_cert"}, "owes": "what it says", "anchor": {"filing": True}, "within": {"hours": 24},
        "discharged_by": "submitted",
    }  # fmt: skip
    return {key: value for key, value in {**made, **more}.items() if value is not None}


TELLING = clause(
    "notice", owed_by={"role": "home_cert"}, owed_to={"role": "party", "party": "https://meridian-models.example/#party"},
    within={"hours": 1}, discharged_by="sent",
    tell={"fields": ["reference", "incident_ref", "severity", "tlp", "duties"], "release": "pre_authorised"},
)  # fmt: skip
"""By which the supplier learns at once what it owes."""


def document(*clauses: dict[str, Any], name: str = "trial", version: str = "1.0") -> str:
    """The agreement as it is written."""
    parties = [f"https://{slug}.example/#party" for slug in PARTIES]
    return yaml.safe_dump(
        {
            "format": "agreement/1", "name": name, "version": version, "title": "A trial of clauses", "zone": "Europe/Tallinn",
            "in_force": {"from": "2026-01-01"}, "parties": parties, "commitments": list(clauses),
        },
        sort_keys=False,
    )  # fmt: skip


def signed(world: World, *clauses: dict[str, Any], name: str = "trial") -> None:
    """Publish it, and let every party accept it; a minute passes."""
    with world.work(CERT) as work:
        id_ = UUID(publish_agreement(work, document(*clauses, name=name))[0]["id"])
    for slug in PARTIES[1:]:
        with world.work(slug) as work:
            accept_agreement(work, id_)
    world.forward(minutes=1)


def verdict(world: World, filed: dict[str, Any], commitment: str) -> str:
    """Of the one live obligation under exactly that clause."""
    (found,) = owed(world, filed, commitment)
    return str(found["verdict"])


def owed(world: World, filed: dict[str, Any], commitment: str, by: str = CERT) -> list[dict[str, Any]]:
    """Every live obligation under that clause, as `by` sees the case, by occurrence and debtor."""
    found = [
        each for each in world.incident(filed, by)["obligations"] if each["commitment"] == commitment and each["superseded_by"] is None
    ]
    return sorted(found, key=lambda each: (each["occurrence"], each["owed_by"]))
