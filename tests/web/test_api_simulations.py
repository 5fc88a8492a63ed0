"""POST /agreements/simulations: a document tried out on a described case and on the cases on record, and what is wrong by pointer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.callers import FILER, OPERATOR, RECIPIENT, STRANGER, Callers, a_body, faults, problem_of

ASSURANCE = (Path(__file__).parents[2] / "web/demo/agreements/sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
SHORTER = ASSURANCE.replace("acknowledge_within: {hours: 4}", "acknowledge_within: {hours: 2}").replace('version: "3.1"', 'version: "4.0"')
PATH = "/agreements/simulations"


@pytest.fixture(scope="module", autouse=True)
def filed(api: Callers) -> dict[str, Any]:
    return api.files(reference="tried out")


def test_past_cases_are_answered_with_the_difference_alone(api: Callers, filed: dict[str, Any]) -> None:
    answer = api.post(PATH, {"text": SHORTER, "past": True})
    assert answer.status_code == 200, answer.text
    found = answer.json
    assert (found["agreement"]["version"], found["total"], found["next"]) == ("4.0", 1, None)
    (case,) = found["cases"]
    assert case["incident"] == filed["incident"]
    assert {each["commitment"] for each in case["clocks"]} == {"supplier_notice.acknowledge"}
    assert {each["change"] for each in case["clocks"]} == {"earlier"}
    assert found["summary"]["clocks"]["earlier"] == len(case["clocks"])
    assert all("items" not in each for each in case["notices"])


def test_a_described_case_is_answered_in_full_and_not_filed(api: Callers) -> None:
    before = api.count("incident"), api.count("notice"), api.count("evidence_entry")
    answer = api.post(PATH, {"text": SHORTER, "case": a_body(reference="described")})
    assert answer.status_code == 200, answer.text
    (case,) = answer.json["cases"]
    assert case["unchanged"] > 0
    assert all(each["then"]["because"] for each in case["clocks"])
    assert any(each["items"] for each in case["notices"])
    assert (api.count("incident"), api.count("notice"), api.count("evidence_entry")) == before


def test_it_can_be_repeated_under_a_key(api: Callers) -> None:
    asked = {"text": SHORTER, "past": True, "limit": 5}
    first = api.post(PATH, asked, headers={"Idempotency-Key": "what if"})
    again = api.post(PATH, asked, headers={"Idempotency-Key": "what if"})
    assert (first.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_each_sees_its_own_cases_alone(api: Callers) -> None:
    seen = {by: api.post(PATH, {"text": SHORTER, "past": True}, by).json["total"] for by in (FILER, OPERATOR, RECIPIENT, STRANGER)}
    assert seen == {FILER: 1, OPERATOR: 1, RECIPIENT: 0, STRANGER: 0}
    refused = api.post(PATH, {"text": SHORTER, "case": a_body(reference="not mine")}, RECIPIENT)
    assert problem_of(refused, 403)["code"] == "not_allowed"


def test_typical_cases_are_played_by_ones_own_deployment_where_it_fits_else_by_the_invented_cast(api: Callers) -> None:
    before = api.count("incident"), api.count("notice"), api.count("evidence_entry")
    found = api.post(PATH, {"text": SHORTER, "typical": "all"}).json
    assert (api.count("incident"), api.count("notice"), api.count("evidence_entry")) == before
    played = {each["typical"]["id"]: each for each in found["cases"]}
    assert found["summary"]["cases"] == found["total"] == len(found["cases"]) == len(played) + 1  # one case has two steps
    own = played["ransomware"]
    assert (own["typical"]["by"], own["deployment"], own["in_place_of"][0]["version"]) == ("own", "ee-citizen-assistant", "3.1")
    assert {(each["commitment"], each["change"]) for each in own["clocks"]} == {("supplier_notice.acknowledge", "earlier")}
    assert played["far-zone"]["typical"]["by"] == "invented"
    assert {each["id"] for each in api.get("/agreements/typical-cases").json["items"]} == set(played)


def test_one_typical_case_is_answered_in_full_and_moved_by_the_slider(api: Callers) -> None:
    asked = {"text": SHORTER, "typical": "friday-evening", "at": "2026-05-22T20:30:00+02:00"}
    (case,) = api.post(PATH, asked).json["cases"]
    assert (case["typical"]["aware_at"], case["filed_at"]) == ("2026-05-22T18:30:00Z", "2026-05-22T19:15:00Z")
    assert all(each["then"]["because"] for each in case["clocks"])
    assert any(each["items"] for each in case["notices"])
    assert {each["how"] for each in case["typical"]["cast"]} <= {"itself", "known", "left_over"}


def test_the_library_is_listed_and_each_document_of_it_can_be_tried(api: Callers) -> None:
    items = api.get("/agreements/library").json["items"]
    assert len(items) >= 8
    for each in items:
        text = api.get(f"/agreements/library/{each['id']}").json["text"]
        found = api.post(PATH, {"text": text, "typical": "ransomware"}).json
        assert found["agreement"]["digest"] == each["digest"]
    assert problem_of(api.get("/agreements/library/nothing"), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({}, {"/text": "required"}),
        ({"text": ASSURANCE}, {"": "one_of"}),
        ({"text": ASSURANCE, "past": True, "case": {}}, {"": "one_of"}),
        ({"text": ASSURANCE, "past": True, "typical": "all"}, {"": "one_of"}),
        ({"text": ASSURANCE, "typical": "flood"}, {"/typical": "unknown_case"}),
        ({"text": ASSURANCE, "typical": "all", "at": "soon"}, {"/at": "not_a_time"}),
        ({"text": ASSURANCE, "typical": "all", "at": "1900-01-01T00:00:00Z"}, {"/at": "out_of_range"}),
        ({"text": ASSURANCE, "past": True, "at": "2026-01-01T00:00:00Z"}, {"/at": "only_with_typical"}),
        ({"text": ASSURANCE, "past": True, "limit": 201}, {"/limit": "out_of_range"}),
        ({"text": ASSURANCE, "past": True, "after": "x"}, {"/after": "not_an_id"}),
        ({"text": ASSURANCE, "past": True, "after": "00000000-0000-4000-8000-000000000000"}, {"/after": "unknown_case"}),
        ({"text": ASSURANCE, "case": a_body(), "limit": 5}, {"/limit": "only_with_past"}),
        ({"text": ASSURANCE, "case": a_body(severity="awful")}, {"/case/severity": "not_one_of"}),
        ({"text": ASSURANCE, "case": a_body(deployment="nowhere")}, {"/case/deployment": "unknown_deployment"}),
        ({"text": ASSURANCE.replace("hours: 1}", "hours: soon}"), "past": True}, {"/commitments/0/within/hours": "invalid"}),
    ],
)
def test_what_is_wrong_is_named_by_pointer(api: Callers, asked: dict[str, Any], named: dict[str, str]) -> None:
    assert faults(api.post(PATH, asked)) == named


def test_an_instant_to_come_is_named_below_the_case(api: Callers) -> None:
    later = a_body(facts={"aware_at": "2030-01-01T00:00:00Z", "significant_incident": True})
    assert "/case/facts/aware_at" in faults(api.post(PATH, {"text": ASSURANCE, "case": later}))
