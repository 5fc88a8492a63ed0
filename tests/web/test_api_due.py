"""POST /due: a law for supposed facts, and cases of legal time, with what is wrong named by pointer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.callers import STRANGER, Callers, faults, problem_of

NIS2: dict[str, Any] = {
    "regime": "eu.nis2.art23", "zone": "Europe/Tallinn",
    "facts": {"aware_at": "2026-03-27T17:40+02:00", "significant_incident": True, "is_essential_entity": True},
}  # fmt: skip
CASE: dict[str, Any] = {"id": "a", "rule": "eu1182_hours", "n": 72, "start": "2026-11-20T16:20", "zone": "Europe/Brussels"}


def stages(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json["stages"]}


def test_a_law_is_dated_stage_by_stage_in_three_zones_with_reasons(api: Callers) -> None:
    answer = api.post("/due", {**NIS2, "recipient_zone": "Asia/Tokyo", "recipient_calendar": "EE:public"}, STRANGER)
    found = stages(answer)["early_warning"]
    assert (answer.json["regime"], answer.json["standing"], answer.json["jurisdiction"]) == ("eu.nis2.art23", "template", "EE")
    assert found["applies"] is True
    assert found["due"]["utc"] == "2026-03-28T16:00:00Z"
    assert found["due"]["local"] == "2026-03-28T18:00:00+02:00"
    assert found["due"]["recipient"] == "2026-03-29T01:00:00+09:00"
    assert found["target"]["utc"] == "2026-03-28T15:40:00Z"
    assert found["because"][-1]["code"] == "due"
    assert stages(answer)["service_recipients"]["due"] is None


def test_a_submission_moves_what_runs_from_it(api: Callers) -> None:
    predicted = stages(api.post("/due", NIS2))["final_report"]
    done = {"incident_notification": {"at": "2026-03-28T11:00", "zone": "Europe/Tallinn"}}
    real = stages(api.post("/due", {**NIS2, "submitted": done}))["final_report"]
    assert (predicted["predicted"], predicted["due"]["utc"]) == (True, "2026-04-30T21:00:00Z")
    assert (real["predicted"], real["due"]["utc"]) == (False, "2026-04-28T21:00:00Z")


def test_only_what_may_apply_can_be_asked_for(api: Callers) -> None:
    every, some = api.post("/due", NIS2).json["stages"], api.post("/due", {**NIS2, "applies_only": True}).json["stages"]
    assert [each for each in every if each["applies"] is not False] == some
    assert len(some) < len(every)


def test_a_fact_that_the_law_does_not_ask_about_is_said(api: Callers) -> None:
    assert api.post("/due", {**NIS2, "facts": {"payment_at": "2026-03-27T17:40Z"}}).json["not_asked"] == ["payment_at"]


def test_cases_are_answered_in_their_order_each_for_itself(api: Callers) -> None:
    half = {"id": "half", "rule": "elapsed_hours", "n": 0.5, "start": "2026-11-20T09:00:00Z", "zone": "UTC"}
    answer = api.post("/due", {"vectors": [CASE, {"id": "b", "rule": "eu1183_hours"}, half]})
    assert answer.status_code == 200
    good, bad, fraction = answer.json
    assert (good["id"], good["due_utc"]) == ("a", "2026-11-23T16:00Z")
    assert good["because"]
    assert (bad["id"], bad["code"], bad["pointer"]) == ("b", "unknown_rule", "/vectors/1/rule")
    assert "there are:" in bad["error"]
    assert fraction["due_utc"] == "2026-11-20T09:30Z"


def test_a_bare_list_and_the_word_cases_do_as_well(api: Callers) -> None:
    listed = {"cases": [{**CASE, "cal": "mine", "rule": "business_days", "n": 1}], "calendars": {"mine": {"add": ["2026-11-23"]}}}
    assert api.post("/due", listed).json[0]["due_local"] == "2026-11-24T24:00"
    assert api.post("/due", [CASE]).json[0]["due_utc"] == "2026-11-23T16:00Z"


def test_the_same_key_and_fraction_again_gets_the_stored_answer(api: Callers) -> None:
    asked = [{"id": "half", "rule": "elapsed_hours", "n": 0.5, "start": "2026-11-20T09:00:00Z", "zone": "UTC"}]
    first = api.post("/due", asked, headers={"Idempotency-Key": "due"})
    again = api.post("/due", asked, headers={"Idempotency-Key": "due"})
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.post("/due", [{**asked[0], "n": 1.5}], headers={"Idempotency-Key": "due"})
    assert problem_of(other, 409)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"regime": "nis2"}, {"/regime": "unknown_regime"}),
        ({"regime": 7}, {"/regime": "wrong_type"}),
        ({"zone": "Europe/Talinn"}, {"/zone": "unknown_zone"}),
        ({"zone": "UTC"}, {"/jurisdiction": "required"}),
        ({"zone": None}, {"/zone": "required"}),
        ({"zone": None, "jurisdiction": "US"}, {"/zone": "required"}),
        ({"jurisdiction": "ee"}, {"/jurisdiction": "unknown_country"}),
        ({"calendar": "EE:banks"}, {"/calendar": "unknown_calendar"}),
        ({"recipient_zone": "Mars", "recipient_calendar": 3}, {"/recipient_zone": "unknown_zone", "/recipient_calendar": "wrong_type"}),
        ({"submitted": {"early_warnings": "2026-03-28T09:00Z"}}, {"/submitted/early_warnings": "unknown_stage"}),
        ({"submitted": {"early_warning": "2026-03-28T09:00"}}, {"/submitted/early_warning": "naive_time"}),
        ({"submitted": {"early_warning": None}}, {"/submitted/early_warning": "wrong_type"}),
        ({"facts": {"awareat": "x"}}, {"/facts/awareat": "unknown_fact"}),
        ({"facts": {"aware_at": "2026-03-27T17:40"}}, {"/facts/aware_at": "naive_time"}),
        ({"facts": {"aware_at": "1899-12-31T17:40Z"}}, {"/facts/aware_at": "out_of_range"}),
        ({"facts": {"aware_at": {"at": "2201-01-01", "precision": "day", "zone": "UTC"}}}, {"/facts/aware_at/at": "out_of_range"}),
        ({"facts": {"aware_at": {"at": "2026-03-29T03:30", "zone": "Europe/Tallinn"}}}, {"/facts/aware_at/at": "in_gap"}),
        ({"facts": {"aware_at": {"at": "2026-10-25T03:30", "zone": "Europe/Tallinn"}}}, {"/facts/aware_at/fold": "ambiguous"}),
        ({"facts": {"significant_incident": {"value": True, "about": "me"}}}, {"/facts/significant_incident/about": "not_here"}),
        ({"facts": {"severity": "high"}}, {"/facts/severity": "not_a_fact"}),
        ({"facts": {"affected_individuals": 0.5}}, {"/facts/affected_individuals": "wrong_value"}),
        ({"stage": "early_warning"}, {"/stage": "unknown_field"}),
        ({"vectors": []}, {"/vectors": "unknown_field"}),
    ],
)
def test_what_cannot_be_supposed_is_named_by_its_pointer(api: Callers, change: dict[str, Any], expected: dict[str, str]) -> None:
    assert faults(api.post("/due", {**NIS2, **change})) == expected


def test_the_nearest_names_and_what_was_expected_are_said(api: Callers) -> None:
    errors = problem_of(api.post("/due", {**NIS2, "regime": "eu.nis.art23"}), 422)["errors"]
    assert "did you mean eu.nis2.art23" in errors[0]["message"]
    gap = {"facts": {"aware_at": {"at": "2026-03-29T03:30", "zone": "Europe/Tallinn"}}}
    message = problem_of(api.post("/due", {**NIS2, **gap}), 422)["errors"][0]["message"]
    assert "02:59" in message
    assert "04:00" in message


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"n": -1}, "/n", "not_positive"),
        ({"n": 0}, "/n", "not_positive"),
        ({"n": 10**9}, "/n", "too_long"),
        ({"n": 0.3}, "/n", "not_whole"),
        ({"n": None}, "/n", "missing"),
        ({"unit": "fortnight"}, "/unit", "wrong_unit"),
        ({"zone": "Mars/Olympus"}, "/zone", "unknown_zone"),
        ({"cal": "XX:public"}, "/cal", "unknown_calendar"),
        ({"start": None}, "/start", "not_a_time"),
        ({"start": "1899-01-01T00:00"}, "/start", "out_of_range"),
        ({"start": "2201-01-01T00:00"}, "/start", "out_of_range"),
        ({"start": "2026-03-29T02:30"}, "/start", "in_gap"),
        ({"rule": "dora_initial", "n": 4, "start": None}, "/start", "missing_anchor"),
        ({"opts": {"sideways": True}}, "/opts", "unknown_option"),
    ],
)
def test_a_case_that_cannot_be_worked_says_why_at_its_place(api: Callers, change: dict[str, Any], pointer: str, code: str) -> None:
    answer = api.post("/due", {"cases": [{**CASE, **change}, CASE]})
    assert answer.status_code == 200
    assert (answer.json[0]["pointer"], answer.json[0]["code"]) == (f"/cases/0{pointer}", code)
    assert answer.json[0]["error"]
    assert answer.json[1]["due_utc"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/regime": "required"}),
        ({"vectors": {}}, {"/vectors": "wrong_type"}),
        ({"vectors": [], "calendars": []}, {"/calendars": "type"}),
        ({"vectors": [], "zone": "UTC"}, {"/zone": "unknown_field"}),
        ({"vectors": [{}] * 1001}, {"/vectors": "too_many"}),
        ([{}] * 1001, {"": "too_many"}),
        ([{**CASE, "rule": "business_days", "n": 26_000}] * 4, {"": "too_long"}),
    ],
)
def test_a_document_that_holds_no_cases_is_refused_whole(api: Callers, body: Any, expected: dict[str, str]) -> None:
    assert faults(api.post("/due", body)) == expected


@pytest.mark.parametrize("number", ["1e400", "0.1e3", "0.12345678901234567890"])
def test_a_number_that_nobody_writes_by_hand_is_refused(api: Callers, number: str) -> None:
    sent = f'{{"cases": [{{"id": "a", "rule": "elapsed_hours", "n": {number}, "start": "2026-11-20T09:00Z", "zone": "UTC"}}]}}'
    answer = api.call("POST", "/due", data=sent, content_type="application/json")
    assert faults(answer) == {"/cases/0/n": "number_too_large"}


def test_elsewhere_a_fraction_is_still_refused(api: Callers) -> None:
    assert faults(api.post("/regimes/us.circia/armings", {"source": "s", "binds_from": 0.5})) == {"/binds_from": "fraction"}


def test_the_end_of_what_calendars_know_refuses_a_stage_and_not_the_rest(api: Callers) -> None:
    found = stages(api.post("/due", {**NIS2, "facts": {"aware_at": "2200-12-20T17:40Z"}}))
    assert found["early_warning"]["due"]["utc"] == "2200-12-21T18:00:00Z"
    assert found["final_report"]["due"] is None
    assert "1900 to 2200" in found["final_report"]["error"]


def test_nobody_without_a_key_is_answered(api: Callers) -> None:
    problem_of(api.post("/due", NIS2, None), 401)
