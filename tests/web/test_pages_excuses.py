"""The page of an obligation offers a pause, an excuse or more time where its clause does, and shows what was granted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.stories.signing import TELLING, clause, owed, signed
from tests.web.visitors import OFFICER, VENDOR, Enter, send
from tests.world import World

SUPPLIER = "https://meridian-models.example/#party"
PLAN = clause(
    "plan", extendable="cl. 12", extension={"by": "owed_by", "grounds": ["force_majeure"], "most": {"hours": 48}},
    excuses=[
        {"kind": "pause", "ground": "injunction", "by": "owed_by", "most": {"business_days": 3}, "cite": "cl. 13"},
        {"kind": "excuse", "ground": "force_majeure", "by": "owed_to", "cite": "cl. 16"},
    ],
)  # fmt: skip


@pytest.fixture
def filed(world: World) -> dict[str, Any]:
    signed(world, TELLING, PLAN)
    answer = world.files()
    world.sweep()
    return answer


def plan(world: World, filed: dict[str, Any]) -> str:
    return f"/obligations/{owed(world, filed, 'plan')[0]['id']}"


def text_of(visitor: FlaskClient, url: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", visitor.get(url, follow_redirects=True).text))


def test_the_debtor_stops_the_clock_and_lets_it_run_again(world: World, enter: Enter, filed: dict[str, Any]) -> None:
    vendor, url = enter(VENDOR), plan(world, filed)
    page = vendor.get(url).text
    assert f'action="{url}/pause"' in page
    assert "Injunction, under cl. 13, 3 business days at most" in page
    assert f'action="{url}/excuse"' not in page
    assert send(vendor, f"{url}/pause", url, under="", reason="The court says so.").status_code == 422
    given = {"under": "injunction · cl. 13", "provision": "order 3-26", "reason": "The court says so."}
    assert send(vendor, f"{url}/pause", url, **given).status_code == 303
    shown = text_of(vendor, url)
    assert "Paused since" in shown
    assert "runs again by itself at" in shown
    assert f'action="{url}/pause"' not in vendor.get(url).text
    assert "Stands still" in text_of(vendor, "/")
    world.forward(minutes=20)
    vendor = enter(VENDOR)
    assert send(vendor, f"{url}/resume", url, reason="Lifted.").status_code == 303
    assert "Paused since" not in text_of(vendor, url)
    assert "Resumed by" in text_of(vendor, url)


def test_the_creditor_excuses_a_miss_and_both_see_on_which_ground(world: World, enter: Enter, filed: dict[str, Any]) -> None:
    world.forward(hours=25)
    world.sweep()
    officer, vendor, url = enter(OFFICER), enter(VENDOR), plan(world, filed)
    seen = f"/incidents/{filed['incident']}"
    assert f'action="{url}/excuse"' in officer.get(seen).text
    assert send(officer, f"{url}/excuse", seen, under="force_majeure · cl. 16", reason="The flood.", back=seen).status_code == 303
    for visitor, where in ((officer, seen), (vendor, url)):
        shown = text_of(visitor, where)
        assert "Excused on the ground of force majeure, by " in shown
        assert "under cl. 16" in shown
        assert "Missed" in shown


def test_the_debtor_says_what_prohibits_it_and_takes_more_time_on_its_ground(world: World, enter: Enter, filed: dict[str, Any]) -> None:
    vendor, url = enter(VENDOR), plan(world, filed)
    until = {"until_date": "2026-11-25", "until_time": "12:00", "until_zone": "UTC", "clause": "cl. 12", "reason": "Flood."}
    assert send(vendor, f"{url}/extend", url, **until).status_code == 422
    assert send(vendor, f"{url}/extend", url, **until, ground="force_majeure").status_code == 303
    assert send(vendor, f"{url}/prohibit", url, provision="", reason="We may not.").status_code == 422
    assert send(vendor, f"{url}/prohibit", url, provision="Export Order 2026/7", reason="We may not.").status_code == 303
    assert "Prohibited by Export Order 2026/7, says Meridian" in text_of(vendor, url)


def test_what_no_clause_allows_is_not_offered_and_says_why(world: World, enter: Enter, filed: dict[str, Any]) -> None:
    page = text_of(enter(OFFICER), f"/incidents/{filed['incident']}")
    assert "Pause: a statutory clock, the law names no ground" in page
    assert "Pause: no clause names a ground" in page
    assert "Grant more time" in page
