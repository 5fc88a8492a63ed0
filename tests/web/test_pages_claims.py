"""A disputed clock on the pages: put on record, seen side by side, agreed to by the other side alone."""

from __future__ import annotations

from typing import Any

from tests.web.visitors import OFFICER, OPERATOR, STRANGER, VENDOR, Enter, file_one, send
from tests.world import World


def obligation(world: World, incident: str, commitment: str, owed_by: str) -> str:
    (row,) = world.rows(
        "select o.id from demarche.obligation o join demarche.party p on p.id = o.debtor where o.case_id = :c and o.commitment = :w"
        " and p.slug = :p and o.superseded_by is null and o.reading = 'stated'",
        c=incident, w=commitment, p=owed_by,
    )  # fmt: skip
    return str(row.id)


def the_claim(world: World) -> Any:
    (row,) = world.rows("select * from demarche.claim")
    return row


def test_a_disputed_start_is_seen_side_by_side_and_agreed_to(enter: Enter, world: World) -> None:
    officer, operator = enter(OFFICER), enter(OPERATOR)
    incident = file_one(officer)
    warning = obligation(world, incident, "eu.nis2.art23.early_warning", OPERATOR)
    page = operator.get(f"/incidents/{incident}").text
    assert "Dispute when it started" in page
    said = {"kind": "start", "start_date": "2026-11-23", "start_time": "8:10", "start_zone": "Europe/Tallinn"}
    refused = send(operator, f"/obligations/{warning}/claim", **{**said, "start_time": "late"}, reason="Our log says so")
    assert refused.status_code == 422
    assert 'value="Our log says so"' in refused.text
    assert send(operator, f"/obligations/{warning}/claim", **said, reason="Our log says so").status_code == 303
    page = operator.get(f"/incidents/{incident}").text
    assert "Two sides, 2 clocks" in page
    assert "Withdraw the claim" in page
    assert "Agree and counter-sign" not in page
    assert "claims</span>" in operator.get("/").text, "the board marks the reading"
    page = officer.get(f"/incidents/{incident}").text
    assert "Agree and counter-sign" in page
    assert "“Our log says so”" in page
    claim = the_claim(world).id
    assert send(operator, f"/claims/{claim}/agree").status_code == 403
    assert send(enter(STRANGER), f"/claims/{claim}/agree").status_code == 404
    assert send(officer, f"/claims/{claim}/agree", note="So be it").status_code == 303
    assert obligation(world, incident, "eu.nis2.art23.early_warning", OPERATOR) != warning, "the claimed clock is the stated one now"
    page = officer.get(f"/incidents/{incident}").text
    assert "agreed by" in page
    assert "Superseded by a correction" in page


def test_a_vendor_asks_for_more_time_on_its_own_page_and_is_refused(enter: Enter, world: World) -> None:
    officer, vendor = enter(OFFICER), enter(VENDOR)
    incident = file_one(officer)
    world.sweep()
    plan = obligation(world, incident, "mitigation_plan", VENDOR)
    assert "Ask for more time" in vendor.get(f"/obligations/{plan}").text
    when = {"more_time_date": "2026-12-24", "more_time_time": "17:00", "more_time_zone": "Europe/Tallinn"}
    assert send(vendor, f"/obligations/{plan}/claim", kind="more_time", **when, holds="yes", reason="Parts are late").status_code == 303
    assert "Two sides, 2 clocks" in vendor.get(f"/obligations/{plan}").text
    claim = the_claim(world).id
    assert send(officer, f"/claims/{claim}/refuse").status_code == 422
    assert send(officer, f"/claims/{claim}/refuse", reason="We never said so").status_code == 303
    assert "refused by" in vendor.get(f"/obligations/{plan}").text
    assert send(vendor, f"/claims/{claim}/withdraw", reason="We were mistaken").status_code == 303
    assert "Two sides" in vendor.get(f"/obligations/{plan}").text, "the reading that lapsed stays on record"
