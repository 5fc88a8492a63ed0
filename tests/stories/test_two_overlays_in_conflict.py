"""A national and a sector overlay on one baseline say different things; the case, the what-if and the page say what holds, and why.

All numbers in these documents are invented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.publish_agreement import publish_agreement
from incident.actions.simulate_agreement import simulate_agreement
from tests.world import World, a_report, a_world

WHO = ("cert-ee", "ee-ministry", "meridian-models")
URIS = [f"https://{slug}.example/#party" for slug in WHO]
TELL = {"fields": ["reference", "severity", "summary"], "release": "pre_authorised"}
UPPER = {"by": ["national", "sector"], "cite": "Art. 8"}


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def document(name: str, layer: str, **more: Any) -> str:
    return json.dumps({
        "name": name, "version": "1", "title": f"The {name}", "zone": "Europe/Tallinn", "layer": layer, "in_force": {"from": "2026-01-01"},
        "parties": URIS, **more,
    })  # fmt: skip


def clause(id_: str, hours: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "title": f"Title of {id_}", "cite": f"Art. {id_}", "owed_by": {"role": "operator"}, "owed_to": {"role": "home_cert"},
        "owes": "an answer", "within": {"hours": hours}, "discharged_by": "submitted", **more,
    }  # fmt: skip


BASE = document("ground", "baseline", commitments=[
    clause("state_of_play", 24, relaxable={**UPPER, "most": {"hours": 72}}),
    clause("first_word", 12, displaceable=UPPER),
    clause("supplier_word", 6, owed_by={"role": "home_cert"}, owed_to={"role": "party", "party": URIS[2]}, tell=TELL, discharged_by="sent",
           must_contain=["summary"]),
])  # fmt: skip
NATIONAL = document(
    "national-overlay", "national",
    relaxations=[{"of": {"agreement": "ground", "clause": "state_of_play"}, "within": {"hours": 48}, "cite": "§ 2"}],
    restrictions=[{"id": "at_home", "title": "What happened stays here", "cite": "§ 9", "fields": ["summary"], "only_to": ["EE"]}],
)  # fmt: skip
SECTOR = document(
    "sector-overlay", "sector", commitments=[clause("ward_word", 2)],
    relaxations=[
        {"of": {"agreement": "ground", "clause": "state_of_play"}, "within": {"hours": 72}, "cite": "Rule 4"},
        {"of": {"agreement": "ground", "clause": "supplier_word"}, "within": {"hours": 12}, "cite": "Rule 5"},
    ],
    displacements=[{"of": {"agreement": "ground", "clause": "first_word"}, "by": "ward_word", "cite": "Rule 6"}],
)  # fmt: skip


def sign(world: World, *texts: str) -> list[UUID]:
    ids = []
    for text in texts:
        with world.work(WHO[0]) as work:
            ids.append(UUID(publish_agreement(work, text)[0]["id"]))
        for slug in WHO[1:]:
            with world.work(slug) as work:
                accept_agreement(work, ids[-1])
        world.forward(minutes=1)
    return ids


def hours(world: World, answer: dict[str, Any]) -> dict[str, float]:
    """By clause of the three documents, how long after its filing each live obligation is due."""
    found = {}
    for each in answer["obligations"]:
        if each["source"]["name"] in ("ground", "national-overlay", "sector-overlay"):
            found[each["commitment"]] = (datetime.fromisoformat(each["due_at"]) - world.now) / timedelta(hours=1)
    return found


def why(answer: dict[str, Any], commitment: str, code: str) -> list[str]:
    (each,) = [one for one in answer["obligations"] if one["commitment"] == commitment]
    return [line["text"] for line in each["because"] if line["code"] == code]


def test_the_stricter_relaxation_holds_and_the_sector_stands_in_place_of_the_ground(world: World) -> None:
    sign(world, BASE, NATIONAL, SECTOR)
    filed = world.files()
    assert hours(world, filed) == {"state_of_play": 48, "supplier_word": 6, "ward_word": 2}
    assert why(filed, "state_of_play", "relaxed") == [
        "Relaxed: 48 hours instead of 24 hours, by national-overlay 1, § 2, as Art. 8 allows."]  # fmt: skip
    assert why(filed, "ward_word", "displaces") == ["Stands in place of Title of first_word (ground 1, Art. first_word)."]


def test_a_case_keeps_the_layers_that_it_began_under(world: World) -> None:
    sign(world, BASE)
    filed = world.files()
    assert hours(world, filed) == {"state_of_play": 24, "supplier_word": 6, "first_word": 12}
    sign(world, NATIONAL, SECTOR)
    world.files(stage="incident_notification")
    live = [each for each in world.incident(filed)["obligations"] if each["superseded_by"] is None and each["source"]["name"] == "ground"]
    assert {each["commitment"] for each in live} == {"state_of_play", "supplier_word", "first_word"}
    assert {each["verdict"] for each in live} == {"running"}


def test_what_is_tried_before_it_is_signed_is_what_happens_afterwards(world: World) -> None:
    sign(world, BASE, NATIONAL)
    with world.work("cert-ee") as work:
        (case,) = simulate_agreement(work, SECTOR, case=a_report(reference="tried"))["cases"]
    tried = {each["commitment"]: each for each in case["clocks"] if each["change"] != "same"}
    assert {name: each["change"] for name, each in tried.items()} == {"ward_word": "added", "first_word": "gone"}
    sign(world, SECTOR)
    filed = world.files(reference="filed")
    assert set(hours(world, filed)) == {"state_of_play", "supplier_word", "ward_word"}
    with world.work("cert-ee") as work:
        assert simulate_agreement(work, SECTOR)["summary"]["off_record"] == 0


def test_the_page_says_what_holds_what_gave_way_and_what_had_no_leave(world: World) -> None:
    ids = sign(world, BASE, NATIONAL, SECTOR)
    for slug in WHO:
        with world.work(slug) as work:
            found = [board.composition(work, each) for each in ids]
        rules = {each["clause"]: each for each in found[0]["rules"] if each["source"]["name"] in ("ground", "sector-overlay")}
        assert {name: each["state"] for name, each in rules.items()} == {
            "state_of_play": "relaxed", "first_word": "displaced", "supplier_word": "in_force", "ward_word": "in_force"}  # fmt: skip
        assert [each["by"]["name"] for each in rules["state_of_play"]["relaxed"]] == ["national-overlay", "sector-overlay"]
        codes = {(each["code"], each["source"], each["cite"]) for each in found[0]["findings"] if each["level"] == "error"}
        assert codes == {("relaxation.no_authority", "sector-overlay", "Rule 5"), ("restriction.conflict", "national-overlay", "§ 9")}
        assert [each["rules"] for each in found] == [found[0]["rules"]] * 3


def test_who_did_not_sign_sees_none_of_it(world: World) -> None:
    sign(world, BASE, NATIONAL, SECTOR)
    with world.work("cert-fr") as work:
        names = {each["name"] for each in board.composition_of_text(work, BASE)["beside"]}
    assert names.isdisjoint({"ground", "national-overlay", "sector-overlay"})
