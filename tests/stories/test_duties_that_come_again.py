"""Korea asks again for each new fact, FedRAMP each day until it is over; both over days, through the case itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from incident.actions.commands import DoneBy
from incident.actions.submit import submit
from incident.rules.legaltime import moment
from tests.stories.test_the_law_desk import say_it_is
from tests.world import World, a_world

DONE = DoneBy("duty officer", detail={"proof": "INC-4711"})
KOREA = "kr-document-translation"


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        say_it_is(made, "kr-agency", is_kr_ics_provider=True)
        say_it_is(made, "us-agency", is_fedramp_provider=True)
        yield made


def live(world: World, answer: dict[str, Any], commitment: str, by: str) -> list[dict[str, Any]]:
    every = world.incident(answer, by)["obligations"]
    return [each for each in every if each["commitment"] == commitment and each["superseded_by"] is None]


def korean(world: World, stage: str, new_fact_at: str | None, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"kr_intrusion_incident": True}
    if new_fact_at:
        facts["new_fact_at"] = moment(new_fact_at)
    return world.files("cert-kr", deployment=KOREA, reference="KR-1", stage=stage, aware_at="2026-11-23T09:00:00+09:00", **facts, **more)


def additional(world: World, answer: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    found = live(world, answer, "kr.network48_3.additional", "cert-kr")
    return sorted((each["occurrence"], each["due_at"], each["verdict"]) for each in found if each["verdict"] != "lapsed")


def test_each_new_fact_starts_a_clock_and_the_ones_before_keep_theirs(world: World) -> None:
    first = korean(world, "early_warning", "2026-11-23T14:00:00+09:00")
    assert additional(world, first) == [("first", "2026-11-24T05:00:00Z", "running")]
    world.forward(hours=8)
    korean(world, "incident_notification", "2026-11-23T20:00:00+09:00")
    assert additional(world, first) == [
        ("2", "2026-11-24T11:00:00Z", "running"),
        ("first", "2026-11-24T05:00:00Z", "running"),
    ]


def test_a_corrected_fact_moves_its_clock_and_starts_no_second_one(world: World) -> None:
    first = korean(world, "early_warning", "2026-11-23T14:00:00+09:00")
    world.forward(minutes=30)
    korean(world, "early_warning", "2026-11-23T13:00:00+09:00", revision=2)
    assert additional(world, first) == [("first", "2026-11-24T04:00:00Z", "running")]


def test_a_daily_report_comes_again_when_it_was_made_and_ends_with_the_incident(world: World) -> None:
    given: dict[str, Any] = {"reportable_incident": True, "identified_at": moment("2026-11-23T03:00:00-05:00")}
    case = world.files("cert-us", deployment="us-claims-assistant", reference="US-1", aware_at="2026-11-23T03:00:00-05:00", **given)
    one_hour = live(world, case, "us.fedramp.icp.one_hour", "cert-us")
    assert one_hour, [each["commitment"] for each in case["obligations"]]
    for each in one_hour:
        with world.work("cert-us") as work:
            submit(work, UUID(each["id"]), "one_hour", DONE)
    for day in range(1, 4):
        daily = [each for each in live(world, case, "us.fedramp.icp.daily_update", "cert-us") if each["verdict"] == "running"]
        assert [each["occurrence"] for each in daily] == ["first" if day == 1 else str(day)]
        assert not daily[0]["predicted"]
        world.forward(hours=20)
        with world.work("cert-us") as work:
            submit(work, UUID(daily[0]["id"]), "daily_update", DONE)
    resolved = world.now.isoformat()
    world.files(
        "cert-us", deployment="us-claims-assistant", reference="US-1", stage="final_report", aware_at="2026-11-23T03:00:00-05:00",
        resolved_at=moment(resolved), **given,
    )  # fmt: skip
    ended = live(world, case, "us.fedramp.icp.daily_update", "cert-us")
    assert sorted((each["occurrence"], each["verdict"]) for each in ended) == [
        ("2", "met"),
        ("3", "met"),
        ("4", "lapsed"),
        ("first", "met"),
    ]
