"""Documents of several layers, made of as few words as a test needs. All numbers in them are invented."""

from __future__ import annotations

import json
from typing import Any

from incident.rules.terms import Agreement, load
from tests.rules.planning_case import CERT, CLOUD, FRENCH, MINISTRY, VENDOR

EVERYBODY = tuple(each.uri for each in (CERT, MINISTRY, VENDOR, CLOUD, FRENCH))
ALLOWS = {"by": ["national", "sector"], "cite": "Art. 9"}


def clause(id_: str = "notice", **more: Any) -> dict[str, Any]:
    """A clause of the operator towards its CERT, within 24 hours of filing; None takes a key away."""
    made = {
        "id": id_, "title": f"Title of {id_}", "cite": f"Art. {id_}", "owed_by": {"role": "operator"}, "owed_to": {"role": "home_cert"},
        "owes": "a notice", "within": {"hours": 24}, "discharged_by": "submitted", **more,
    }  # fmt: skip
    return {key: value for key, value in made.items() if value is not None}


def document(name: str, layer: str, *clauses: dict[str, Any], **more: Any) -> Agreement:
    """An agreement of that layer between everybody, in force in 2026 and 2027."""
    made = {
        "name": name, "version": "1", "title": f"Title of {name}", "zone": "Europe/Tallinn", "layer": layer,
        "in_force": {"from": "2026-01-01", "until": "2027-12-31"}, "parties": list(EVERYBODY), **more,
    }  # fmt: skip
    if clauses:
        made["commitments"] = list(clauses)
    return load(json.dumps(made))


def of(name: str, clause_: str = "notice") -> dict[str, str]:
    """A reference to a clause of another document."""
    return {"agreement": name, "clause": clause_}


def relaxes(name: str, clause_: str = "notice", *, cite: str = "Art. 1", **within: Any) -> dict[str, Any]:
    """A relaxation to that period."""
    return {"of": of(name, clause_), "within": within, "cite": cite}


def baseline(**more: Any) -> Agreement:
    """A baseline whose notice may be relaxed up to 72 hours and displaced, by national and sector documents."""
    return document("base", "baseline", clause(relaxable={**ALLOWS, "most": {"hours": 72}}, displaceable=ALLOWS, **more))
