"""A form that is refused comes back as it was filled in, on its own page, and nothing has happened."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.visitors import OFFICER, VENDOR, Enter, a_form, file_one, send
from tests.world import World

LONG = "x" * 2001


def ids(page: TestResponse, act: str, of: str = "obligations") -> list[str]:
    return re.findall(rf'action="/{of}/([0-9a-f-]+)/{act}"', page.text)


def refused(answer: TestResponse, status: int = 422) -> str:
    """The page of a refusal: not the bare page of errors, and said at the top of the form."""
    assert answer.status_code == status, answer.text
    assert 'class="oops"' not in answer.text
    assert 'role="alert"' in answer.text
    return answer.text


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("close", {"as": "", "reason": "Telephone said so"}),
        ("close", {"as": "duplicate", "duplicate_of": "the other one", "reason": "Telephone said so"}),
        ("close", {"as": "duplicate", "duplicate_of": "", "reason": "Telephone said so"}),
        ("reclassify", {"severity": "", "tlp": "", "affected_countries": "France", "reason": "Telephone said so"}),
        ("reclassify", {"severity": "", "tlp": "", "affected_countries": "FR", "reason": "Telephone said so"}),
        ("reclassify", {"severity": "dire", "tlp": "", "affected_countries": "FR", "reason": "Telephone said so"}),
    ],
)
def test_a_change_of_the_case_that_is_refused_keeps_its_reason(act: str, fields: dict[str, str], enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    page = refused(send(officer, f"{seen}/{act}", seen, **fields))
    assert 'value="Telephone said so"' in page
    assert re.search(rf'<details class="act" open(?:(?!</details>).)*action="{seen}/{act}"', page, re.DOTALL)
    assert "<dt>Status</dt><dd>Open" in officer.get(seen).text


def test_closing_twice_says_that_it_is_closed_on_the_page_of_the_case(enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    fields = {"as": "false_alarm", "reason": "A test rig"}
    assert send(officer, f"{seen}/close", seen, **fields).status_code == 303
    assert "It is closed already" in refused(send(officer, f"{seen}/close", seen, **fields), 409)


@pytest.mark.parametrize("reason", ["", "   ", LONG, "a\0b"])
def test_a_reason_is_asked_for_by_the_server_too(reason: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    page = officer.get(seen)
    (extended, *_), (waived, *_) = ids(page, "extend"), ids(page, "waive")
    clause = re.search(rf'action="/obligations/{extended}/extend".*?name="clause" value="([^"]+)"', page.text, re.DOTALL)
    assert clause is not None
    until = {"until_date": "2026-12-18", "until_time": "17:00", "until_zone": "Europe/Tallinn", "clause": clause[1]}
    refused(send(officer, f"/obligations/{extended}/extend", seen, **until, reason=reason, back=seen))
    refused(send(officer, f"/obligations/{waived}/waive", seen, reason=reason, back=seen))
    refused(send(officer, f"{seen}/close", seen, reason=reason, **{"as": "resolved"}))
    assert "Waived" not in officer.get(seen).text.split("Timeline")[0].replace("Waive:", "")


def test_an_extension_that_is_refused_keeps_the_instant_that_was_entered(enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    page = officer.get(seen)
    (obligation, *_) = ids(page, "extend")
    clause = re.search(rf'action="/obligations/{obligation}/extend".*?name="clause" value="([^"]+)"', page.text, re.DOTALL)
    assert clause is not None
    entered = {"until_date": "2026-11-23", "until_time": "9:05", "until_zone": "Europe/Lisbon", "clause": clause[1], "reason": "A holiday"}
    again = refused(send(officer, f"/obligations/{obligation}/extend", seen, **entered, back=seen))
    assert "Expected an instant after the present due instant" in again
    for kept in ("2026-11-23", "9:05", "Europe/Lisbon", "A holiday"):
        assert f'value="{kept}"' in again
    assert re.search(rf'<details class="ob[^>]*id="o-{obligation}" open', again)


def test_a_submission_without_proof_keeps_its_note(enter: Enter) -> None:
    officer = enter(OFFICER)
    seen = f"/incidents/{file_one(officer)}"
    page = officer.get(seen)
    (obligation, *_) = ids(page, "submit")
    stage = re.search(rf'action="/obligations/{obligation}/submit".*?name="stage" value="([^"]+)"', page.text, re.DOTALL)
    assert stage is not None
    url = f"/obligations/{obligation}/submit"
    assert 'value="By courier"' in refused(send(officer, url, seen, stage=stage[1], proof="", by="Liis", note="By courier", back=seen))


def test_a_supplier_gets_its_own_page_back_and_no_more(enter: Enter) -> None:
    incident = file_one(enter(OFFICER))
    vendor = enter(VENDOR)
    (obligation, *_) = re.findall(r'data-open="/obligations/([0-9a-f-]+)"', vendor.get("/").text)
    url = f"/obligations/{obligation}"
    page = refused(send(vendor, f"{url}/acknowledge", url, by="Pat", note=LONG, back=f"/incidents/{incident}"))
    assert 'value="Pat"' in page
    assert "Prompts of one agency" not in page


def test_holding_back_without_a_reason_comes_back_to_the_desk(enter: Enter) -> None:
    officer = enter(OFFICER)
    file_one(officer)
    (notice, *_) = ids(officer.get("/release"), "hold", "notices")
    page = refused(send(officer, f"/notices/{notice}/hold", "/release", reason=" "))
    assert "What leaves" in page
    assert notice in officer.get("/release").text


def test_a_link_without_a_name_shows_its_cover_again_with_the_note(app: Flask, enter: Enter, world: World) -> None:
    file_one(enter(OFFICER))
    world.sweep()
    link = sorted(link for mail in world.mail.messages() for link in re.findall(r"/l/[\w-]{64}", mail.text))[0]
    fields = {"by": " ", "note": "Called the desk"}
    assert 'value="Called the desk"' in refused(app.test_client().post(f"{link}/acknowledge", data=fields))
    assert world.rows("select count(*) as n from demarche.notice where acknowledged_at is not null")[0].n == 0


def test_a_form_that_was_changed_after_it_was_sent_keeps_the_answers_and_leads_to_the_case(enter: Enter) -> None:
    officer = enter(OFFICER)
    form = a_form(officer)
    incident = officer.post("/report", data=form).location.split("/")[2]
    page = refused(officer.post("/report", data={**form, "summary": "Worse than we thought"}), 409)
    assert "Worse than we thought" in page
    assert f'formaction="/incidents/{incident}/report"' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(revision[^"]+)" value="([^"]*)"', page))
    corrected = officer.post(f"/incidents/{incident}/report", data={**form, **hidden, "summary": "Worse than we thought"})
    assert corrected.location == f"/incidents/{incident}/receipt"


def test_a_changed_form_may_also_be_a_report_of_its_own(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    form = a_form(officer)
    officer.post("/report", data=form)
    changed = {**form, "summary": "Something else altogether"}
    page = refused(officer.post("/report", data=changed), 409)
    hidden = dict(re.findall(r'<input type="hidden" name="(revision[^"]+)" value="([^"]*)"', page))
    instead = re.search(r'name="instead" value="([^"]+)"', page)
    assert instead is not None
    for _ in range(2):
        assert officer.post("/report", data={**changed, **hidden, "instead": instead[1]}).status_code == 303
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 2


def test_a_correction_numbered_before_another_was_filed_gets_the_next_number(enter: Enter) -> None:
    officer = enter(OFFICER)
    url = f"/incidents/{file_one(officer)}/report"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', officer.get(url).text))
    form = {**a_form(officer), **hidden}
    assert officer.post(url, data=form | {"severity": "critical"}).status_code == 303
    page = refused(officer.post(url, data=form | {"severity": "low"}), 409)
    assert 'name="revision.early_warning" value="3"' in page


def test_a_summary_of_several_lines_is_taken(enter: Enter) -> None:
    officer = enter(OFFICER)
    incident = file_one(officer, summary="First we saw this.\r\nThen that.")
    assert "First we saw this.\nThen that." in officer.get(f"/incidents/{incident}/report").text


def test_a_refused_sending_of_the_session_leads_back_to_where_it_was_written(app: Flask, enter: Enter) -> None:
    officer = enter(OFFICER)
    form = a_form(officer)
    ended = app.test_client()
    ended.set_cookie("demarche", "ended-long-ago")
    answer = ended.post("/report", data=form, headers={"Referer": "http://localhost/report"})
    assert answer.location == "/sign-in?next=%2Freport"
    assert ended.post("/report", data=form, headers={"Referer": "http://evil.example/report"}).location == "/sign-in"
    panel = ended.post("/report/preview", data=form, headers={"Referer": "http://localhost/report", "HX-Request": "true"})
    assert panel.headers["HX-Redirect"] == "/sign-in?next=%2Freport"
