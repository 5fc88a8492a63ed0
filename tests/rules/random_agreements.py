"""Random agreements between parties of the demo world: clauses of every role, anchor, period, condition and way of telling."""

from __future__ import annotations

from random import Random
from typing import Any

import yaml

from incident.rules.commitment import Discharge
from incident.rules.terms import Agreement, load

_HOSTS = {
    "EE": ("cert-ee", "ee-ministry", "meridian-models", "halden-compute", "cert-fr"),
    "ALL": (
        *("cert-ee", "ee-ministry", "cert-fr", "fr-ministry", "cert-de", "de-agency"),
        *("meridian-models", "halden-compute", "sakura-inference"),
    ),
}
_ROLES = ("home_cert", "operator", "suppliers", "filer", "affected_certs", "any_party")
_FIELDS = (
    *("reference", "incident_ref", "severity", "tlp", "stage", "duties", "summary", "system", "aware_at"),
    *("affected_countries", "facts"),
)
_FACTS = ("personal_data_breach", "significant_incident", "cross_border", "serious_cyber_breach_of_model", "incident_ongoing")


def random_agreement(random: Random, hosts: str = "ALL") -> Agreement:
    """A document of one to five clauses that has no fault; whether it makes sense is not asked."""
    document = {
        "name": f"random-{random.randrange(10**6)}", "version": "1.0", "title": "Random agreement", "zone": "Europe/Tallinn",
        "in_force": {"from": "2024-01-01"}, "parties": [f"https://{host}.example/#party" for host in _HOSTS[hosts]], "commitments": [],
    }  # fmt: skip
    for number in range(random.randint(1, 5)):
        document["commitments"].append(_clause(random, number))
    return load(yaml.safe_dump(document, sort_keys=False))


def random_pair(random: Random, hosts: str = "ALL") -> tuple[Agreement, Agreement]:
    """A baseline whose clauses give way, and a document above it that relaxes or displaces some, and restricts what is transferred."""
    below = _written(random, hosts, "baseline", "base")
    below["restrictions"] = [_restriction(random, "base_stays")] if random.random() < 0.4 else []
    for clause in below["commitments"]:
        if "within" in clause and random.random() < 0.8:
            clause["relaxable"] = {"by": ["national", "sector"], "cite": "cl. 9"}
        if random.random() < 0.6:
            clause["displaceable"] = {"by": ["national", "sector"], "cite": "cl. 9"}
    base = load(yaml.safe_dump({key: value for key, value in below.items() if value != []}, sort_keys=False))
    above = _written(random, hosts, random.choice(("national", "sector")), "over")
    above["includes"] = [{"agreement": base.name, "version": "1.0", "digest": base.digest, "cite": "cl. 1"}]
    above["restrictions"] = [_restriction(random, "over_stays")] if random.random() < 0.6 else []
    above |= _changes(random, below, above)
    return base, load(yaml.safe_dump({key: value for key, value in above.items() if value != []}, sort_keys=False))


def _written(random: Random, hosts: str, layer: str, prefix: str) -> dict[str, Any]:
    document = {**random_agreement(random, hosts).document, "layer": layer, "name": f"{prefix}-{random.randrange(10**6)}"}
    text = yaml.safe_dump(document, sort_keys=False).replace("clause_", f"{prefix}_")
    made: dict[str, Any] = yaml.safe_load(text)
    for clause in made["commitments"]:
        if random.random() < 0.4:
            clause["duty"] = f"a.duty.{random.randrange(2)}"
    return made


