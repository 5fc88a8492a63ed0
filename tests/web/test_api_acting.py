"""What is done after filing: acts, their permissions, versions, channels, deployments and agreements."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.callers import FILER, OPERATOR, RECIPIENT, STRANGER, WAITING, Callers, faults, problem_of


@pytest.fixture
def filed(api: Callers, request: pytest.FixtureRequest) -> dict[str, Any]:
    return api.files(reference=request.node.name[:200])


def duty(filed: dict[str, Any], commitment: str, by: str) -> str:
    return next(str(each["id"]) for each in filed["obligations"] if each["commitment"] == commitment and each["owed_by"] == by)


def notice(filed: dict[str, Any], to: str) -> str:
    return next(str(each["id"]) for each in filed["notices"] if each["to"] == to)


def test_a_submission_with_its_proof_meets_the_duty(api: Callers, filed: dict[str, Any]) -> None:
    warning = duty(filed, "eu.nis2.art23.early_warning", OPERATOR)
    body = {"stage": "early_warning", "proof": {"portal": "RIA-2026-7", "sha256": "ab" * 32}, "by": "M. Saar"}
    answer = api.post(f"/obligations/{warning}/submissions", body)
    assert (answer.status_code, answer.json["verdict"]) == (200, "met")
    act = api.get(f"/obligations/{warning}").json["acts"][-1]
    assert (act["kind"], act["by"], act["detail"]["proof"]) == ("submitted", "M. Saar", body["proof"])


def test_without_a_name_the_holder_of_the_key_did_it(api: Callers, filed: dict[str, Any]) -> None:
    warning = duty(filed, "eu.nis2.art23.early_warning", OPERATOR)
    api.post(f"/obligations/{warning}/submissions", {"stage": "early_warning", "proof": "RIA-1"}, OPERATOR)
    assert api.get(f"/obligations/{warning}").json["acts"][-1]["by"] == api.get("/me", OPERATOR).json["as"]


def test_the_wrong_stage_is_refused_by_pointer(api: Callers, filed: dict[str, Any]) -> None:
    warning = duty(filed, "eu.nis2.art23.early_warning", OPERATOR)
    answer = api.post(f"/obligations/{warning}/submissions", {"stage": "final_report", "proof": "x"})
    assert faults(answer) == {"/stage": "wrong_stage"}


def test_an_acknowledgement_cannot_lie_in_the_future(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/notices/{notice(filed, RECIPIENT)}/acknowledgements"
    answer = api.post(path, {"by": "N. Aoki", "occurred_at": "2031-01-01T00:00:00Z"}, RECIPIENT)
    assert faults(answer) == {"/occurred_at": "in_the_future"}
    told = api.post(path, {"by": "N. Aoki", "occurred_at": "2026-11-23T08:59:00Z", "note": "on duty"}, RECIPIENT)
    assert (told.status_code, told.json["acknowledged_by"]) == (200, "N. Aoki")


def test_a_statutory_clock_is_never_extended(api: Callers, filed: dict[str, Any]) -> None:
    warning = duty(filed, "eu.nis2.art23.early_warning", OPERATOR)
    body = {"until": "2026-12-31T00:00:00Z", "clause": "none", "reason": "please"}
    assert problem_of(api.post(f"/obligations/{warning}/extensions", body), 403)["code"] == "not_extendable"


def test_an_extension_names_its_clause_and_moves_the_instant(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/obligations/{duty(filed, 'mitigation_plan', RECIPIENT)}/extensions"
    body = {"until": "2026-12-20T00:00:00+01:00", "clause": "cl. 99", "reason": "translation"}
    assert problem_of(api.post(path, body, RECIPIENT), 403)["code"] == "not_allowed"
    assert faults(api.post(path, body)) == {"/clause": "wrong_clause"}
    assert faults(api.post(path, {**body, "clause": "cl. 12.1", "until": "2026-11-24T00:00:00Z"})) == {"/until": "not_later"}
    granted = api.post(path, {**body, "clause": "cl. 12.1"})
    assert (granted.status_code, granted.json["due_at"]) == (200, "2026-12-19T23:00:00Z")


def test_a_pause_is_refused_with_the_reason_where_no_clause_knows_of_one(api: Callers, filed: dict[str, Any]) -> None:
    body = {"ground": "injunction", "clause": "cl. 9", "reason": "The court forbids it."}
    statutory = api.post(f"/obligations/{duty(filed, 'eu.nis2.art23.early_warning', OPERATOR)}/pauses", body)
    refused = problem_of(statutory, 403)
    assert (refused["code"], "statutory clock" in refused["detail"]) == ("not_pausable", True)
    agreed = problem_of(api.post(f"/obligations/{duty(filed, 'mitigation_plan', RECIPIENT)}/pauses", body), 403)
    assert agreed["code"] == "not_pausable"
    resumed = api.post(f"/obligations/{duty(filed, 'mitigation_plan', RECIPIENT)}/resumptions", {"reason": "r"})
    assert problem_of(resumed, 409)["code"] == "not_paused"


def test_what_is_wrong_with_a_pause_or_an_excuse_is_named(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/obligations/{duty(filed, 'mitigation_plan', RECIPIENT)}"
    assert faults(api.post(f"{path}/pauses", {"ground": "weather"})) == {
        "/ground": "not_one_of", "/clause": "required", "/reason": "required",
    }  # fmt: skip
    assert faults(api.post(f"{path}/excuses", {"ground": "prohibition", "reason": "We may not."})) == {"/provision": "required"}
    assert problem_of(api.post(f"{path}/excuses", {"ground": "force_majeure", "reason": "Flood."}), 403)["code"] == "not_excusable"


def test_a_prohibition_is_said_by_the_debtor_and_shown_beside_the_verdict(api: Callers, filed: dict[str, Any]) -> None:
    api.world.sweep()
    path = f"/obligations/{duty(filed, 'mitigation_plan', RECIPIENT)}"
    seen = api.get(path, RECIPIENT).headers["ETag"]
    body = {"ground": "prohibition", "provision": "Export Order 2026/7, Art. 5", "reason": "It came into force today."}
    said = api.post(f"{path}/excuses", body, RECIPIENT, headers={"If-Match": seen})
    assert (said.status_code, said.json["verdict"]) == (200, "running")
    (beside,) = api.get(path).json["excused"]
    assert (beside["kind"], beside["clause"], beside["by"]) == ("prohibited", "Export Order 2026/7, Art. 5", "owed_by")
    assert problem_of(api.post(f"{path}/excuses", body, RECIPIENT, headers={"If-Match": seen}), 412)["code"] == "changed_meanwhile"
    assert problem_of(api.post(f"{path}/excuses", body, STRANGER), 404)["code"] == "not_found"


def test_releasing_sends_and_holding_afterwards_is_too_late(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/notices/{notice(filed, WAITING)}"
    assert api.get(path, WAITING).status_code == 404
    assert api.post(f"{path}/release").json["released"] is True
    assert api.post(f"{path}/release").status_code == 200
    assert problem_of(api.post(f"{path}/hold", {"reason": "no"}), 409)["code"] == "already_released"
    assert api.get(path, WAITING).status_code == 200


def test_an_incident_is_closed_and_reopened(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/incidents/{filed['incident']}"
    closed = api.post(f"{path}/close", {"as": "false_alarm", "reason": "a test of the gateway"})
    assert (closed.status_code, closed.json["incident"]["closed_as"]) == (200, "false_alarm")
    assert problem_of(api.post(f"{path}/close", {"as": "resolved", "reason": "r"}), 409)["code"] == "case_closed"
    assert problem_of(api.post(f"{path}/reclassify", {"reason": "r", "severity": "low"}), 409)["code"] == "case_closed"
    assert api.post(f"{path}/reopen", {"reason": "it was none"}).json["incident"]["status"] == "open"
    kinds = [each["kind"] for each in api.get(f"{path}/timeline").json["items"]]
    assert kinds[0] == "report.filed"


def test_a_duplicate_names_the_other_incident(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/incidents/{filed['incident']}/close"
    assert faults(api.post(path, {"as": "duplicate", "reason": "r"})) == {"/duplicate_of": "required"}
    assert faults(api.post(path, {"as": "duplicate", "reason": "r", "duplicate_of": filed["incident"]})) == {"/duplicate_of": "itself"}
    unknown = {"as": "duplicate", "reason": "r", "duplicate_of": str(uuid.uuid4())}
    assert faults(api.post(path, unknown)) == {"/duplicate_of": "unknown_incident"}
    other = api.files(reference="the first of the two")["incident"]
    assert api.post(path, {**unknown, "duplicate_of": other}).json["incident"]["duplicate_of"] == other


def test_reclassifying_changes_what_is_given(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/incidents/{filed['incident']}/reclassify"
    assert faults(api.post(path, {"reason": "r"})) == {"": "nothing_to_change"}
    body = {"reason": "smaller than feared", "severity": "medium", "affected_countries": [], "facts": {"personal_data_breach": False}}
    changed = api.post(path, body)
    assert changed.status_code == 200, changed.text
    shown = api.get(f"/incidents/{filed['incident']}").json
    assert (shown["incident"]["severity"], shown["incident"]["tlp"], shown["incident"]["affected_countries"]) == ("medium", "AMBER", [])
    assert any(fact["name"] == "personal_data_breach" and fact["value"] is False for fact in shown["facts"])


def test_what_changed_meanwhile_is_not_changed_unseen(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/incidents/{filed['incident']}"
    seen = api.get(path).headers["ETag"]
    assert re.fullmatch(r'"[^"]+"', seen)
    body = {"reason": "r", "severity": "high"}
    assert api.post(f"{path}/reclassify", body, headers={"If-Match": seen}).status_code == 200
    stale = api.post(f"{path}/reclassify", {**body, "severity": "low"}, headers={"If-Match": seen})
    assert problem_of(stale, 412)["code"] == "changed_meanwhile"
    now = api.get(path)
    assert now.json["incident"]["severity"] == "high"
    assert now.headers["ETag"] != seen
    either = api.post(f"{path}/close", {"as": "resolved", "reason": "r"}, headers={"If-Match": f'"other", {now.headers["ETag"]}'})
    assert either.status_code == 200


def test_an_obligation_that_changed_meanwhile_is_not_acted_on_unseen(api: Callers, filed: dict[str, Any]) -> None:
    plan = next(each for each in filed["obligations"] if each["commitment"] == "mitigation_plan" and each["owed_by"] == RECIPIENT)
    path = f"/obligations/{plan['id']}"
    api.world.sweep()  # tells the debtor, which from then on sees it
    seen, seen_by_debtor = api.get(path).headers["ETag"], api.get(path, RECIPIENT).headers["ETag"]
    assert seen == seen_by_debtor
    later = {"until": "2027-02-01T00:00:00Z", "clause": "cl. 12.1", "reason": "agreed by telephone"}
    assert api.post(f"{path}/extensions", later, headers={"If-Match": seen}).status_code == 200
    proof = {"stage": "mitigation_plan", "proof": "sha256 of the plan"}
    stale = api.post(f"{path}/submissions", proof, RECIPIENT, headers={"If-Match": seen_by_debtor})
    assert problem_of(stale, 412)["code"] == "changed_meanwhile"
    assert api.get(path).json["verdict"] == "running"
    now = api.get(path, RECIPIENT).headers["ETag"]
    assert api.post(f"{path}/submissions", proof, RECIPIENT, headers={"If-Match": now}).json["verdict"] == "met"
    assert api.post(f"{path}/waivers", {"reason": "r"}, STRANGER, headers={"If-Match": now}).status_code == 404


def test_a_notice_that_changed_meanwhile_is_not_released_unseen(api: Callers, filed: dict[str, Any]) -> None:
    notice = next(each for each in filed["notices"] if each["awaiting"])
    path = f"/notices/{notice['id']}"
    seen = api.get(path).headers["ETag"]
    assert api.post(f"{path}/hold", {"reason": "a suspect"}, headers={"If-Match": seen}).status_code == 200
    assert problem_of(api.post(f"{path}/release", {}, headers={"If-Match": seen}), 412)["code"] == "changed_meanwhile"
    now = api.get(path).headers["ETag"]
    assert problem_of(api.post(f"{path}/release", {}, headers={"If-Match": now}), 409)["code"] == "notice_cancelled"


def test_a_repeated_change_is_answered_again_although_its_version_has_passed(api: Callers, filed: dict[str, Any]) -> None:
    path = f"/incidents/{filed['incident']}"
    headers = {"If-Match": api.get(path).headers["ETag"], "Idempotency-Key": filed["incident"]}
    body = {"reason": "r", "severity": "high"}
    first, second = (api.post(f"{path}/reclassify", body, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code, second.json) == (200, 200, first.json)


def test_a_webhook_shows_its_secret_once(api: Callers) -> None:
    put = api.call("PUT", "/channels/webhook", RECIPIENT, json={"url": "http://127.0.0.1:9/hook"})
    assert put.status_code == 200
    assert put.json["secret"].startswith("whsec_")
    assert put.json["public_key"].startswith("whpk_")
    listed = api.get("/channels", RECIPIENT)
    assert put.json["secret"] not in listed.text
    assert {each["address"] for each in listed.json["items"] if each["kind"] == "webhook"} == {"http://127.0.0.1:9/hook"}


def test_a_test_goes_out_over_the_channel_that_is_set(api: Callers) -> None:
    api.call("PUT", "/channels/email", STRANGER, json={"address": "desk@cert-jp.example"})
    sent = api.post("/channels/email/test", None, STRANGER).json
    api.world.sweep()
    found = [each for each in api.get("/notifications", STRANGER).json["items"] if each["id"] == sent["notification"]]
    assert [each["state"] for each in found] == ["sent"]
    assert [(each["notice"], each["incident"]) for each in found] == [(None, None)]
    assert api.world.subjects("desk@cert-jp.example")


def test_a_channel_that_is_not_set_cannot_be_tested(api: Callers) -> None:
    assert problem_of(api.post("/channels/webhook/test", None, OPERATOR), 404)["code"] == "not_found"


def test_a_deployment_is_registered_once(api: Callers) -> None:
    body = {
        "name": "Tax assistant", "jurisdiction": "EE", "operator": OPERATOR, "suppliers": [RECIPIENT],
        "system": {"name": "Assistant", "version": "2", "models": ["m-1"]}, "data_may_live": ["EE", "FI"],
    }  # fmt: skip
    first = api.call("PUT", "/deployments/ee-tax-assistant", json=body)
    assert (first.status_code, first.json["suppliers"]) == (201, [RECIPIENT])
    again = api.call("PUT", "/deployments/ee-tax-assistant", json=body)
    assert (again.status_code, again.json) == (200, first.json)
    other = api.call("PUT", "/deployments/ee-tax-assistant", json={**body, "name": "Another"})
    assert problem_of(other, 409)["code"] == "deployment_exists"
    assert api.get("/deployments/ee-tax-assistant", RECIPIENT).json == first.json
    assert faults(api.get("/deployments/EE"), 422) == {"/slug": "not_a_slug"}
    assert api.files(deployment="ee-tax-assistant", reference="there")["obligations"]


def test_a_version_is_compared_with_the_one_before_or_with_one_that_is_named(api: Callers) -> None:
    name = "cert-mutual-aid"
    first = next(each for each in api.get("/agreements").json["items"] if each["name"] == name)
    missing = api.get(f"/agreements/{first['id']}/diff")
    assert faults(missing, 422) == {"/against": "required"}
    text = re.sub(r"(?m)^version: .*$", 'version: "9.1"', api.get(f"/agreements/{first['id']}").json["text"])
    api.world.forward(minutes=1)
    second = api.post("/agreements", {"text": re.sub(r"(?m)^title: .*$", "title: Mutual aid, anew", text, count=1)})
    assert second.status_code == 201, second.text
    found = api.get(f"/agreements/{second.json['id']}/diff").json
    assert (found["old"]["id"], found["new"]["id"]) == (first["id"], second.json["id"])
    assert [(each["aspect"], each["after"]) for each in found["changes"]] == [("title", "Mutual aid, anew")]
    back = api.get(f"/agreements/{first['id']}/diff?against={second.json['id']}").json
    assert [(each["before"], each["effect"]) for each in back["changes"]] == [("Mutual aid, anew", "same")]
    assert faults(api.get(f"/agreements/{first['id']}/diff?against=x"), 422) == {"/against": "not_an_id"}


def test_what_one_is_no_party_to_is_compared_with_nothing(api: Callers) -> None:
    mine = next(each for each in api.get("/agreements", STRANGER).json["items"])
    theirs = next(each for each in api.get("/agreements").json["items"] if each["name"] == "ee-meridian-model-weights")
    for one, other in ((mine, theirs), (theirs, mine)):
        assert problem_of(api.get(f"/agreements/{one['id']}/diff?against={other['id']}", STRANGER), 404)["code"] == "not_found"


def test_an_agreement_is_published_once_and_accepted(api: Callers) -> None:
    found = next(each for each in api.get("/agreements").json["items"] if each["name"] == "ee-meridian-model-weights")
    text = api.get(f"/agreements/{found['id']}").json["text"].replace(f"version: '{found['version']}'", "version: '9.0'")
    text = re.sub(r"(?m)^version: .*$", 'version: "9.0"', text)
    yaml = {"Content-Type": "application/yaml"}
    first = api.call("POST", "/agreements", data=text.encode(), headers=yaml)
    assert first.status_code == 201, first.text
    assert first.headers["Location"] == f"/api/v1/agreements/{first.json['id']}"
    assert (first.json["version"], first.json["awaiting"]) == ("9.0", sorted(set(first.json["parties"]) - {FILER}))
    again = api.post("/agreements", {"text": text})
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    changed = api.post("/agreements", {"text": text.replace("title: ", "title: New ", 1)})
    assert problem_of(changed, 409)["code"] == "immutable"
    for party in first.json["awaiting"]:
        last = api.post(f"/agreements/{first.json['id']}/acceptances", None, party)
        assert last.status_code == 200, last.text
    assert last.json["awaiting"] == []
    assert problem_of(api.get(f"/agreements/{first.json['id']}", STRANGER), 404)["code"] == "not_found"


def test_the_laws_are_listed_with_where_each_number_stands(api: Callers) -> None:
    regimes = {each["id"]: each for each in api.get("/regimes").json["items"]}
    stages = {each["id"]: each for each in regimes["eu.nis2.art23"]["stages"]}
    assert stages["early_warning"]["period"]["n"] == 24
    assert "23" in stages["early_warning"]["period_cite"]


def test_the_vocabulary_says_what_is_asked_and_what_may_be_answered(api: Callers) -> None:
    told = api.get("/facts").json
    facts = {each["name"]: each for each in told["facts"]}
    assert facts["aware_at"]["type"] == "instant"
    assert facts["personal_data_breach"]["domain"] == [True, False, None]
    assert facts["personal_data_breach"]["question"].endswith("?")
    assert (told["severity"], told["tlp"][0], told["stage"][0]) == (["low", "medium", "high", "critical"], "CLEAR", "early_warning")
    assert "running" in told["verdict"]
