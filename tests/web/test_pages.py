"""The pages over a real node: filing, the board, and what nobody else sees."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.visitors import OFFICER, STRANGER, VENDOR, Enter, a_form, file_one
from tests.world import World


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/board/rows",
        "/incidents",
        "/report",
        "/release",
        "/dead-letters",
        "/inbox",
        "/agreements",
        "/calendars",
        "/settings",
        "/rota",
        "/partners",
        "/demo-mail",
    ],
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


def test_the_preview_shows_per_recipient_exactly_what_it_will_see(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    panel = officer.post("/report/preview", data=a_form(officer), headers={"HX-Request": "true"}).text
    told = dict(re.findall(r'id="sees-([a-z-]+)-\d+">(.*?)</details>', panel, re.DOTALL))
    assert {"meridian-models", "cert-fr", "ee-ministry"} <= set(told)
    said = "Prompts of one agency appear in answers to another"
    assert said in told["ee-ministry"]
    assert said not in told["meridian-models"]
    assert "A recipient in US gets the minimal lawful notice only" in told["meridian-models"]
    file_one(officer)
    frozen = world.rows("select o.slug from demarche.notice n join demarche.party o on o.id = n.recipient")
    assert {row.slug for row in frozen} == set(told)


def test_a_correction_shows_which_clocks_it_moves_before_it_is_sent(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    page = officer.get(f"/incidents/{incident}/report")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    form = {**a_form(officer), **hidden}
    unchanged = officer.post("/report/preview", data=form, headers={"HX-Request": "true"}).text
    assert "Sending this starts 0, moves 0 and ends 0 clocks" in unchanged
    later = officer.post("/report/preview", data=form | {"fact-aware_at.time": "09:10"}, headers={"HX-Request": "true"}).text
    assert re.search(r"Sending this starts 0, moves [1-9]\d* and ends 0 clocks", later)
    assert "<s>Tue 24 Nov 2026, 11:00 Tallinn (UTC+2)</s>" in later
    harmless = form | {"fact-significant_incident": "false", "fact-personal_data_breach": "false", "severity": "low"}
    assert re.search(r"ends [1-9]\d* clock", officer.post("/report/preview", data=harmless, headers={"HX-Request": "true"}).text)


def test_the_next_stage_is_offered_and_opens_filled_in(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer)
    assert f'href="/incidents/{incident}/report?stage=incident_notification"' in officer.get(f"/incidents/{incident}").text
    page = officer.get(f"/incidents/{incident}/report?stage=incident_notification").text
    assert 'value="incident_notification" checked' in page
    assert "Prompts of one agency appear in answers to another" in page
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    filed = officer.post(f"/incidents/{incident}/report", data={**a_form(officer), **hidden, "stage": "final_report"})
    assert filed.status_code == 303
    assert "/report?stage=" not in officer.get(f"/incidents/{incident}").text


def test_what_binds_nobody_yet_is_not_counted_as_overdue(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    file_one(officer)
    world.forward(hours=30)
    board = enter(OFFICER).get("/board/rows").text
    late = re.search(r'<tbody id="g-late">(.*?)</tbody>', board, re.DOTALL)
    rows = re.findall(r"<tr id=.*?</tr>", late[1], re.DOTALL) if late else []
    counted = re.search(r'href="#g-late".*?<b>(\d+)</b>', board, re.DOTALL)
    assert counted is not None
    assert int(counted[1]) == len(rows)
    assert rows
    assert all("−" in row for row in rows), "every line under the heading is past its instant"


def test_the_lines_of_a_group_stand_in_the_order_of_their_countdowns(enter: Enter, world: World) -> None:
    file_one(enter(OFFICER), **{"fact-aware_at.date": "2026-11-22", "fact-aware_at.time": ""})
    file_one(enter(OFFICER))
    world.forward(hours=1)
    board = enter(OFFICER).get("/board/rows").text
    groups = re.findall(r'<tbody id="g-(?:late|critical|soon|running)">(.*?)</tbody>', board, re.DOTALL)
    untils = [[int(at) for at in re.findall(r'<tr id="[^>]*data-until="(\d+)"', group)] for group in groups]
    assert "Target passed" in board
    assert untils == [sorted(each) for each in untils]
