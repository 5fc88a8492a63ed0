"""The pages over a real node: what each kind of person sees, does, and is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incident.actor import Actor
from incident.records.parties import directory, people
from tests.world import World
from web import create_app

OFFICER, OPERATOR, VENDOR, OTHER_CERT, STRANGER = "cert-ee", "ee-ministry", "meridian-models", "cert-fr", "sakura-inference"
Enter = Callable[[str], FlaskClient]


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.web, mail=world.mail)


@pytest.fixture
def enter(app: Flask, world: World) -> Enter:
    """A browser with a session of somebody of that party."""

    def enter(slug: str) -> FlaskClient:
        rows = world.rows("select p.id, p.name from demarche.person p join demarche.party o on o.id = p.party_id where o.slug = :s", s=slug)
        with world.worker.work() as work:
            party = directory.by_slug(work.connection, slug)
        with world.web.work(Actor("session", party.id, party.slug, party.uri, rows[0].name)) as work:
            cookie = people.start_session(work.connection, person_id=rows[0].id, party_id=party.id, now=work.now)
        client = app.test_client()
        client.set_cookie("demarche", cookie)
        return client

    return enter


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, url: str, seen: str = "/settings", **fields: str) -> TestResponse:
    """Send a form that the page at `seen` gave the token for."""
    return client.post(url, data={"csrf_token": token(client.get(seen)), **fields})


def a_form(client: FlaskClient, **changes: str) -> dict[str, str]:
    """The report form as a person fills it in."""
    page = client.get("/report")
    reference = re.search(r'name="reference" value="([^"]+)"', page.text)
    assert reference is not None
    return {
        "csrf_token": token(page), "reference": reference[1], "stage": "early_warning", "deployment": "ee-citizen-assistant",
        "summary": "Prompts of one agency appear in answers to another", "severity": "high", "tlp": "AMBER",
        "fact-aware_at.date": "2026-11-23", "fact-aware_at.time": "10:40", "fact-aware_at.zone": "Europe/Tallinn",
        "fact-significant_incident": "true", "fact-personal_data_breach": "null", "affected_countries": "FR", **changes,
    }  # fmt: skip


def file_one(client: FlaskClient, **changes: str) -> str:
    """The id of an incident filed through the form."""
    answer = client.post("/report", data=a_form(client, **changes))
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[2]


@pytest.mark.parametrize(
    "url", ["/", "/board/rows", "/incidents", "/report", "/release", "/inbox", "/agreements", "/settings", "/demo-mail"]
)
def test_a_stranger_is_sent_to_sign_in_and_a_person_is_not(url: str, app: Flask, enter: Enter) -> None:
    assert app.test_client().get(url).status_code == 303
    page = enter(OFFICER).get(url)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_a_report_filed_through_the_form_is_on_the_board_and_on_its_receipt(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    receipt = officer.get(f"/incidents/{incident}/receipt")
    assert "Your report is on record" in receipt.text
    assert "Filed. The clocks run." in receipt.text
    board = officer.get("/")
    assert f"/incidents/{incident}#o-" in board.text
    assert "Prompts of one agency appear in answers to another" in board.text
    page = officer.get(f"/incidents/{incident}")
    for heading in ("Obligations over time", "Why this instant", "Timeline", "Who sees what", "Deliveries"):
        assert heading in page.text


def test_sending_the_form_twice_files_once(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    form = a_form(officer)
    first, second = officer.post("/report", data=form), officer.post("/report", data=form)
    assert first.location == second.location
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 1


def test_a_form_without_its_token_does_nothing(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    assert officer.post("/report", data=a_form(officer, csrf_token="made-up")).status_code == 400
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 0


def test_the_preview_shows_the_clocks_and_files_nothing(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    form = a_form(officer)
    panel = officer.post("/report/preview", data=form, headers={"HX-Request": "true"})
    assert re.search(r"Sending this starts [1-9]\d* clocks", panel.text)
    assert "<html" not in panel.text
    assert "NIS2 early warning" in panel.text
    whole = officer.post("/report/preview", data=form)
    assert "<html" in whole.text
    assert "Prompts of one agency" in whole.text
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 0


def test_the_preview_waits_for_what_is_still_open(enter: Enter) -> None:
    officer = enter(OFFICER)
    panel = officer.post("/report/preview", data=a_form(officer, summary="", severity=""), headers={"HX-Request": "true"})
    assert "Still open: what happened, how severe" in panel.text


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"summary": ""}, "summary"),
        ({"deployment": "no-such-place"}, "deployment"),
        ({"fact-aware_at.date": "2026-03-29", "fact-aware_at.time": "03:30"}, "the clocks were put forward"),
        ({"fact-aware_at.time": "25:10"}, "fact-aware_at"),
        ({"fact-aware_at.zone": ""}, "fact-aware_at"),
        ({"fact-aware_at.zone": "Mars/Olympus"}, "fact-aware_at"),
        ({"affected_countries": "France"}, "affected_countries"),
        ({"fact-affected_individuals": "many"}, "fact-affected_individuals"),
        ({"fact-aware_at.date": "2027-01-01"}, "fact-aware_at"),
    ],
)
def test_a_fault_is_shown_at_its_field_and_the_answers_are_kept(entered: dict[str, str], said: str, enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    answer = officer.post("/report", data=a_form(officer, **entered))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert 'value="AMBER" checked' in answer.text
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 0


def test_an_hour_that_occurs_twice_is_asked_about_and_then_taken(enter: Enter) -> None:
    officer = enter(OFFICER)
    twice = {"fact-aware_at.date": "2026-10-25", "fact-aware_at.time": "03:30"}
    asked = officer.post("/report", data=a_form(officer, **twice))
    assert asked.status_code == 422
    assert 'name="fact-aware_at.fold"' in asked.text
    assert officer.post("/report", data=a_form(officer, **twice, **{"fact-aware_at.fold": "1"})).status_code == 303


def test_every_answer_may_be_i_do_not_know_yet(enter: Enter) -> None:
    officer = enter(OFFICER)
    unknown = {
        "severity": "unknown", "tlp": "unknown", "fact-aware_at.unknown": "1", "fact-significant_incident": "null", "abroad": "null",
        "affected_countries": "",
    }  # fmt: skip
    page = officer.get(f"/incidents/{file_one(officer, **unknown)}")
    assert "TLP:AMBER+STRICT" in page.text
    assert "provisional" in page.text


def test_a_later_stage_begins_with_what_stands_and_supersedes_it(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    page = officer.get(f"/incidents/{incident}/report?stage=early_warning")
    assert "Prompts of one agency appear in answers to another" in page.text
    assert 'value="2026-11-23"' in page.text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert hidden["revision.early_warning"] == "2"
    form = {**a_form(officer), **hidden, "severity": "critical"}
    first, again = officer.post(f"/incidents/{incident}/report", data=form), officer.post(f"/incidents/{incident}/report", data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert "Critical" in officer.get(f"/incidents/{incident}").text
    assert 'name="revision.early_warning" value="3"' in officer.get(f"/incidents/{incident}/report").text


def test_the_rows_answer_304_until_something_changes(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    etag = officer.get("/board/rows").headers["ETag"]
    assert officer.get("/board/rows", headers={"If-None-Match": etag}).status_code == 304
    world.forward(seconds=1)  # what was read is kept for a second
    file_one(officer)
    changed = officer.get("/board/rows", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    etag = changed.headers["ETag"]
    assert officer.get("/board/rows", headers={"If-None-Match": etag}).status_code == 304
    world.forward(minutes=2)  # a clock of one hour passes into the last hour
    assert officer.get("/board/rows", headers={"If-None-Match": etag}).status_code == 200


def test_what_was_read_for_one_party_is_never_shown_to_another(enter: Enter) -> None:
    file_one(enter(OFFICER))
    assert "Prompts of one agency appear in answers to another" in enter(OFFICER).get("/board/rows").text
    assert "Prompts of one agency appear in answers to another" not in enter(VENDOR).get("/board/rows").text


def test_an_empty_board_says_what_will_appear(enter: Enter) -> None:
    assert "No clock is running" in enter(STRANGER).get("/").text


def test_what_is_entered_is_shown_as_text_and_never_as_markup(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer, summary='<script>alert(1)</script> "><img src=x>')
    for url in ("/", f"/incidents/{incident}", f"/incidents/{incident}/receipt", f"/incidents/{incident}/report", "/incidents", "/release"):
        text = officer.get(url).text
        assert "<script>alert" not in text
        assert "<img" not in text


def test_an_exercise_says_so_everywhere(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer, exercise="true")
    assert 'class="tag exercise">EXERCISE' in officer.get("/board/rows").text
    assert "EXERCISE. Nothing here is real" in officer.get(f"/incidents/{incident}").text
    assert "EXERCISE" in officer.get(f"/incidents/{incident}/receipt").text


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


def test_a_mailed_link_shows_the_notice_and_takes_the_acknowledgement(app: Flask, enter: Enter, world: World) -> None:
    file_one(enter(OFFICER))
    world.sweep()
    links = {link for mail in world.mail.messages() for link in re.findall(r"/n/[\w.~-]+", mail.text)}
    assert links
    link = sorted(links)[0]
    browser = app.test_client()
    page = browser.get(link)
    assert page.status_code == 200
    assert "receipt only, neither awareness nor admission" in page.text.lower()
    assert "Opening the page has recorded nothing" in page.text
    assert world.rows("select count(*) as n from demarche.notice where acknowledged_at is not null")[0].n == 0
    fields: dict[str, Any] = {"csrf_token": token(page)}
    assert browser.post(link, data=fields | {"by": ""}).status_code == 422
    assert browser.post(link, data=fields | {"by": "Night Desk"}).status_code == 303
    assert "Acknowledged by Night Desk" in browser.get(link).text
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
