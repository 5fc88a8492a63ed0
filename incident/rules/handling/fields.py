"""The fields that a notice may carry, where each comes from, and which of them carry personal or resident data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from incident.canonical import instant
from incident.rules.case import Case
from incident.rules.facts import Scalar
from incident.rules.legaltime.values import Moment

MINIMAL = ("reference", "incident_ref", "severity", "tlp", "stage", "duties")
"""The minimal lawful notice: enough to know that a duty runs and to ask, nothing of what happened."""

NAMES = (*MINIMAL, "summary", "deployment", "system", "operator", "affected_countries", "aware_at", "facts")
"""Every field name apart from `fact:<name>`, which stands for one fact."""

RESIDENT_FIELDS = frozenset({"summary", "facts"})
"""Free text may name a person, and `facts` may hold a resident fact: both stay where the deployment's data may live."""

RESIDENT_FACTS = frozenset(
    {
        "affected_individuals",
        "residents_of_one_state",
        "risk_to_individuals",
        "personal_data_breach",
        "ai_serious_incident",
        "unsecured_phi_breach",
        "cpni_breach",
        "serious_harm_likely",
        "pdpa_significant_harm",
        "appi_category",
        "pipa_sensitive_or_unique_id",
        "real_risk_of_significant_harm",
        "lgpd_relevant_risk",
    }
)
"""Facts that say something about natural persons: how many, of which kind, or what befell them."""

FACT = re.compile(r"fact:([a-z][a-z0-9_]{0,63})")
"""`fact:<name>`; match it in full."""

Duty = Mapping[str, object]


def is_field(name: str) -> bool:
    """Whether a notice can carry a field of this name."""
    return name in NAMES or FACT.fullmatch(name) is not None


def is_resident(name: str) -> bool:
    """Whether the field carries personal or resident data."""
    return name in RESIDENT_FIELDS or name.removeprefix("fact:") in RESIDENT_FACTS


def value(case: Case, name: str, duties: Sequence[Duty]) -> object:
    """The field as it leaves: text, whole numbers, booleans, null, lists and maps. Facts are those about the operator.

    Raises:
        KeyError: when there is no field of that name.
    """
    if found := FACT.fullmatch(name):
        return shown(case.fact(found[1], case.operator))
    if name == "duties":
        return [dict(duty) for duty in duties]
    return _FROM_CASE[name](case)


def stated(case: Case) -> dict[str, object]:
    """Every stated fact about the operator by name, as it would leave; what others are or said stays with them."""
    about = case.operator.id
    return {name: shown(fact.value) for (name, whose), fact in sorted(case.facts.by_key.items()) if whose == about}


def shown(known: Scalar | Moment | datetime) -> object:
    """A fact's value for a notice: an exact moment as one instant, another as its bounds with its precision."""
    if isinstance(known, datetime):
        return instant(known)
    if not isinstance(known, Moment):
        return known
    if known.precision == "exact" and known.earliest == known.latest:
        return instant(known.earliest)
    return {"earliest": instant(known.earliest), "latest": instant(known.latest), "precision": known.precision}


def _system(case: Case) -> object:
    deployed = case.deployment
    return {"name": deployed.system, "version": deployed.system_version, "models": list(deployed.models)}


# Names and URIs, never slugs: a notice is read on other nodes, where our slugs mean nothing.
_FROM_CASE: Mapping[str, Callable[[Case], object]] = {
    "reference": lambda case: case.reference,
    "incident_ref": lambda case: case.incident_ref,
    "severity": lambda case: case.severity,
    "tlp": lambda case: case.tlp,
    "stage": lambda case: case.stage,
    "summary": lambda case: case.summary,
    "deployment": lambda case: {"name": case.deployment.name, "jurisdiction": case.deployment.jurisdiction},
    "system": _system,
    "operator": lambda case: {"name": case.operator.name, "uri": case.operator.uri},
    "affected_countries": lambda case: list(case.affected_countries),
    "aware_at": lambda case: shown(case.fact("aware_at", case.operator)),
    "facts": stated,
}
