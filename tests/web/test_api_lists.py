"""Lists: page by page without gaps, filtered, and what has changed since."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.http import parse_options_header

from tests.web.callers import OPERATOR, RECIPIENT, Callers, a_world_at_the_door


@pytest.fixture(scope="module")
def api() -> Iterator[Callers]:
    with a_world_at_the_door() as callers:
        for number in range(7):
            callers.files(reference=f"EE-{number}", severity="high")
            callers.world.forward(minutes=1)
        callers.world.sweep()
        yield callers


def pages(api: Callers, path: str, **how: Any) -> Iterator[list[dict[str, Any]]]:
    """Every page, as the links lead."""
    while path:
        answer = api.get(path, **how)
        assert answer.status_code == 200, answer.text
        yield answer.json["items"]
        link, options = parse_options_header(answer.headers.get("Link", ""))
        path = link.strip("<>").removeprefix("/api/v1")
        assert path == "" or options == {"rel": "next"}


def test_pages_follow_each_other_without_gap_or_repetition(api: Callers) -> None:
    for name in ("incidents", "obligations", "notices", "notifications"):
        whole = [each["id"] for page in pages(api, f"/{name}?limit=200") for each in page]
        cut = [each["id"] for page in pages(api, f"/{name}?limit=3") for each in page]
        assert cut == whole
        assert len(set(whole)) == len(whole) > 3


def test_the_next_page_keeps_the_filters(api: Callers) -> None:
    first = api.get(f"/obligations?limit=2&owed_by={OPERATOR}&verdict=running")
    assert f"owed_by={OPERATOR}" in first.headers["Link"]
    seen = [each for page in pages(api, f"/obligations?limit=2&owed_by={OPERATOR}&verdict=running") for each in page]
    assert {(each["owed_by"], each["verdict"]) for each in seen} == {(OPERATOR, "running")}


def test_obligations_come_soonest_first_and_those_without_a_number_last(api: Callers) -> None:
    targets = [each["target_at"] for each in api.get("/obligations?limit=200").json["items"]]
    dated = [each for each in targets if each]
    assert dated == sorted(dated)
    assert targets == dated + [None] * (len(targets) - len(dated))


def test_filters_narrow_to_what_they_say(api: Callers) -> None:
    incident = api.get("/incidents").json["items"][0]["id"]
    for each in api.get(f"/obligations?incident={incident}&limit=200").json["items"]:
        assert each["incident"] == incident
    before = api.get("/obligations?due_before=2026-11-24T00:00:00Z&limit=200").json["items"]
    assert before
    assert all(each["due_at"] < "2026-11-24" for each in before)
    under = api.get("/obligations?agreement=ee-meridian-model-weights&limit=200").json["items"]
    assert {each["source"]["name"] for each in under} == {"ee-meridian-model-weights"}
    assert api.get("/notifications?state=dead").json["items"] == []
    assert {each["state"] for each in api.get("/notifications?state=sent").json["items"]} == {"sent"}
    assert api.get("/obligations?verdict=waived").json["items"] == []


def test_what_changes_is_told_once_to_whoever_asks_again(api: Callers) -> None:
    cursor = api.get("/obligations").json["next_changed_since"]
    assert api.get(f"/obligations?changed_since={cursor}").json["items"] == []
    target = api.get(f"/obligations?owed_by={OPERATOR}").json["items"][0]
    api.post(f"/obligations/{target['id']}/submissions", {"stage": target["commitment"].rsplit(".")[-1], "proof": "p"}, OPERATOR)
    told: list[dict[str, Any]] = []
    while True:
        answer = api.get(f"/obligations?changed_since={cursor}&limit=1").json
        cursor = answer["next_changed_since"]
        if not answer["items"]:
            break
        told += answer["items"]
    assert target["id"] in [each["id"] for each in told]
    assert len({each["id"] for each in told}) == len(told)
    assert api.get(f"/obligations?changed_since={cursor}").json["items"] == []


def test_whoever_keeps_a_copy_is_told_what_a_correction_superseded(api: Callers) -> None:
    filed = api.files(reference="to be corrected", severity="low")
    cursor = api.get("/obligations").json["next_changed_since"]
    earlier = {"aware_at": "2026-11-23T09:40:00+02:00", "significant_incident": True, "cross_border": None}
    api.files(reference="to be corrected", severity="low", revision=2, facts=earlier)
    told = {each["id"]: each for each in api.get(f"/obligations?changed_since={cursor}&limit=200").json["items"]}
    gone = [told[each["id"]] for each in filed["obligations"] if each["id"] in told and told[each["id"]]["verdict"] == "superseded"]
    assert gone
    assert all(each["superseded_by"] in told for each in gone)
    listed = api.get(f"/obligations?incident={filed['incident']}&limit=200").json["items"]
    assert not {each["id"] for each in gone} & {each["id"] for each in listed}


def test_a_cursor_of_one_list_is_none_of_another(api: Callers) -> None:
    cursor = api.get("/incidents").json["next_changed_since"]
    assert api.get(f"/notices?changed_since={cursor}").status_code == 422


def test_a_cursor_made_by_somebody_else_never_breaks_anything(api: Callers) -> None:
    made_up: list[Any] = [
        ["obligations~", 10**30, "00000000-0000-0000-0000-000000000000"], ["obligations~", -1, "00000000-0000-0000-0000-000000000000"],
        ["obligations~", "1", None], ["obligations~", None, "x"], ["obligations~", [1], {}], ["obligations"], "obligations",
    ]  # fmt: skip
    for parts in made_up:
        cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        assert api.get(f"/obligations?changed_since={cursor}").status_code in (200, 422), parts
    for parts in (["obligations", "0001-01-01T00:00:00", "x"], ["obligations", "9999-12-31T23:59:59+00:00", 3], ["obligations", {}, []]):
        cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        assert api.get(f"/obligations?cursor={cursor}").status_code in (200, 422), parts


def test_the_inbox_of_a_recipient_is_a_list_too(api: Callers) -> None:
    notices = api.get("/notices?limit=200", RECIPIENT).json["items"]
    assert len(notices) == 7
    assert {each["to"] for each in notices} == {RECIPIENT}
