"""The OpenAPI document names every call, every status and every field that is answered; the page says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.callers import OPERATOR, RECIPIENT, Callers, a_body
from tests.web.test_matrix import MUTUAL_AID, TABLE, routes
from web.problems import MEANING

Shape = dict[str, Any]


@pytest.fixture(scope="module")
def document(api: Callers) -> Shape:
    answer = api.get("/openapi.json", None)
    assert answer.status_code == 200
    found: Shape = answer.json
    return found


def operations(document: Shape) -> Iterator[tuple[str, str, Shape]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def spelt(rule: str) -> str:
    """A route as the document spells it."""
    return re.sub(r"<[^>]*:(\w+)>", r"{\1}", rule)


def test_the_document_is_of_its_version_and_stands_on_its_own(document: Shape) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"]
    assert document["info"]["version"]
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(set(names)) == len(names)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_call_is_in_it_and_nothing_else(api: Callers, document: Shape) -> None:
    described = {f"{method} {path.removeprefix('/api/v1')}" for method, path, _ in operations(document)}
    assert described == {spelt(route) for route in routes(api)}


def test_every_parameter_of_an_address_is_described_once(document: Shape) -> None:
    for method, path, operation in operations(document):
        given = [(each["in"], each["name"]) for each in operation["parameters"]]
        assert len(set(given)) == len(given), path
        assert {name for where, name in given if where == "path"} == set(re.findall(r"{(\w+)}", path)), path
        assert (("header", "Idempotency-Key") in given) == (method == "POST"), path


def test_every_status_of_the_matrix_is_described(document: Shape) -> None:
    described = {
        f"{method} {path.removeprefix('/api/v1')}": set(operation["responses"]) for method, path, operation in operations(document)
    }
    for call, row in TABLE.items():
        wanted = {str(getattr(row, role)) for role in ("own", "operator", "recipient", "waiting", "stranger", "nobody")}
        assert wanted <= described[spelt(call)], call


def test_every_refusal_is_a_problem_and_is_explained(document: Shape) -> None:
    for _, path, operation in operations(document):
        assert {"401", "422", "500", "503"} <= set(operation["responses"]), path
        for status, answer in operation["responses"].items():
            kind = "application/json" if status[0] == "2" else "application/problem+json"
            assert list(answer["content"]) == [kind]
            assert answer["description"]
            assert status[0] == "2" or int(status) in MEANING


def test_what_is_answered_has_exactly_the_fields_that_are_described(api: Callers, document: Shape) -> None:
    filed = api.post("/reports", a_body(reference="described"))
    check(document, "POST", "/reports", filed)
    notice = next(each["id"] for each in filed.json["notices"] if each["to"] == RECIPIENT)
    obligation = next(each["id"] for each in filed.json["obligations"] if each["owed_by"] == OPERATOR and each["stage"] == "early_warning")
    api.world.sweep()
    check(document, "POST", "/obligations/{obligation_id}/submissions", api.post(f"/obligations/{obligation}/submissions",
          {"stage": "early_warning", "proof": "p"}))  # fmt: skip
    check(document, "GET", "/incidents/{incident_id}", api.get(f"/incidents/{filed.json['incident']}"))
    check(document, "GET", "/incidents/{incident_id}/timeline", api.get(f"/incidents/{filed.json['incident']}/timeline"))
    check(document, "GET", "/obligations/{obligation_id}", api.get(f"/obligations/{obligation}"))
    check(document, "GET", "/notices/{notice_id}", api.get(f"/notices/{notice}", RECIPIENT))
    check(
        document, "POST", "/notices/{notice_id}/acknowledgements", api.post(f"/notices/{notice}/acknowledgements", {"by": "N"}, RECIPIENT)
    )
    check(document, "PUT", "/channels/webhook", api.call("PUT", "/channels/webhook", json={"url": "http://127.0.0.1:9/"}))
    check(document, "POST", "/channels/{kind}/test", api.post("/channels/email/test"))
    check(document, "PUT", "/channels/{kind}", api.call("PUT", "/channels/pager", json={"url": "jsons://desk.example/call"}))
    api.world.sweep()
    check(document, "POST", "/channels/{kind}/verification", api.post("/channels/email/verification"))
    lying = api.get("/inbox?all=yes", RECIPIENT).json["items"][0]["id"]
    check(document, "GET", "/inbox", api.get("/inbox?all=yes", RECIPIENT))
    check(document, "POST", "/inbox/{notification_id}/receipt", api.post(f"/inbox/{lying}/receipt", {}, RECIPIENT))
    check(document, "POST", "/incidents/{incident_id}/close",
          api.post(f"/incidents/{filed.json['incident']}/close", {"as": "resolved", "reason": "r"}))  # fmt: skip
    agreement = api.get("/agreements").json["items"][0]["id"]
    check(document, "GET", "/agreements/{agreement_id}", api.get(f"/agreements/{agreement}"))
    other = api.get("/agreements").json["items"][1]["id"]
    check(document, "GET", "/agreements/{agreement_id}/diff", api.get(f"/agreements/{agreement}/diff?against={other}"))
    for asked in ({"past": True}, {"case": a_body(reference="tried")}, {"typical": "all"}, {"typical": "tlp-red"}):
        check(document, "POST", "/agreements/simulations", api.post("/agreements/simulations", {"text": MUTUAL_AID, **asked}))
    check(document, "GET", "/agreements/library/{name}", api.get("/agreements/library/ee-overlay"))
    check(document, "GET", "/deployments/{deployment}", api.get("/deployments/ee-citizen-assistant"))
    check(document, "GET", "/regimes/{regime_id}", api.get("/regimes/us.circia"))
    arming = api.post("/regimes/us.circia/armings", {"source": "a final rule", "binds_from": "2026-01-01"})
    check(document, "POST", "/regimes/{regime_id}/armings", arming)
    check(document, "POST", "/armings/{arming_id}/withdrawal", api.post(f"/armings/{arming.json['id']}/withdrawal", {"reason": "r"}))
    check(document, "POST", "/due", api.post("/due", {"regime": "eu.nis2.art23", "zone": "UTC", "jurisdiction": "EE",
          "facts": {"aware_at": "2026-03-27T17:40+02:00"}}))  # fmt: skip
    check(document, "POST", "/due", api.post("/due", {"vectors": [{"id": "x"}, {"rule": "elapsed_hours", "n": 0.5,
          "start": "2026-11-20T09:00", "zone": "UTC", "odd": 1}]}))  # fmt: skip
    check(document, "GET", "/calendars/{calendar_id}", api.get("/calendars/EU:institution?year=2027"))
    for path in ("/incidents", "/obligations", "/notices", "/notifications", "/agreements", "/agreements/library",
                 "/agreements/typical-cases", "/regimes", "/channels", "/deployments",
                 "/parties", "/me", "/facts", "/calendars"):  # fmt: skip
        check(document, "GET", path, api.get(path))


def check(document: Shape, method: str, path: str, answer: Any) -> None:
    """The body of an answer against its description."""
    operation = document["paths"][f"/api/v1{path}"][method.lower()]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    assert list(mismatches(document, schema, answer.json, f"{method} {path}")) == []


KINDS = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def mismatches(document: Shape, schema: Shape, value: Any, where: str) -> Iterator[str]:
    """Where a value is not as the schema says: the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        yield from mismatches(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], value, where)
        return
    if "anyOf" in schema:
        if not any(not list(mismatches(document, each, value, where)) for each in schema["anyOf"]):
            yield f"{where}: fits none of its shapes"
        return
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if kinds and not any(isinstance(value, KINDS[kind]) and not (kind == "integer" and isinstance(value, bool)) for kind in kinds):
        yield f"{where}: {value!r} is no {' or '.join(kinds)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{where}: lacks {name}" for name in schema["required"] if name not in value)
        for name, each in value.items():
            if name in schema["properties"]:
                yield from mismatches(document, schema["properties"][name], each, f"{where}/{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}: {name} is not described"
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from mismatches(document, schema["items"], each, f"{where}/{index}")


def test_a_problem_is_as_it_is_described(api: Callers, document: Shape) -> None:
    problem = document["components"]["schemas"]["Problem"]
    for answer in (api.get("/incidents", None), api.post("/reports", a_body(tlp="x")), api.get("/nope")):
        assert list(mismatches(document, problem, answer.get_json(force=True), "")) == []


def test_the_page_shows_every_call_without_a_script_of_its_own(api: Callers, document: Shape) -> None:
    page = api.get("/docs", None)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    shown = page.text.replace("<wbr>", "")
    for method, path, operation in operations(document):
        assert f"{method} {path}" in shown
        assert f'id="{operation["operationId"]}"' in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", page.text)
    assert "http://" not in page.text.replace("http://127.0.0.1", "")
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert {each for each in re.findall(r'href="#([^"]+)"', page.text) if each not in anchors} == set()
