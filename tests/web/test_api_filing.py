"""Filing through the API: once, whatever is repeated, and never half."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from waitress.server import create_server
from waitress.wasyncore import close_all

from tests.web.callers import DEPLOYMENT, FILER, OPERATOR, RECIPIENT, Callers, a_body, faults, problem_of

TABLES = ("incident", "report", "fact", "obligation", "act", "notice", "notification", "reply", "evidence_entry")


def counts(api: Callers) -> dict[str, int]:
    return {table: api.count(table) for table in TABLES}


def test_a_report_is_answered_with_its_clocks_and_notices(api: Callers) -> None:
    answer = api.post("/reports", a_body(reference="first"))
    assert answer.status_code == 201
    filed = answer.json
    assert answer.headers["Location"] == f"/api/v1/incidents/{filed['incident']}"
    assert filed["reference"] == "first"
    warning = next(each for each in filed["obligations"] if each["commitment"] == "eu.nis2.art23.early_warning")
    assert (warning["owed_by"], warning["owed_to"], warning["verdict"]) == (OPERATOR, FILER, "running")
    assert warning["source"]["kind"] == "regime"
    assert warning["due_at"].startswith("2026-11-24T")
    assert all({"code", "text", "cite", "at"} == set(line) for line in warning["because"])
    assert any(each["due_at"] is None for each in filed["obligations"]), "a duty without a number has none"
    told = next(each for each in filed["notices"] if each["to"] == RECIPIENT)
    assert (told["released"], told["awaiting"]) == (True, False)
    assert told["digest"].startswith("sha256:")


def test_the_same_report_again_is_the_same_answer_and_one_effect(api: Callers) -> None:
    first = api.post("/reports", a_body(reference="again"))
    before = counts(api)
    second = api.post("/reports", a_body(reference="again"))
    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.json == first.json
    assert counts(api) == before


def test_another_body_under_the_same_identity_is_a_conflict(api: Callers) -> None:
    api.files(reference="contradicted")
    before = counts(api)
    assert problem_of(api.post("/reports", a_body(reference="contradicted", summary="Another story")), 409)["code"] == "report_exists"
    assert counts(api) == before


def test_a_preview_is_what_filing_answers_and_leaves_nothing(api: Callers) -> None:
    before = counts(api)
    previewed = api.post("/reports/preview", a_body(reference="previewed"))
    assert previewed.status_code == 200
    assert counts(api) == before
    filed = api.post("/reports", a_body(reference="previewed")).json

    def clocks(answer: dict[str, Any]) -> list[tuple[str, str, str | None]]:
        return sorted((each["commitment"], each["owed_by"], each["due_at"]) for each in answer["obligations"])

    assert clocks(previewed.json) == clocks(filed)
    assert {(each["to"], each["digest"]) for each in previewed.json["notices"]} == {
        (each["to"], each["digest"]) for each in filed["notices"]
    }


def test_a_key_gives_back_its_answer_and_nothing_happens_twice(api: Callers) -> None:
    obligation = next(each["id"] for each in api.files(reference="keyed")["obligations"] if each["commitment"].endswith("early_warning"))
    body = {"stage": "early_warning", "proof": "RIA-1"}
    first = api.post(f"/obligations/{obligation}/submissions", body, headers={"Idempotency-Key": "k-1"})
    before = counts(api)
    again = api.post(f"/obligations/{obligation}/submissions", body, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert counts(api) == before
    other = api.post(f"/obligations/{obligation}/submissions", {**body, "proof": "RIA-2"}, headers={"Idempotency-Key": "k-1"})
    assert problem_of(other, 409)["code"] == "idempotency_key_reused"
    elsewhere = api.post("/reports", a_body(reference="keyed elsewhere"), headers={"Idempotency-Key": "k-1"})
    assert problem_of(elsewhere, 409)["code"] == "idempotency_key_reused"


def test_a_key_belongs_to_its_party(api: Callers) -> None:
    incident = api.files(reference="whose key")["incident"]
    notice = next(each["id"] for each in api.get(f"/incidents/{incident}").json["notices"] if each["to"] == RECIPIENT)
    body, headers = {"by": "N. Aoki"}, {"Idempotency-Key": "shared"}
    told = api.post(f"/notices/{notice}/acknowledgements", body, RECIPIENT, headers=headers)
    assert told.status_code == 200
    assert faults(api.post(f"/notices/{notice}/acknowledgements", body, FILER, headers=headers), 404) == {}


def test_a_refusal_keeps_no_key(api: Callers) -> None:
    headers = {"Idempotency-Key": "mended"}
    assert api.post("/reports", a_body(reference="mended", severity="dire"), headers=headers).status_code == 422
    assert api.post("/reports", a_body(reference="mended"), headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "a" * 201, "tab\tin it"])
def test_a_key_that_cannot_be_kept_is_refused(api: Callers, key: str) -> None:
    assert faults(api.post("/reports", a_body(), headers={"Idempotency-Key": key})) == {"/Idempotency-Key": "bad_idempotency_key"}


def test_a_supplier_answers_reports_and_files_none(api: Callers) -> None:
    before = counts(api)
    assert problem_of(api.post("/reports", a_body(reference="not mine"), RECIPIENT), 403)["code"] == "not_allowed"
    assert problem_of(api.post("/reports/preview", a_body(reference="not mine"), RECIPIENT), 403)["code"] == "not_allowed"
    assert counts(api) == before


def test_a_hundred_at_once_file_one_incident(api: Callers) -> None:
    """Through the real server, which queues what its threads cannot take at once."""
    body, key = json.dumps(a_body(reference="hundredfold")), api.key(FILER)
    connections: dict[int, Any] = {}
    server = create_server(api.app, map=connections, host="127.0.0.1", port=0, threads=4)
    serving = threading.Thread(target=server.run)
    serving.start()

    def post(_number: int) -> tuple[int, bool, str]:
        connection = HTTPConnection("127.0.0.1", server.effective_port, timeout=60)
        connection.request("POST", "/api/v1/reports", body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        told = answer.status, answer.headers["Idempotency-Replayed"] == "true", json.dumps(json.loads(answer.read()), sort_keys=True)
        connection.close()
        return told

    try:
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(post, range(100)))
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(lambda: close_all(connections))
        serving.join(10)
    assert Counter((status, replayed) for status, replayed, _ in answers) == {(201, False): 1, (200, True): 99}
    assert len({text for *_, text in answers}) == 1
    rows = api.world.rows("select count(*) from demarche.incident where reference = 'hundredfold'")
    assert rows[0][0] == 1


def test_a_later_stage_joins_its_incident(api: Callers) -> None:
    first = api.files(reference="staged")
    api.world.forward(minutes=1)
    second = api.post("/reports", a_body(reference="staged", stage="incident_notification", severity="high"))
    assert second.status_code == 201
    assert second.json["incident"] == first["incident"]
    shown = api.get(f"/incidents/{first['incident']}").json
    assert [each["stage"] for each in shown["reports"]] == ["early_warning", "incident_notification"]
    assert shown["incident"]["deployment"] == DEPLOYMENT


@pytest.mark.parametrize("tlp", ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])
@pytest.mark.parametrize("breach", [True, False, None])
def test_a_report_under_any_label_is_filed_whatever_is_known_of_it(api: Callers, tlp: str, breach: bool | None) -> None:
    facts = {"aware_at": "2026-11-23T10:40:00+02:00", "significant_incident": True, "personal_data_breach": breach}
    filed = api.files(reference=f"{tlp} {breach}", tlp=tlp, facts=facts)
    ways = [(each["to"], each["pre_authorised_by"] is not None, bool(each["items"])) for each in filed["notices"]]
    assert len(set(ways)) == len(ways)
    if tlp == "RED":
        assert {each["to"] for each in filed["notices"] if each["items"]} == {OPERATOR}


def test_a_case_that_turns_red_leaves_nothing_to_be_released_to_others(api: Callers) -> None:
    facts = {"aware_at": "2026-11-23T10:40:00+02:00", "significant_incident": True, "personal_data_breach": True}
    filed = api.files(reference="turns red", facts=facts)
    assert any(each["awaiting"] and each["items"] for each in filed["notices"])
    path = f"/incidents/{filed['incident']}"
    assert api.post(f"{path}/reclassify", {"reason": "a source would be burnt", "tlp": "RED"}).status_code == 200
    waiting = [each for each in api.get(path).json["notices"] if each["awaiting"]]
    assert waiting
    assert all(each["items"] == {} for each in waiting)
    assert {problem_of(api.post(f"/notices/{each['id']}/release"), 409)["code"] for each in waiting} == {"nothing_may_leave"}
    assert api.post(f"{path}/reclassify", {"reason": "published now", "tlp": "GREEN"}).status_code == 200
    again = [each for each in api.get(path).json["notices"] if each["awaiting"]]
    assert again
    assert all(each["items"] for each in again)


def test_an_earlier_revision_never_overtakes_a_later_one(api: Callers) -> None:
    corrected = {"aware_at": "2026-11-23T10:20:00+02:00", "significant_incident": True}
    filed = api.files(reference="overtaken", revision=2, facts=corrected)
    late = api.post("/reports", a_body(reference="overtaken", revision=1))
    assert problem_of(late, 409)["code"] == "revision_passed"
    shown = api.get(f"/incidents/{filed['incident']}").json
    assert [each["entered"] for each in shown["facts"] if each["name"] == "aware_at"] == ["2026-11-23T10:20:00+02:00"]
    assert api.post("/reports", a_body(reference="overtaken", revision=2, facts=corrected)).status_code == 200
    assert api.post("/reports", a_body(reference="overtaken", stage="incident_notification", facts=corrected)).status_code == 201
