"""The lawyer's desk: laws dated for supposed facts, by the code that plans cases, and the days that a period walks over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from incident import law
from incident.rules import desk
from incident.rules.desk import StageDue, Supposed, Worked
from incident.rules.facts import Scalar
from incident.rules.legaltime import Basis, Moment, Period, calendar, dated, moment, zone
from incident.rules.regimes import catalogue, regime
from incident.rules.walked_days import Walk, walk


def supposed(
    zone_name: str, jurisdiction: str, *, submitted: dict[str, datetime] | None = None, **facts: str | Scalar | Moment
) -> Supposed:
    """Facts of somebody there; text that begins with a year is an instant on the clocks of the place."""
    made = {name: moment(value, zone=zone_name) if isinstance(value, str) and value[:2] == "20" else value for name, value in facts.items()}
    public = f"{jurisdiction}:public"
    return Supposed(zone_name, public, jurisdiction, zone_name, public, made, submitted or {})


def worked(id: str, given: Supposed) -> Worked:
    found = regime(id)
    assert found is not None
    return desk.work(found, given)


def stage(found: Worked, id: str) -> StageDue:
    return next(each for each in found.stages if each.stage.id == id)


def due(found: Worked, id: str) -> datetime:
    deadline = stage(found, id).planned.deadline
    assert deadline is not None
    return deadline.due_at


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_dora_takes_the_earlier_of_four_hours_from_classification_and_twenty_four_from_awareness() -> None:
    late = worked("eu.dora.art19", supposed("Europe/Vilnius", "LT", aware_at="2026-11-18T10:00", classified_at="2026-11-19T08:30"))
    assert due(late, "initial") == utc("2026-11-19T08:00")  # 10:00 in Vilnius, before 12:30
    early = worked("eu.dora.art19", supposed("Europe/Vilnius", "LT", aware_at="2026-11-18T10:00", classified_at="2026-11-18T11:00"))
    assert due(early, "initial") == utc("2026-11-18T13:00")


def test_an_anchor_that_can_still_move_leaves_the_date_predicted() -> None:
    found = worked("eu.dora.art19", supposed("Europe/Vilnius", "LT", aware_at="2026-11-18T10:00"))
    assert stage(found, "initial").planned.predicted


def test_the_last_report_of_the_cra_runs_from_the_measure_and_not_from_awareness() -> None:
    aware = supposed("Europe/Prague", "CZ", aware_at="2026-11-20T12:00", actively_exploited_vulnerability=True)
    found = stage(worked("eu.cra.art14.vuln", aware), "final_report").planned
    assert found.deadline is None
    assert found.because[-1].code == "waits"
    assert "measure_available_at" in found.because[-1].text
    measured = supposed("Europe/Prague", "CZ", aware_at="2026-11-20T12:00", measure_available_at="2026-12-10T18:00")
    assert due(worked("eu.cra.art14.vuln", measured), "final_report") == utc("2026-12-28T23:00")  # vector B13


def test_the_chain_of_nis2_is_predicted_until_the_notification_is_submitted() -> None:
    facts: dict[str, Any] = {"aware_at": "2026-03-27T17:40", "significant_incident": True, "is_essential_entity": True}
    before = worked("eu.nis2.art23", supposed("Europe/Tallinn", "EE", **facts))
    assert stage(before, "final_report").planned.predicted
    assert due(before, "final_report") == utc("2026-04-30T21:00")  # a month from the latest lawful notification
    done = {"incident_notification": utc("2026-03-28T09:00")}
    after = worked("eu.nis2.art23", supposed("Europe/Tallinn", "EE", submitted=done, **facts))
    assert not stage(after, "final_report").planned.predicted
    assert due(after, "final_report") == utc("2026-04-28T21:00")


def test_a_national_law_has_the_chain_of_its_directive() -> None:
    done = {"incident_notification": utc("2026-03-28T09:00")}
    found = worked("ee.nis2", supposed("Europe/Tallinn", "EE", aware_at="2026-03-27T17:40", submitted=done))
    assert not stage(found, "final_report").planned.predicted
    base = supposed("Europe/Tallinn", "EE", aware_at="2026-03-27T17:40")
    assert law.worked(worked("eu.nis2.art23", base), base)["in_its_place"] == ["ee.nis2"]
    assert worked("eu.nis2.art23", base).standing == "template"


def test_hipaa_splits_at_five_hundred_residents() -> None:
    def applying(people: int) -> set[str]:
        facts = {
            "is_hipaa_covered_entity": True,
            "unsecured_phi_breach": True,
            "residents_of_one_state": people,
            "affected_individuals": people,
        }
        found = worked("us.hipaa", supposed("America/New_York", "US", discovered_at="2026-02-02T09:00", **facts))
        return {each.stage.id for each in found.stages if each.applies}

    few, many = applying(20), applying(700)
    assert few != many
    assert few & many, "the people concerned are told in both"


def test_a_law_that_does_not_apply_yet_says_so_and_is_dated_all_the_same() -> None:
    first = worked("eu.cra.art14.vuln", supposed("Europe/Brussels", "BE", aware_at="2026-09-01T10:00"))
    assert first.standing == "not"
    assert law.standing_says(first.regime, date(2026, 9, 1)) == "It does not apply yet: it applies from 2026-09-11."
    assert due(first, "early_warning") == utc("2026-09-02T09:00")
    assert worked("eu.cra.art14.vuln", supposed("Europe/Brussels", "BE", aware_at="2026-09-11T10:00")).standing == "binding"


def test_what_is_not_supposed_is_unknown_and_named() -> None:
    found = stage(worked("eu.nis2.art23", supposed("Europe/Tallinn", "EE", aware_at="2026-03-27T17:40")), "early_warning")
    assert found.applies is None
    assert found.unknown == ("is_essential_entity", "is_important_entity", "significant_incident")
    abroad = worked("eu.nis2.art23", supposed("Asia/Tokyo", "JP", aware_at="2026-03-27T17:40"))
    assert stage(abroad, "early_warning").applies is False


def test_what_only_a_report_says_is_unknown_here() -> None:
    found = stage(worked("eu.mdr.art87", supposed("Asia/Tokyo", "JP", aware_at="2026-03-27T17:40")), "general")
    assert found.applies is None
    assert "affected_countries" in found.unknown


def test_a_condition_is_told_as_a_tree() -> None:
    found = regime("eu.nis2.art23")
    assert found is not None
    early, trust = law.regime(found)["stages"][:2]
    assert {"fact": "significant_incident", "of": "operator", "operator": "is", "operands": [True], "known": False} in early["when"]["all"]
    both = next(each["not"] for each in trust["when"]["all"] if "not" in each)
    assert [(each["fact"], each["known"]) for each in both["all"]] == [
        ("is_trust_service_provider", True),
        ("impacts_trust_services", True),
    ]


@pytest.mark.parametrize("id", [each.id for each in catalogue()])
def test_every_law_can_be_put_on_the_desk_and_told_as_json(id: str) -> None:
    found = regime(id)
    assert found is not None
    instants = {name: "2026-03-27T17:40" for name in found.asks if name.endswith("_at") or name == "authority_request_received"}
    given = supposed("Europe/Brussels", "BE", **instants)
    answer = law.worked(desk.work(found, given), given)
    assert [each["id"] for each in answer["stages"]] == [each.id for each in found.stages]
    for each in answer["stages"]:
        assert each["error"] is None
        assert (each["due"] is None) == (each["target"] is None)
        if each["period"] is None:
            assert each["due"] is None, "a duty without a number has no legal instant"
        else:
            assert each["due"] is not None, "every instant that it asks for is supposed"
            assert each["target"]["utc"] <= each["due"]["utc"]


@pytest.mark.parametrize(
    ("zone_name", "country"), [("Europe/Tallinn", "EE"), ("America/New_York", "US"), ("UTC", None), ("Europe/Nowhere", None)]
)
def test_a_zone_lies_in_one_country_or_in_none(zone_name: str, country: str | None) -> None:
    assert desk.country_of(zone_name) == country


def test_a_country_with_one_zone_needs_no_other_name_for_it() -> None:
    assert desk.zone_of("EE") == "Europe/Tallinn"
    assert desk.zone_of("US") is None
    assert desk.zone_of("ZZ") is None


def walked(period: Period, start: str, zone_name: str, calendar_id: str, *, opening: bool = False) -> Walk:
    at, tz, closed = moment(start, zone=zone_name), zone(zone_name), calendar(calendar_id)
    anchor = {"classified_at": at} if period.rule == "dora_initial" else at
    return walk(period, at.latest, dated(period, anchor, tz, closed, basis=Basis.PLANNING, cite=None), tz, closed, opening=opening)


def days(found: Walk, first: int, last: int, month: int = 11) -> str:
    """How each day of 2026 was taken: Event, counted, -skipped, Last, and a dot outside."""
    letters = {"event": "E", "counted": "c", "skipped": "-", "last": "L"}
    return "".join(letters[day.how] if (day := found.day(date(2026, month, number))) else "." for number in range(first, last + 1))


@pytest.mark.parametrize(
    ("period", "start", "calendar_id", "first", "last", "expected"),
    [
        # vector B01: Friday 20, the period is moved from Sunday 22 over Monday to Tuesday 24, the second working day
        (Period(2, "d", "eu1182_days"), "2026-11-20T09:00", "BE:public", 19, 25, ".EcccL."),
        (Period(3, "bd", "business_days"), "2026-11-20T09:00", "BE:public", 19, 26, ".E--ccL."),
        (Period(72, "h", "elapsed_hours"), "2026-11-20T09:00", "BE:public", 19, 24, ".cccL."),
        (Period(2, "d", "calendar_days", options={"count_first": True}), "2026-11-20T09:00", "BE:public", 19, 22, ".cL."),
        (Period(1, "d", "frcp_days"), "2026-11-20T09:00", "weekend", 19, 24, ".Ec-L."),
        (Period(4, "h", "dora_initial"), "2026-11-20T22:00", "weekend", 19, 24, ".cc-L."),
    ],
)
def test_days_are_counted_passed_over_or_last(period: Period, start: str, calendar_id: str, first: int, last: int, expected: str) -> None:
    assert days(walked(period, start, "Europe/Brussels", calendar_id), first, last) == expected


def test_a_period_that_is_counted_backwards_walks_backwards() -> None:
    found = walked(Period(3, "d", "cpr_backward"), "2026-11-26T10:00", "Europe/London", "GB-ENG:public")
    assert found.last < found.event
    assert days(found, 19, 27) == ".L--cccE."


def test_a_holiday_is_named_and_a_weekend_is_not() -> None:
    found = walked(Period(10, "d", "eu1182_days"), "2026-12-18T12:00", "Europe/Berlin", "DE:public")
    christmas, saturday = found.day(date(2026, 12, 25)), found.day(date(2026, 12, 19))
    assert christmas is not None
    assert (christmas.how, christmas.closed, christmas.named) == ("counted", "Christmas Day", True)
    assert saturday is not None
    assert (saturday.how, saturday.closed, saturday.named) == ("counted", "Saturday", False)
