"""Bad input: a clear 4xx that names every bad field, never a 500, never half a case."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator

import pytest

from tests.web.callers import FILER, STRANGER, Callers, a_body, address, faults, problem_of

JSON = {"Content-Type": "application/json"}
TABLES = ("incident", "report", "fact", "obligation", "act", "notice", "notification", "evidence_entry", "deployment", "agreement_version")


@pytest.fixture(autouse=True)
def _nothing_is_kept(api: Callers) -> Iterator[None]:
    before = [api.count(table) for table in TABLES]
    yield
    assert [api.count(table) for table in TABLES] == before


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"facts": {"aware_at": "2026-11-20T17:40:00"}}, {"/facts/aware_at": "naive_time"}),
        ({"facts": {"aware_at": "2026-11-23T09:00:01Z"}}, {"/facts/aware_at": "in_the_future"}),
        ({"facts": {"aware_at": {"at": "2026-03-29T03:30:00", "zone": "Europe/Tallinn"}}}, {"/facts/aware_at/at": "in_gap"}),
        ({"deployment": "atlantis"}, {"/deployment": "unknown_deployment"}),
        ({"deployment": "jp-citizen-desk"}, {"/deployment": "unknown_deployment"}),
        ({"surprise": 1}, {"/surprise": "unknown_field"}),
        ({"revision": "1"}, {"/revision": "wrong_type"}),
        ({"exercise": 1}, {"/exercise": "wrong_type"}),
        ({"summary": "nul\0"}, {"/summary": "control_character"}),
        ({"summary": "bell\x07"}, {"/summary": "control_character"}),
        ({"summary": "x" * 4001}, {"/summary": "wrong_length"}),
        ({"facts": {"aware_at": {"at": "2026-11-23T08:00:00Z", "about": "nobody-we-know"}}}, {"/facts/aware_at/about": "unknown_party"}),
        (
            {"facts": {"aware_at": ["2026-11-23T08:00:00Z", {"at": "2026-11-23T08:00:00Z", "about": "nobody-we-know"}]}},
            {"/facts/aware_at/1/about": "unknown_party"},
        ),
        (
            {"severity": "dire", "facts": {"aware_at": {"at": "2026-11-23T08:00:00Z", "about": "nobody-we-know"}}},
            {"/severity": "not_one_of", "/facts/aware_at/about": "unknown_party"},
        ),
        (
            {"deployment": "atlantis", "facts": {"personal_data_breach": {"value": True, "about": "nobody-we-know"}}},
            {"/deployment": "unknown_deployment", "/facts/personal_data_breach/about": "unknown_party"},
        ),
    ],
)
def test_a_report_with_one_fault_is_refused_for_it(api: Callers, changed: dict[str, object], expected: dict[str, str]) -> None:
    for path in ("/reports", "/reports/preview"):
        assert faults(api.post(path, a_body(**changed))) == expected


def test_every_fault_is_named_at_once_the_deployment_too(api: Callers) -> None:
    body = a_body(
        deployment="atlantis", severity="dire", surprise=1, facts={"aware_at": "2027-01-01T00:00:00Z", "detected_at": "yesterday"}
    )
    assert faults(api.post("/reports", body)) == {
        "/deployment": "unknown_deployment", "/severity": "not_one_of", "/surprise": "unknown_field",
        "/facts/aware_at": "in_the_future", "/facts/detected_at": "not_a_time",
    }  # fmt: skip


def test_ten_megabytes_are_too_many(api: Callers) -> None:
    answer = api.call("POST", "/reports", data=b'{"summary": "' + b"x" * 10_000_000 + b'"}', headers=JSON)
    assert problem_of(answer, 413)["code"] == "too_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b'{"deployment": ', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "too_deep"),
        (b"[" * 900_000, "too_deep"),
    ],
)
def test_what_cannot_be_read_is_a_400(api: Callers, data: bytes, code: str) -> None:
    assert problem_of(api.call("POST", "/reports", data=data, headers=JSON), 400)["code"] == code


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/yaml", ""]
)
def test_another_content_type_is_a_415(api: Callers, kind: str) -> None:
    answer = api.call("POST", "/reports", data=json.dumps(a_body()), headers={"Content-Type": kind} if kind else {})
    assert "application/json" in problem_of(answer, 415)["detail"]


def test_a_compressed_body_is_a_415(api: Callers) -> None:
    answer = api.call("POST", "/reports", data=gzip.compress(json.dumps(a_body()).encode()), headers={**JSON, "Content-Encoding": "gzip"})
    assert problem_of(answer, 415)["code"] == "compressed"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer demarche_00000000_wrong",
        "Bearer ",
        "Bearer",
        "Basic ZTp4",
        "",
        "Bearer " + "x" * 5000,
        "Bearer \xe9",
        "demarche_00000000_wrong",
    ],
)
def test_a_wrong_key_is_a_401_that_says_how(api: Callers, header: str) -> None:
    answer = api.get("/incidents", by=None, headers={"Authorization": header})
    assert problem_of(answer, 401)["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key_is_told_nothing_of_what_is_wrong_with_the_body(api: Callers) -> None:
    answer = api.call("POST", "/reports", by=None, data=b"{", headers={**JSON, "Authorization": "Bearer demarche_00000000_wrong"})
    assert problem_of(answer, 401)["code"] == "not_signed_in"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("verdict=late", {"/verdict": "not_one_of"}),
        ("verdict=missed&verdict=met", {"/verdict": "repeated"}),
        ("due_before=2026-11-20", {"/due_before": "too_coarse"}),
        ("due_before=2026-11-20T00:00:00", {"/due_before": "naive_time"}),
        ("owed_by=EE%00", {"/owed_by": "control_character"}),
        ("limit=0", {"/limit": "out_of_range"}),
        ("limit=201", {"/limit": "out_of_range"}),
        ("limit=ten", {"/limit": "wrong_type"}),
        ("limit=1e3", {"/limit": "wrong_type"}),
        ("incident=17", {"/incident": "not_an_id"}),
        ("color=red", {"/color": "unknown_parameter"}),
        ("cursor=nonsense", {"/cursor": "bad_cursor"}),
        ("cursor=W10", {"/cursor": "bad_cursor"}),
        ("changed_since=%F0%9F%9A%A6", {"/changed_since": "bad_cursor"}),
        ("cursor=" + "x" * 501, {"/cursor": "wrong_length"}),
        ("cursor=a&changed_since=b", {"/cursor": "not_together"}),
        ("owed_by=nobody-we-know", {"/owed_by": "unknown_party"}),
    ],
)
def test_a_bad_query_is_refused_parameter_by_parameter(api: Callers, query: str, expected: dict[str, str]) -> None:
    assert faults(api.get(f"/obligations?{query}")) == expected


def test_an_offset_whose_plus_was_not_escaped_is_understood(api: Callers) -> None:
    assert api.get("/obligations?due_before=2026-11-20T00:00:00+02:00").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/obligations/{id}/acknowledgements", {}, {"/by": "required"}),
        ("/obligations/{id}/acknowledgements", {"by": "", "note": 3}, {"/by": "wrong_length", "/note": "wrong_type"}),
        ("/obligations/{id}/submissions", {"proof": ""}, {"/stage": "required", "/proof": "wrong_length"}),
        ("/obligations/{id}/submissions", {"stage": "x", "proof": {"sha256": 1}}, {"/proof/sha256": "wrong_type"}),
        ("/obligations/{id}/submissions", {"stage": "x", "proof": {}}, {"/proof": "wrong_length"}),
        ("/obligations/{id}/extensions", {"until": "soon"}, {"/until": "not_a_time", "/clause": "required", "/reason": "required"}),
        ("/obligations/{id}/waivers", {"reason": None}, {"/reason": "null"}),
        ("/notices/{id}/acknowledgements", {"by": "A", "occurred_at": "now"}, {"/occurred_at": "not_a_time"}),
        ("/notices/{id}/release", {"really": True}, {"/really": "unknown_field"}),
        ("/notices/{id}/hold", [], {"": "wrong_type"}),
        ("/incidents/{id}/close", {"as": "solved"}, {"/as": "not_one_of", "/reason": "required"}),
        ("/incidents/{id}/close", {"as": "duplicate", "reason": "r", "duplicate_of": "17"}, {"/duplicate_of": "not_an_id"}),
        (
            "/incidents/{id}/reclassify",
            {"reason": "r", "severity": "dire", "facts": {"x": 1}},
            {"/severity": "not_one_of", "/facts/x": "unknown_fact"},
        ),
        ("/incidents/{id}/reopen", {}, {"/reason": "required"}),
    ],
)
def test_bodies_are_checked_before_anything_is_looked_up(api: Callers, path: str, body: object, expected: dict[str, str]) -> None:
    assert faults(api.post(path.format(id=uuid.uuid4()), body)) == expected


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/channels/webhook", {"url": "ftp://psirt.example/"}, {"/url"}),
        ("/channels/webhook", {"url": "https://10.0.0.1/hook"}, {"/url"}),
        ("/channels/webhook", {"url": "https://psirt.example/\r\nX: 1"}, {"/url"}),
        ("/channels/webhook", {"address": "x"}, {"/url", "/address"}),
        ("/channels/email", {"address": "nobody"}, {"/address"}),
        ("/channels/inbox", {"address": "x"}, {"/address"}),
        ("/channels/pager", {"url": "mailto://duty@psirt.example"}, {"/url"}),
        ("/channels/chat", {"url": "mmosts://10.0.0.1/abcdefgh"}, {"/url"}),
        ("/channels/chat", {"url": "mmosts://chat.example/abcdefgh?verify=no"}, {"/url"}),
        ("/deployments/EE_Desk", {}, {"/slug", "/name", "/jurisdiction", "/operator", "/system", "/data_may_live"}),
        ("/deployments/desk", {"name": "D", "jurisdiction": "EE", "operator": "ee-ministry", "system": {"name": 1}, "data_may_live": []},
         {"/system/name", "/system/version", "/data_may_live"}),
        ("/deployments/desk", {"name": "D", "jurisdiction": "EE", "operator": "nobody-we-know", "suppliers": ["nor-them"],
                               "system": {"name": "S", "version": "1"}, "data_may_live": ["EE"]}, {"/operator", "/suppliers/0"}),
        ("/deployments/desk", {"name": "", "jurisdiction": "XX", "operator": "nobody-we-know", "suppliers": ["meridian-models", "nor-them"],
                               "system": {"name": "S", "version": "1"}, "data_may_live": ["EE"]},
         {"/name", "/jurisdiction", "/operator", "/suppliers/1"}),
    ],
)  # fmt: skip
def test_what_is_put_is_checked_field_by_field(api: Callers, path: str, body: object, expected: set[str]) -> None:
    assert set(faults(api.call("PUT", path, json=body))) == expected


@pytest.mark.parametrize(
    "text", ["{[", "name: [unclosed", "a: &x 1\nb: *x", "- just\n- a list", "name: \x00", "!!python/object:os.system {}"]
)
def test_a_broken_agreement_says_where(api: Callers, text: str) -> None:
    assert faults(api.call("POST", "/agreements", data=text.encode(), headers={"Content-Type": "application/yaml"}))
    assert faults(api.post("/agreements", {"text": text}))


def test_an_agreement_that_is_not_utf_8_is_malformed(api: Callers) -> None:
    answer = api.call("POST", "/agreements", data=b"name: \xff", headers={"Content-Type": "application/yaml"})
    assert problem_of(answer, 400)["code"] == "malformed"


@pytest.mark.parametrize(
    "path", ["/nope", "/incidents/17", "/incidents/", "/incidents/6d73ff71-3305-4d08-a683-6be28236979f/nope", "//api/v2/incidents", "//api"]
)
def test_an_address_that_is_none_is_a_404_and_never_a_page(api: Callers, path: str) -> None:
    assert problem_of(api.get(path), 404)["code"] == "no_such_address"


def test_another_method_is_a_405_that_says_which(api: Callers) -> None:
    answer = api.call("DELETE", "/incidents")
    assert problem_of(answer, 405)["code"] == "method_not_allowed"
    assert {each.strip() for each in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_what_is_missing_and_what_is_hidden_are_answered_with_the_same_bytes(api: Callers) -> None:
    missing = uuid.uuid4()
    for path in (f"/incidents/{missing}", f"/obligations/{missing}", f"/notices/{missing}", f"/agreements/{missing}"):
        first, second = api.get(path, FILER), api.get(path, STRANGER)
        assert problem_of(first, 404)["code"] == "not_found"
        assert first.data == second.data


def test_a_long_value_is_not_sent_back_whole(api: Callers) -> None:
    answer = api.post("/reports", a_body(facts={"aware_at": "x" * 500_000}))
    assert faults(answer) == {"/facts/aware_at": "not_a_time"}
    assert len(answer.data) < 2000


def test_a_thousand_faults_are_counted_and_the_first_hundred_named(api: Callers) -> None:
    problem = problem_of(api.post("/reports", a_body(facts={f"no_such_{number}": 1 for number in range(250)})), 422)
    assert len(problem["errors"]) == 100
    assert "250" in problem["detail"]


def test_addresses_are_those_of_this_version() -> None:
    assert address("/reports") == "/api/v1/reports"
