"""An officer tries out a version before anybody signs: on the cases that her party sees, and on one that she describes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import yaml

from incident.actions.acknowledge import acknowledge
from incident.actions.arm_regime import arm_regime
from incident.actions.commands import DoneBy
from incident.actions.publish_agreement import publish_agreement
from incident.actions.simulate_agreement import simulate_agreement
from incident.errors import Invalid, NotAllowed
from incident.rules import terms
from tests.stories.test_the_law_desk import say_it_is
from tests.world import World, a_report, a_world

ROOT = Path(__file__).parents[2]
ASSURANCE = (ROOT / "web/demo/agreements/sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
TABLES = ("incident", "obligation", "notice", "notification", "act", "evidence_entry", "fact", "report", "timer", "agreement_version")


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def stricter(**clauses: dict[str, Any]) -> str:
    """The assurance agreement as a draft of its next version, with members of these clauses replaced."""
    document = {**terms.load(ASSURANCE).document, "version": "4.0", "in_force": {"from": "2030-01-01"}}
    document["commitments"] = [{**each, **clauses.get(each["id"], {})} for each in document["commitments"]]
    return yaml.safe_dump(document, sort_keys=False)


def tries(world: World, text: str, by: str = "cert-ee", **how: Any) -> dict[str, Any]:
    with world.work(by) as work:
        return simulate_agreement(work, text, **how)


def rows(world: World) -> dict[str, int]:
    return {table: world.rows(f"select count(*) from demarche.{table}")[0][0] for table in TABLES}


def a_case_that_ran(world: World, reference: str = "EE-1") -> dict[str, Any]:
    """Filed, delivered, acknowledged by one supplier after two hours; three days have passed."""
    filed = world.files(reference=reference)
    world.sweep()
    world.forward(hours=2)
    duty = next(o for o in filed["obligations"] if o["commitment"] == "supplier_notice.acknowledge" and o["owed_by"] == "meridian-models")
    with world.work("meridian-models") as work:
        acknowledge(work, UUID(duty["id"]), DoneBy("N. Aoki"))
    world.forward(days=3)
    world.sweep()
    return filed


def test_the_version_in_force_does_with_past_cases_what_it_did_and_nothing_else(world: World) -> None:
    a_case_that_ran(world)
    world.files(reference="EE-2", severity="medium", tlp="GREEN", affected_countries=("FR",))
    world.sweep()
    world.forward(days=1)
    world.files(reference="EE-2", severity="critical", stage="incident_notification", affected_countries=("FR",))
    world.sweep()
    found = tries(world, ASSURANCE)
    assert found["summary"]["cases"] == found["total"] == 2
    assert (found["summary"]["different"], found["summary"]["conflicts"], found["summary"]["off_record"]) == (0, 0, 0)
    assert found["summary"]["late"] == found["summary"]["late_before"] > 0
    missed = world.rows("select count(*) from demarche.obligation where settled_as in ('missed', 'met_late') and superseded_by is null")
    assert found["summary"]["late"] == missed[0][0]
    assert all(each["in_place_of"][0]["name"] == "sovereign-ai-assurance" for each in found["cases"])
    assert all(each["clocks"] == each["notices"] == [] for each in found["cases"])


def test_a_draft_shows_who_would_have_been_late_and_leaves_no_trace(world: World) -> None:
    a_case_that_ran(world)
    before = rows(world)
    found = tries(world, stricter(supplier_notice={"acknowledge_within": {"hours": 1}}))
    assert rows(world) == before
    (case,) = found["cases"]
    assert (case["reference"], case["in_place_of"][0]["version"]) == ("EE-1", "3.1")
    moved = {each["owed_by"]: each for each in case["clocks"] if each["commitment"] == "supplier_notice.acknowledge"}
    mine, other = moved["meridian-models"], next(each for slug, each in moved.items() if slug != "meridian-models")
    assert (mine["change"], mine["before"]["verdict"], mine["then"]["verdict"]) == ("earlier", "met", "met_late")
    assert (other["before"]["verdict"], other["then"]["verdict"]) == ("missed", "missed")
    assert found["summary"]["late"] == found["summary"]["late_before"] + 1


def test_what_is_on_record_cannot_be_written_while_it_is_tried(world: World) -> None:
    a_case_that_ran(world)
    with world.work("cert-ee") as work:
        seen: list[str] = []

        def watch(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement.split()[0].lower())

        sa.event.listen(work.connection, "before_cursor_execute", watch)
        simulate_agreement(work, ASSURANCE)
        assert "set" in seen
        assert {"insert", "update", "delete"}.isdisjoint(seen)
        assert (work.recorded, work.wakes) == ([], set())
        publish_agreement(work, stricter())  # the work itself may write again
    assert rows(world)["agreement_version"] == 4


def test_a_described_case_is_planned_as_its_filing_would_be_and_is_not_filed(world: World) -> None:
    before = rows(world)
    found = tries(world, stricter(supplier_notice={"within": {"minutes": 20}}), case=a_report(reference="EE-7"))
    assert rows(world) == before
    (case,) = found["cases"]
    filed = world.files(reference="EE-7")
    on_record = {(o["commitment"], o["owed_by"], o["owed_to"]): (o["target_at"], o["due_at"]) for o in filed["obligations"]}
    planned = {
        (c["commitment"], c["owed_by"], c["owed_to"]): (c["before"]["target_at"], c["before"]["due_at"])
        for c in case["clocks"] if c["before"]
    }  # fmt: skip
    assert planned == on_record
    assert {c["commitment"] for c in case["clocks"] if c["change"] != "same"} == {"supplier_notice"}
    told = {each["to"]: each["items"] for each in filed["notices"]}
    (same,) = tries(world, ASSURANCE, case=a_report(reference="EE-7"))["cases"]
    assert {each["to"]: each["items"] for each in same["notices"]} == told
    assert same["unchanged"] == len(same["clocks"])
    assert (case["incident"], case["off_record"]) == (None, 0)


def test_only_the_cases_that_one_may_see_are_tried(world: World) -> None:
    a_case_that_ran(world)
    assert tries(world, ASSURANCE, by="ee-ministry")["summary"]["cases"] == 1
    for stranger in ("cert-jp", "meridian-models"):  # one knows nothing, one was told
        found = tries(world, ASSURANCE, by=stranger)
        assert (found["summary"]["cases"], found["total"], found["cases"]) == (0, 0, [])
    with pytest.raises(NotAllowed):
        tries(world, ASSURANCE, by="meridian-models", case=a_report(reference="EE-8"))


def test_an_operator_is_told_that_it_does_not_see_every_agreement(world: World) -> None:
    world.files(affected_countries=("FR",))
    seen = {by: tries(world, ASSURANCE, by=by)["cases"][0]["off_record"] for by in ("cert-ee", "ee-ministry")}
    assert seen["cert-ee"] == 0
    assert seen["ee-ministry"] > 0


def test_what_the_filer_armed_binds_in_its_past_cases_too(world: World) -> None:
    say_it_is(world, "us-agency", is_circia_covered=True)
    with world.work("cert-us") as work:
        arm_regime(work, "us.circia", None, source="a final rule", binds_from=date(2026, 1, 1))
    world.forward(minutes=1)
    filed = world.files("cert-us", deployment="us-claims-assistant", covered_cyber_incident=True, reasonable_belief_at=None)
    assert "us.circia" in {each["source"]["name"] for each in filed["obligations"]}
    assert tries(world, ASSURANCE, by="cert-us")["summary"]["off_record"] == 0


def test_they_come_newest_first_and_in_parts(world: World) -> None:
    for number in range(5):
        world.files(reference=f"EE-{number}")
        world.forward(minutes=1)
    first = tries(world, ASSURANCE, limit=3)
    second = tries(world, ASSURANCE, limit=3, after=UUID(first["next"]))
    assert [each["reference"] for part in (first, second) for each in part["cases"]] == [f"EE-{number}" for number in (4, 3, 2, 1, 0)]
    assert (first["total"], second["next"]) == (5, None)
    with pytest.raises(Invalid) as refused:
        tries(world, ASSURANCE, by="cert-fr", after=UUID(first["next"]))
    assert refused.value.faults[0].pointer == "/after"
