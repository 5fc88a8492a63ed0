"""How long planning one case takes, beside the floor of the deadlines that it cannot do without.

    make bench          (or: python -m bench.planning --rounds 200)

Prints one JSON document. The case is that of the demo: the national CERT of Estonia files an early warning for the ministry's
assistant. It is planned against the demo's agreements and the laws whose stages bind in it, and against five agreements and the
whole catalogue. The floor is dating the deadlines of that plan and nothing else. Times are of the processor.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from incident.rules import regimes, terms
from incident.rules.case import Case, Deployment, Party
from incident.rules.commitment import Commitment
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime import Moment, calendar, dated, zone
from incident.rules.planning import Planned, plan
from incident.rules.planning.rederiving import frozen_inputs

FILED = datetime(2026, 11, 23, 9, tzinfo=UTC)


def the_case(aware_at: datetime) -> Case:
    """The demo's case, from the file that the demo world is made of."""
    world = yaml.safe_load(files("web.demo").joinpath("world.yaml").read_text(encoding="utf-8"))
    everybody = {each["slug"]: _party(each) for each in world["parties"]}
    given = next(each for each in world["deployments"] if each["slug"] == "ee-citizen-assistant")
    operator, suppliers = everybody[given["operator"]], tuple(everybody[each] for each in given["suppliers"])
    deployment = Deployment(uuid.uuid4(), given["slug"], given["name"], given["jurisdiction"], operator, suppliers, "S", "1", (), ("EE",))
    said: dict[str, Any] = {"aware_at": Moment.exactly(aware_at), "significant_incident": True, "personal_data_breach": True}
    facts = [Fact(uuid.uuid4(), name, value, operator.id, everybody["cert-ee"].id, FILED) for name, value in said.items()]
    return Case(
        uuid.uuid4(), "INC-1", "R", "early_warning", "It leaks", "high", "AMBER", ("EE", "FR"), False, FILED, everybody["cert-ee"],
        deployment, tuple(everybody.values()), Facts.of(facts),
    )  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=200)
    rounds = asked.parse_args().rounds
    cases = [the_case(FILED - timedelta(seconds=7 * place)) for place in range(rounds + 1)]  # no clock twice
    agreed = [each for agreement in _agreements() for each in agreement.commitments]
    law = list(regimes.commitments(date(2026, 11, 23)))
    binding = {each.commitment.id for each in plan(cases[0], [*agreed, *law])}
    elsewhere = [each for each in law if "(" in each.source.version and "(ee." not in each.source.version]
    demo = [*agreed, *(each for each in law if each.id in binding and each not in elsewhere)]
    words = ("early_warning", "incident_notification", "final_report", "gdpr.art33.authority")
    four = [each for each in demo if each.source.kind == "regime" and each.id.endswith(words)]
    everything = [*agreed, *_two_more(agreed), *law]
    planned = plan(cases[0], demo)
    document = {
        "rounds": rounds,
        "four_laws": _figures(cases, four, rounds),
        "demo": _figures(cases, demo, rounds),
        "catalogue": _figures(cases, everything, rounds),
        "floor_ms": _milliseconds(lambda case: _deadlines(planned), cases, rounds),
        "freezing_ms": _milliseconds(lambda case: [frozen_inputs(each) for each in planned], cases, rounds),
    }
    print(json.dumps(document, indent=2))


def _figures(cases: list[Case], commitments: list[Commitment], rounds: int) -> dict[str, Any]:
    made = plan(cases[0], commitments)
    return {
        "commitments": len(commitments), "obligations": len(made), "provisional": sum(each.provisional for each in made),
        "plan_ms": _milliseconds(lambda case: plan(case, commitments), cases, rounds),
        "plan_again_ms": _milliseconds(lambda case: plan(cases[0], commitments), cases, rounds),
    }  # fmt: skip


def _deadlines(planned: list[Planned]) -> None:
    for each in planned:
        if each.clock and each.clock.period:
            moments = each.clock.starting
            anchor = dict(moments) if each.clock.combine == "rule" else moments[0][1]
            place = each.clock.place
            dated(each.clock.period, anchor, zone(place.zone), calendar(place.calendar), basis=each.clock.basis, cite=each.clock.cite)


def _milliseconds(what: Callable[[Case], object], cases: list[Case], rounds: int) -> float:
    """The median of the rounds, after a first pass that goes unmeasured."""
    what(cases[0])
    found = []
    for number in range(rounds):
        began = time.process_time_ns()
        what(cases[number + 1])
        found.append((time.process_time_ns() - began) / 1e6)
    return round(statistics.median(found), 3)


def _agreements() -> list[terms.Agreement]:
    shipped = files("web.demo").joinpath("agreements")
    return [terms.load(each.read_text(encoding="utf-8")) for each in sorted(shipped.iterdir(), key=str) if each.name.endswith(".yaml")]


def _two_more(agreed: list[Commitment]) -> list[Commitment]:
    """Two further agreements of the same shape, under names of their own."""
    return [
        replace(each, source=replace(each.source, name=f"{each.source.name}-{more}"))
        for more in ("b", "c")
        for each in agreed[: len(agreed) // 3]
    ]


def _party(given: dict[str, Any]) -> Party:
    profile = {name: value for group in given.get("profile", ()) for name, value in group["facts"].items()}
    return Party(
        uuid.uuid5(uuid.NAMESPACE_URL, given["uri"]), given["uri"], given["slug"], given["name"], given["kind"], given["jurisdiction"],
        given["zone"], given["calendar"], frozenset(given.get("competences", ())), profile,
    )  # fmt: skip


if __name__ == "__main__":
    main()
