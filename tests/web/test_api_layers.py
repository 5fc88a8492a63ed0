"""Compositions and burdens over the API: what stands beside a version, what a text would come to, what an overlay would cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incident.rules.terms import load
from tests.web.callers import FILER, RECIPIENT, STRANGER, Callers, faults, problem_of
from tests.web.test_api_simulations import ASSURANCE

PARTIES = load(ASSURANCE).parties


def overlay(**more: Any) -> str:
    """A national overlay between the parties of the assurance agreement; its numbers are invented."""
    return json.dumps({
        "name": "ee-overlay", "version": "1", "title": "An overlay", "zone": "Europe/Tallinn", "layer": "national",
        "in_force": {"from": "2026-01-01"}, "parties": list(PARTIES),
        "commitments": [{
            "id": "own", "title": "Own notice", "cite": "§ 1", "owed_by": {"role": "operator"}, "owed_to": {"role": "home_cert"},
            "owes": "a notice", "within": {"hours": 2}, "discharged_by": "submitted", "duty": "eu.nis2.art23.early_warning"}],
        "relaxations": [
            {"of": {"agreement": "sovereign-ai-assurance", "clause": "supplier_notice"}, "within": {"hours": 3}, "cite": "§ 2"}],
        **more,
    })  # fmt: skip


@pytest.fixture(scope="module")
def ids(api: Callers) -> dict[str, str]:
    return {each["name"]: each["id"] for each in api.get("/agreements").json["items"]}


def test_a_version_is_composed_with_what_its_parties_share(api: Callers, ids: dict[str, str]) -> None:
    found = api.get(f"/agreements/{ids['sovereign-ai-assurance']}/composition").json
    assert found["agreement"]["name"] == "sovereign-ai-assurance"
    assert {each["name"] for each in found["beside"]} == {"cert-mutual-aid", "ee-meridian-model-weights"}
    layers = {each["layer"]: each for each in found["layers"]}
    assert [each["layer"] for each in found["layers"]] == ["regime", "baseline", "multilateral", "bilateral", "national", "sector"]
    assert layers["bilateral"]["sources"] == 3
    assert layers["regime"]["sources"] > 30
    assert len([each for each in found["rules"] if each["layer"] == "bilateral"]) == layers["bilateral"]["clauses"]


def test_who_is_not_party_sees_no_composition_and_no_agreement_of_others(api: Callers, ids: dict[str, str]) -> None:
    problem_of(api.get(f"/agreements/{ids['ee-meridian-model-weights']}/composition", STRANGER), 404)
    seen = {
        by: {each["name"] for each in api.post("/agreements/compositions", {"text": overlay()}, by).json["beside"]}
        for by in (FILER, STRANGER)
    }
    assert "ee-meridian-model-weights" in seen[FILER] - seen[STRANGER]


def test_a_text_on_no_record_is_composed_and_not_kept(api: Callers) -> None:
    before = api.count("agreement_version")
    answer = api.post("/agreements/compositions", {"text": overlay()})
    assert answer.status_code == 200, answer.text
    found = answer.json
    assert "sovereign-ai-assurance" in {each["name"] for each in found["beside"]}
    (finding,) = found["findings"]
    assert (finding["code"], finding["level"], finding["source"], finding["cite"]) == (
        "relaxation.no_authority", "error", "ee-overlay", "§ 2")  # fmt: skip
    (group,) = [each for each in found["groups"] if each["duty"] == "eu.nis2.art23.early_warning"]
    assert {each["clause"] for each in group["clauses"]} == {"own", "eu.nis2.art23.early_warning"}
    assert {each["stricter"] for each in group["pairs"]} == {"always"}
    assert api.count("agreement_version") == before


def test_a_burden_is_counted_beside_what_is_in_force(api: Callers) -> None:
    answer = api.post("/agreements/burdens", {"text": ASSURANCE, "add": overlay()})
    assert answer.status_code == 200, answer.text
    found = answer.json
    assert found["overlay"]["name"] == "ee-overlay"
    assert "cert-mutual-aid" in {each["name"] for each in found["base"]}
    assert (found["clauses"], found["acknowledgements"], found["relaxed"]) == (1, 0, 0)
    assert found["clocks"] == {"added": 15, "gone": 0, "earlier": 0, "later": 0, "other": 0}
    assert found["says"][0].startswith("An overlay 1 has 1 clause")


@pytest.mark.parametrize(
    ("path", "asked", "named"),
    [
        ("/agreements/compositions", {}, {"/text": "required"}),
        ("/agreements/compositions", {"text": "name: x"}, {"/title": "required"}),
        ("/agreements/burdens", {"text": ASSURANCE}, {"/add": "required"}),
        ("/agreements/burdens", {"text": "name: x", "add": ASSURANCE}, {"/text/title": "required"}),
        ("/agreements/burdens", {"text": ASSURANCE, "add": "name: x"}, {"/add/title": "required"}),
        ("/agreements/burdens", {"text": ASSURANCE, "add": 5}, {"/add": "wrong_type"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_pointer(api: Callers, path: str, asked: dict[str, Any], named: dict[str, str]) -> None:
    found = faults(api.post(path, asked))
    assert named.items() <= found.items()


def test_everybody_may_ask_and_nobody_without_a_key(api: Callers) -> None:
    for by in (FILER, RECIPIENT, STRANGER):
        assert api.post("/agreements/compositions", {"text": overlay()}, by).status_code == 200
    assert api.post("/agreements/burdens", {"text": ASSURANCE, "add": overlay()}, None).status_code == 401
