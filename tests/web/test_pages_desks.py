"""The pages over a real node: the desks, what a supplier sees, settings and links."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from tests.web.visitors import OFFICER, STRANGER, VENDOR, Enter, file_one, send
from tests.world import World
from web import create_app


def test_an_officer_releases_one_notice_and_holds_another(enter: Enter) -> None:
    officer = enter(OFFICER)
    file_one(officer, affected_countries="FR, DE")
    desk = officer.get("/release")
    first, second = re.findall(r'action="/notices/([0-9a-f-]+)/release"', desk.text)[:2]
    assert "What leaves" in desk.text
    assert send(officer, f"/notices/{first}/release", "/release").status_code == 303
    assert send(officer, f"/notices/{second}/hold", "/release", reason="").status_code == 422
    assert send(officer, f"/notices/{second}/hold", "/release", reason="The supplier is a suspect").status_code == 303
    left = officer.get("/release").text
    assert first not in left
    assert second not in left


def test_a_supplier_sees_what_it_was_told_and_not_the_case(enter: Enter) -> None:
    incident = file_one(enter(OFFICER))
    vendor = enter(VENDOR)
    assert vendor.get(f"/incidents/{incident}").status_code == 404
    board = vendor.get("/")
    assert "Prompts of one agency appear in answers to another" not in board.text
    (obligation, *_) = re.findall(r'data-open="(/obligations/[0-9a-f-]+)"', board.text)
    assert "Why this instant" in vendor.get(obligation).text
    (notice, *_) = re.findall(r'href="/notices/([0-9a-f-]+)"', vendor.get("/inbox").text)
    page = vendor.get(f"/notices/{notice}")
    assert "neither awareness nor admission" in page.text
    assert send(vendor, f"/notices/{notice}/acknowledge", f"/notices/{notice}", by="Pat Duty").status_code == 303
    assert "Acknowledged by Pat Duty" in vendor.get(f"/notices/{notice}").text


def test_who_has_no_part_in_it_gets_the_same_answer_as_for_nothing(enter: Enter) -> None:
    incident = file_one(enter(OFFICER))
    stranger = enter(STRANGER)
    nothing = "00000000-0000-4000-8000-000000000000"
    for url in (
        "/incidents/{}",
        "/incidents/{}/receipt",
        "/incidents/{}/report",
        "/incidents/{}/deliveries",
        "/obligations/{}",
        "/notices/{}",
    ):
        there, absent = stranger.get(url.format(incident)), stranger.get(url.format(nothing))
        assert (there.status_code, absent.status_code) == (404, 404)
        assert there.text.replace(incident, nothing) == absent.text
    for act in ("close", "reopen", "reclassify"):
        assert send(stranger, f"/incidents/{incident}/{act}", as_="withdrawn", reason="x", **{"as": "withdrawn"}).status_code == 404


def test_parties_of_the_case_are_led_from_an_obligation_to_its_place_in_it(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    found = re.search(r'data-open="/incidents/[^"]+#o-([0-9a-f-]+)"', officer.get("/").text)
    assert found is not None
    assert officer.get(f"/obligations/{found[1]}").location == f"/incidents/{incident}#o-{found[1]}"


def test_a_stage_is_submitted_with_its_proof_and_a_statutory_clock_shows_why_nobody_extends_it(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    page = officer.get(f"/incidents/{incident}")
    assert "a statutory or fixed clock, no clause lets anybody extend it" in page.text
    (obligation, *_) = re.findall(r'action="/obligations/([0-9a-f-]+)/submit"', page.text)
    stage = re.search(rf'action="/obligations/{obligation}/submit".*?name="stage" value="([^"]+)"', page.text, re.DOTALL)
    assert stage is not None
    url, seen, back = f"/obligations/{obligation}/submit", f"/incidents/{incident}", f"/incidents/{incident}"
    assert send(officer, url, seen, stage=stage[1], proof="", by="Liis", back=back).status_code == 422
    done = send(officer, url, seen, stage=stage[1], proof="PORTAL-17", by="Liis", back=back)
    assert done.location == f"/incidents/{incident}#o-{obligation}"
    assert "proof: PORTAL-17" in officer.get(seen).text


def test_the_creditor_extends_and_waives_where_a_clause_allows_it(enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    page = officer.get(seen).text
    (obligation, *_) = re.findall(r'action="/obligations/([0-9a-f-]+)/extend"', page)
    clause = re.search(rf'action="/obligations/{obligation}/extend".*?name="clause" value="([^"]+)"', page, re.DOTALL)
    assert clause is not None
    more = {"clause": clause[1], "reason": "A public holiday", "until_time": "17:00", "until_zone": "Europe/Tallinn", "back": seen}
    url = f"/obligations/{obligation}/extend"
    assert send(officer, url, seen, **more, until_date="2026-11-23").status_code == 422
    assert send(officer, url, seen, **(more | {"until_zone": "Nowhere"}), until_date="2026-12-18").status_code == 422
    assert send(officer, url, seen, **more, until_date="2026-12-18").status_code == 303
    assert "Fri 18 Dec 2026, 17:00 Tallinn (UTC+2)" in officer.get(seen).text
    assert send(officer, f"/obligations/{obligation}/waive", seen, reason="Settled by telephone", back=seen).status_code == 303
    assert "Settled by telephone" in officer.get(seen).text
    vendor = enter(VENDOR)
    (owed, *_) = re.findall(r'data-open="/obligations/([0-9a-f-]+)"', vendor.get("/").text)
    assert send(vendor, f"/obligations/{owed}/waive", reason="We would rather not").status_code == 403


def test_a_supplier_is_not_offered_what_it_may_not_file(enter: Enter) -> None:
    vendor = enter(VENDOR)
    assert "/report" not in vendor.get("/").text
    page = vendor.get("/report")
    assert "Reports are filed by a deployment" in page.text
    assert "<form" not in page.text.split("<main")[1]


def test_a_form_leads_back_to_this_site_only(enter: Enter) -> None:
    vendor = enter(VENDOR)
    file_one(enter(OFFICER))
    (notice, *_) = re.findall(r'href="/notices/([0-9a-f-]+)"', vendor.get("/inbox").text)
    answer = send(vendor, f"/notices/{notice}/acknowledge", "/inbox", by="Pat", back="//evil.example/")
    assert answer.location == f"/notices/{notice}"


def test_a_case_is_closed_and_reopened_with_reasons(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    seen = f"/incidents/{incident}"
    assert send(officer, f"{seen}/close", seen, reason="x").status_code == 422
    assert send(officer, f"{seen}/close", seen, reason="A test rig", **{"as": "false_alarm"}).status_code == 303
    assert "Closed: false alarm" in officer.get(seen).text
    assert send(officer, f"{seen}/close", seen, reason="x", **{"as": "resolved"}).status_code == 409
    assert send(officer, f"{seen}/reopen", seen, reason="It was real").status_code == 303
    assert "Closed: false alarm" not in officer.get(seen).text


def test_reclassifying_changes_only_what_differs(enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    same = {"severity": "", "tlp": "", "affected_countries": "FR", "reason": "nothing"}
    assert send(officer, f"{seen}/reclassify", seen, **same).status_code == 422
    assert send(officer, f"{seen}/reclassify", seen, **(same | {"severity": "critical"})).status_code == 303
    assert "<dd>Critical</dd>" in officer.get(seen).text


def test_an_agreement_reads_in_plain_language_and_a_broken_one_names_its_faults(enter: Enter) -> None:
    officer = enter(OFFICER)
    (agreement, *_) = re.findall(r'href="(/agreements/[0-9a-f-]+)"', officer.get("/agreements").text)
    page = officer.get(agreement)
    assert "What it says" in page.text
    assert "In force since" in page.text
    broken = send(officer, "/agreements", "/agreements", text="name: [")
    assert broken.status_code == 422
    assert "name: [" in broken.text
    faulty = send(officer, "/agreements", "/agreements", text="name: x\nversion: 1\nsurprise: true\n")
    assert faulty.status_code == 422
    assert "/surprise" in faulty.text


def test_what_a_new_version_changes_is_on_a_page_and_every_number_leads_to_its_clause(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    text = (Path(__file__).parents[2] / "web" / "demo" / "agreements" / "sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
    world.forward(minutes=1)
    changed = text.replace('version: "3.1"', 'version: "3.2"').replace("within: {hours: 1}", "within: {hours: 3}")
    new = send(officer, "/agreements", "/agreements", text=changed).location
    (link,) = re.findall(rf'href="({new}/diff\?against=[0-9a-f-]+)"', officer.get(new).text)
    page = officer.get(link)
    assert page.status_code == 200
    old = link.rpartition("=")[2]
    assert f'<a href="/agreements/{old}#supplier_notice">1 hour</a>' in page.text
    assert f'<a href="{new}#supplier_notice">3 hours</a>' in page.text
    assert "each supplier loses" in page.text
    assert 'id="supplier_notice"' in officer.get(new).text
    assert officer.get(f"{new}/diff?against={new.rpartition('/')[2]}").text.count("The two say the same.") == 1
    assert enter(STRANGER).get(link.replace(new, "/agreements/00000000-0000-4000-8000-000000000000")).status_code == 404


def test_channels_are_set_with_a_secret_shown_once(enter: Enter) -> None:
    officer = enter(OFFICER)
    made = send(officer, "/settings/channels/webhook", address="http://127.0.0.1:9999/hook")
    assert made.status_code == 200
    assert re.search(r"whsec_\S+", made.text)
    again = officer.get("/settings")
    assert "whsec_" not in again.text
    assert "http://127.0.0.1:9999/hook" in again.text
    refused = send(officer, "/settings/channels/webhook", address="ftp://nowhere")
    assert refused.status_code == 422
    assert "ftp://nowhere" in refused.text
    assert send(officer, "/settings/channels/webhook/test").status_code == 303


def test_a_mailed_link_leads_to_its_cover_and_takes_the_acknowledgement(app: Flask, enter: Enter, world: World) -> None:
    file_one(enter(OFFICER))
    world.sweep()
    link = sorted({link for mail in world.mail.messages() for link in re.findall(r"/l/[\w-]{64}", mail.text)})[0]
    browser = app.test_client()
    assert "Opening this page has recorded nothing" in browser.get(link).text
    assert world.rows("select count(*) as n from demarche.notice where acknowledged_at is not null")[0].n == 0
    assert browser.post(f"{link}/acknowledge", data={"by": "Night Desk"}).status_code == 303
    assert "Acknowledged: link holder, name given as Night Desk" in browser.get(link).text
    assert browser.get(link + "x").status_code == 404


def test_the_demo_shows_the_mail_it_caught(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    file_one(officer)
    world.sweep()
    assert "<pre>" in officer.get("/demo-mail").text
    elsewhere = create_app(world.web)
    assert elsewhere.test_client().get("/demo-mail").status_code == 303


def test_errors_are_pages_of_the_same_look(enter: Enter) -> None:
    page = enter(OFFICER).get("/nothing/here")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text
    assert "app.css" in page.text