def _changes(random: Random, below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    relaxations, displacements = [], []
    for clause in below["commitments"]:
        of = {"agreement": below["name"], "clause": clause["id"]}
        if "within" in clause and random.random() < 0.6:
            when = {"when": _condition(random, 1)} if random.random() < 0.5 else {}
            relaxations.append({"of": of, "within": _within(random), "cite": "cl. 2", **when})
        elif random.random() < 0.5:
            displacements.append({"of": of, "by": random.choice(above["commitments"])["id"], "cite": "cl. 3"})
    return {"relaxations": relaxations, "displacements": displacements}


def _restriction(random: Random, name: str) -> dict[str, Any]:
    fields = random.sample(("summary", "system", "affected_countries", "aware_at", "facts"), random.randint(1, 3))
    made = {"id": name, "title": "Stays", "cite": "cl. 8", "fields": fields, "only_to": random.choice((["EE"], ["EE", "FR"], ["JP"]))}
    return made | ({"when": _condition(random, 1)} if random.random() < 0.5 else {})


def _on_its_clock(random: Random) -> dict[str, Any]:
    """What follows a miss, and what may stop the clock."""
    made: dict[str, Any] = {}
    if random.random() < 0.5:
        wanted = random.sample(("notice_of_breach", "cure", "review"), random.randint(1, 3))
        made["on_miss"] = {**{each: random.choice(({"hours": 30}, {"days": 4})) for each in wanted}, "cite": "cl. 7"}
    if random.random() < 0.5:
        most = {"most": {"hours": 48}} if random.random() < 0.5 else {}
        made["excuses"] = [{"kind": "pause", "ground": "injunction", "by": "both", "cite": "cl. 6", **most}]
    return made


def _clause(random: Random, number: int) -> dict[str, Any]:
    debtor, creditor = random.sample(_ROLES, 2)
    clause: dict[str, Any] = {
        "id": f"clause_{number}", "title": f"Clause {number}", "cite": f"cl. {number}", "owes": "something",
        "owed_by": {"role": debtor, "mode": random.choice(("each", "each", "any", "lead"))},
        "owed_to": {"role": creditor, "mode": random.choice(("each", "each", "joint"))},
        "discharged_by": random.choice(list(Discharge)).value,
    }  # fmt: skip
    if random.random() < 0.7:
        clause["when"] = _condition(random, 2)
    if random.random() < 0.8:
        clause["anchor"] = _anchor(random, number)
    if random.random() < 0.85:
        clause["within"] = _within(random)
    if random.random() < 0.5:
        clause |= _telling(random)
    if random.random() < 0.3:
        clause["repeat"] = {"every": "submission", "until": {"fact": "incident_ongoing", "is": False}}
    if random.random() < 0.5:
        clause |= _on_its_clock(random)
    for key in ("extendable", "waivable"):
        if random.random() < 0.5:
            clause[key] = "cl. 99"
    return clause


def _condition(random: Random, depth: int) -> dict[str, Any]:
    kind = random.random()
    if depth and kind < 0.25:
        return {random.choice(("all", "any")): [_condition(random, depth - 1), {"fact": "severity", "in": ["high", "critical"]}]}
    if depth and kind < 0.35:
        return {"not": _condition(random, depth - 1)}
    if kind < 0.5:
        return {"fact": "affected_countries", "includes": ["FR", "DE"]}
    if kind < 0.6:
        return {"fact": random.choice(_FACTS), "known": random.choice((True, False))}
    return {"fact": random.choice(_FACTS), "is": random.choice((True, True, False)), "of": random.choice(("operator", "owed_by"))}


def _anchor(random: Random, number: int) -> dict[str, Any]:
    single: list[dict[str, Any]] = [{"filing": True}, {"fact": "aware_at", "of": random.choice(("operator", "owed_by"))}]
    if number:
        other = f"clause_{random.randrange(number)}"
        single += [{"after": other}, {"delivery": other}]
    if random.random() < 0.2:
        return {random.choice(("earliest", "latest")): random.sample(single, 2)}
    return random.choice(single)


def _within(random: Random) -> dict[str, Any]:
    return random.choice(
        ({"minutes": random.randint(1, 90)}, {"hours": random.randint(1, 90)}, {"days": random.randint(1, 20)},
         {"business_days": random.randint(1, 6), "at": "17:00"}, {"months": random.randint(1, 3)})
    )  # fmt: skip


def _telling(random: Random) -> dict[str, Any]:
    fields = random.sample(_FIELDS, random.randint(1, len(_FIELDS)))
    told: dict[str, Any] = {"tell": {"fields": fields, "release": random.choice(("officer", "pre_authorised"))}}
    if random.random() < 0.6:
        told["acknowledge_within"] = {"hours": random.randint(1, 12)}
    if random.random() < 0.6:
        told["handling"] = {"max_tlp": random.choice(("GREEN", "AMBER", "AMBER+STRICT", "RED"))}
    return told
