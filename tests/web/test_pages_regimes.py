"""The pages of the laws and the calculator: what anybody who is signed in can browse, compare, calculate and arm."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Any

from flask import Flask

from incident import law
from incident.rules.regimes import catalogue, regime
from tests.web.visitors import OFFICER, STRANGER, Enter, send
from web.views.pages.regime_picture import NARROW, WIDE, Mark, picture


def rows(page: str) -> list[str]:
    """The ids of the laws in the table."""
    return re.findall(r'<tr id="([^"]+)"', page)


def drawn(page: str) -> set[str]:
    """The ids of the laws in the wide picture."""
    return set(re.findall(r'class="id">([^<]+)<', page))


def test_all_laws_are_listed_with_their_numbers_and_citations(app: Flask, enter: Enter) -> None:
    assert app.test_client().get("/regimes").status_code == 303
    page = enter(STRANGER).get("/regimes").text
    assert rows(page) == [each.id for each in catalogue()]
    assert drawn(page) == {each.id for each in catalogue()}
    early = page[page.index('<tr id="eu.nis2.art23"') :]
    assert "<b>24 h</b>" in early[:6000]
    assert "Directive (EU) 2022/2555 Art. 23(4)(a)" in early[:6000]
    assert '<a href="/regimes" class="second" aria-current="page">' in page


def test_what_applies_on_a_day_is_asked_by_its_date(enter: Enter) -> None:
    browser = enter(OFFICER)
    before = browser.get("/regimes?on=2026-09-01&state=applies").text
    after = browser.get("/regimes?on=2026-09-11&state=applies").text
    assert "eu.cra.art14.vuln" not in rows(before)
    assert "eu.cra.art14.vuln" in rows(after)
    assert "It does not apply yet: it applies from 2026-09-11." in browser.get("/regimes?on=2026-09-01&q=cra").text


NARROWED = [
    ("q=early+warning+NIS2", "eu.nis2.art23", "us.hipaa"),
    ("jurisdiction=US", "us.hipaa", "eu.nis2.art23"),
    ("state=never", "uk.csrb", "eu.nis2.art23"),
    ("state=ended", "eu.eecc.art40", "eu.nis2.art23"),
    ("arming=unarmed", "us.circia", "eu.gdpr.art33"),
    ("arming=itself", "eu.gdpr.art33", "us.circia"),
]


def test_the_list_can_be_narrowed(enter: Enter) -> None:
    browser = enter(OFFICER)
    for query, there, absent in NARROWED:
        found = rows(browser.get(f"/regimes?{query}").text)
        assert there in found, query
        assert absent not in found, query


def test_a_filter_that_nothing_fits_says_so(enter: Enter) -> None:
    page = enter(OFFICER).get("/regimes?q=nothing+of+the+kind")
    assert page.status_code == 200
    assert "No law fits" in page.text


def test_a_date_that_is_none_is_named_and_today_is_shown(enter: Enter) -> None:
    page = enter(OFFICER).get("/regimes?on=soon")
    assert page.status_code == 422
    assert "is no date between 1900 and 2200" in page.text
    assert rows(page.text)


def test_the_laws_that_are_chosen_are_compared_in_the_picture(enter: Enter) -> None:
    page = enter(OFFICER).get("/regimes?q=cra&compare=eu.nis2.art23&compare=eu.gdpr.art33").text
    assert drawn(page) == {"eu.nis2.art23", "eu.gdpr.art33"}
    assert all(id.startswith("eu.cra") for id in rows(page))


def marks(id: str) -> list[Mark]:
    found = regime(id)
    assert found is not None
    return list(picture([law.regime(found)], {id: True}).rows[0].marks)


def test_the_picture_puts_each_stage_where_it_falls_and_never_a_duty_without_a_number() -> None:
    found = marks("eu.nis2.art23")
    assert [each.label for each in found[:3]] == ["24 h", "+24 h", "72 h"]
    assert found[0].x == WIDE.at(24)
    assert found[1].shape == "own"
    assert not any("recipients of the service" in title for each in found for title in each.titles)
    undated = picture([law.regime(each) for each in catalogue()], {}).rows
    assert all(WIDE.left <= mark.x <= WIDE.right + 6 for row in undated for mark in row.marks)


def test_marks_never_cover_each_other_in_either_form() -> None:
    everything: list[dict[str, Any]] = [law.regime(each) for each in catalogue()]
    for form in (WIDE, NARROW):
        for row in picture(everything, {}, form).rows:
            places = [mark.x for mark in row.marks]
            assert all(later - earlier >= form.mark - 0.02 for earlier, later in pairwise(places))


def test_a_law_has_a_page_with_everything_that_its_file_says(enter: Enter) -> None:
    browser = enter(STRANGER)
    for found in catalogue():
        page = browser.get(f"/regimes/{found.id}")
        assert page.status_code == 200, found.id
        text = unescape(page.text)
        said = [found.citation, found.source, *found.notes, *(each.cite for each in found.excuses), *(each.to for each in found.relations)]
        for stage in found.stages:
            said += [stage.title, stage.cite, stage.period_cite or "", stage.note, *stage.content]
        assert [each for each in said if each not in text] == [], found.id


def test_overlays_and_their_base_lead_to_each_other(enter: Enter) -> None:
    browser = enter(OFFICER)
    assert 'href="/regimes/eu.nis2.art23"' in browser.get("/regimes/ee.nis2").text
    assert 'href="/regimes/ee.nis2"' in browser.get("/regimes/eu.nis2.art23").text


def test_a_law_that_there_is_not_is_not_found(enter: Enter) -> None:
    assert enter(OFFICER).get("/regimes/eu.nis3").status_code == 404


def test_a_law_is_armed_with_a_source_and_withdrawn_again(enter: Enter) -> None:
    browser = enter(OFFICER)
    page = browser.get("/regimes/us.circia").text
    assert "Ships unarmed" in page
    sent = send(browser, "/regimes/us.circia/arm", "/regimes/us.circia", source="89 FR 23644, final rule", binds_from="2026-06-01")
    assert sent.status_code == 303
    armed = browser.get("/regimes/us.circia").text
    assert "Armed for our cases from 2026-06-01" in armed
    assert "89 FR 23644, final rule" in armed
    assert "us.circia" in rows(browser.get("/regimes?arming=armed").text)
    withdrawal = re.search(r'action="(/regimes/armings/[^"]+/withdraw)"', armed)
    assert withdrawal is not None
    assert "Armed for our cases" not in enter(STRANGER).get("/regimes/us.circia").text
    assert send(browser, withdrawal[1], "/regimes/us.circia", reason="the rule was stayed").status_code == 303
    assert "Ships unarmed" in browser.get("/regimes/us.circia").text


def test_a_stage_is_armed_alone(enter: Enter) -> None:
    browser = enter(OFFICER)
    assert "needs arming" in browser.get("/regimes/us.tsa.pipeline").text
    sent = send(browser, "/regimes/us.tsa.pipeline/arm", stage="report", source="the directive was read", binds_from="2026-06-01")
    assert sent.status_code == 303
    assert "armed by us" in browser.get("/regimes/us.tsa.pipeline").text


def test_a_directive_is_for_planning_until_an_officer_names_the_national_law(enter: Enter) -> None:
    browser = enter(OFFICER)
    assert "For planning only where no national law is named" in browser.get("/regimes/eu.nis2.art23").text
    assert send(browser, "/regimes/eu.nis2.art23/arm", source="the Austrian act", binds_from="2026-10-01").status_code == 303
    armed = browser.get("/regimes/eu.nis2.art23").text
    assert "Applies today" in armed
    assert "Armed for our cases from 2026-10-01" in armed


UNARMABLE: list[tuple[str, dict[str, str], int, str]] = [
    ("us.circia", {"source": "", "binds_from": "2026-06-01"}, 422, "Expected 1 to 1000 characters"),
    ("us.circia", {"source": "x", "binds_from": "soon"}, 422, "Expected a date such as"),
    ("eu.gdpr.art33", {"source": "x", "binds_from": "2026-06-01"}, 409, "there is nothing to arm"),
    ("uk.csrb", {"source": "x", "binds_from": "2026-06-01"}, 409, "no source makes it law"),
    ("eu.nis3", {"source": "x", "binds_from": "2026-06-01"}, 404, "There is no regime"),
]


def test_what_cannot_be_armed_is_said(enter: Enter) -> None:
    browser = enter(OFFICER)
    for id, fields, status, says in UNARMABLE:
        sent = send(browser, f"/regimes/{id}/arm", **fields)
        assert sent.status_code == status, id
        assert says in sent.text, id


def test_arming_needs_the_token_of_the_page(enter: Enter) -> None:
    assert enter(OFFICER).post("/regimes/us.circia/arm", data={"source": "x", "binds_from": "2026-06-01"}).status_code == 400


def test_the_calculator_begins_with_an_example(enter: Enter) -> None:
    page = enter(OFFICER).get("/calculator")
    assert page.status_code == 200
    assert "An example, filled in" in page.text
    assert "Sat 28 Mar 2026 18:00 (Europe/Tallinn, UTC+02:00)" in page.text
    assert "The hour in which it happened does not count" in page.text
    by_rule = enter(OFFICER).get("/calculator?rule=").text
    assert "2026-11-24 24:00" in by_rule


def test_a_calculation_is_wholly_in_its_address(enter: Enter) -> None:
    query = "regime=eu.cra.art14.vuln&zone=Europe/Prague&f.measure_available_at=2026-12-10T18:00&f.is_manufacturer_pde=true"
    page = enter(STRANGER).get(f"/calculator?{query}").text
    assert "the end of Mon 28 Dec 2026 (24:00, Europe/Prague)" in page
    assert 'value="2026-12-10T18:00"' in page
    assert "An example" not in page


def test_a_later_stage_runs_from_what_was_submitted(enter: Enter) -> None:
    query = "regime=ee.nis2&zone=Europe/Tallinn&f.aware_at=2026-03-27T17:40&s.incident_notification=2026-03-28T11:00"
    assert "the end of Tue 28 Apr 2026" in enter(OFFICER).get(f"/calculator?{query}").text


def test_days_are_drawn_as_counted_passed_over_closed_and_last(enter: Enter) -> None:
    query = "rule=business_days&n=10&unit=bd&start=2026-12-18T09:00&zone=Europe/London&cal=GB-ENG:public"
    page = enter(OFFICER).get(f"/calculator?{query}").text
    assert page.count("<caption>") == 2
    assert re.search(r'<td class="w-event"><abbr title="[^"]+">18</abbr>', page)
    assert re.search(r'<td class="w-counted"><abbr title="counts">21</abbr><span class="vh">, counts</span>', page)
    assert re.search(r'<td class="w-skipped w-named"><abbr title="does not count; closed: Christmas Day">25</abbr>', page)
    assert re.search(r'<td class="w-last"><abbr title="the last day">6</abbr>', page)
    assert '<time datetime="2026-12-28">28</time> Boxing Day (observed)' in page


def test_no_more_than_thirteen_months_are_drawn(enter: Enter) -> None:
    page = enter(OFFICER).get("/calculator?rule=calendar_months&n=36&unit=mo&start=2026-01-15T09:00&zone=UTC").text
    assert page.count("<caption>") == 13
    assert "24 months in the middle are not drawn" in page


def test_a_time_that_comes_twice_asks_which_and_then_takes_the_answer(enter: Enter) -> None:
    browser = enter(OFFICER)
    query = "regime=ee.nis2&zone=Europe/Tallinn&f.aware_at=2026-10-25T03:30"
    asked = browser.get(f"/calculator?{query}")
    assert asked.status_code == 422
    assert 'name="fold.f.aware_at"' in asked.text
    assert "Mon 26 Oct 2026 04:00" in browser.get(f"/calculator?{query}&fold.f.aware_at=1").text
    rule = "rule=elapsed_hours&n=1&unit=h&start=2026-10-25T03:30&zone=Europe/Tallinn"
    assert 'name="fold.start"' in browser.get(f"/calculator?{rule}").text
    assert browser.get(f"/calculator?{rule}&fold.start=1").status_code == 200


def test_a_day_alone_can_be_known(enter: Enter) -> None:
    page = enter(OFFICER).get("/calculator?regime=ee.nis2&zone=Europe/Tallinn&f.aware_at=2026-03-24T10:00&day.f.aware_at=1").text
    assert "known to the day" in page


INCALCULABLE = [
    ("regime=eu.nis2", "did you mean eu.nis2.art23"),
    ("regime=ee.nis2&zone=Mars", "is no time zone"),
    ("regime=ee.nis2&zone=UTC", "expected the code of one, such as EE"),
    ("regime=ee.nis2&zone=Europe/Tallinn&calendar=EE:banks", "EE has no calendar of category"),
    ("regime=ee.nis2&zone=Europe/Tallinn&f.aware_at=2026-03-29T03:30", "does not exist in Europe/Tallinn"),
    ("regime=ee.nis2&zone=Europe/Tallinn&f.aware_at=1776-07-04T00:00", "outside the years"),
    ("regime=ee.nis2&zone=Europe/Tallinn&f.nonsense=1", "is no fact that is known here"),
    ("regime=ee.nis2&zone=Europe/Tallinn&s.nonsense=2026-03-29T05:30", "has no stage"),
    ("rule=nonsense&n=1", "is no counting rule"),
    ("rule=eu1182_days&n=-2&start=2026-11-20T09:00&zone=UTC", "above zero"),
    ("rule=eu1182_days&n=two&start=2026-11-20T09:00&zone=UTC", "cannot be counted"),
    ("rule=eu1182_days&n=2&zone=UTC", "Start is missing"),
    ("rule=eu1182_days&n=2&start=2026-11-20T09:00&zone=UTC&cal=XX", "is no calendar"),
    ("rule=%3Cscript%3E", "is no counting rule"),
]


def test_what_cannot_be_calculated_is_said_above_the_form(enter: Enter) -> None:
    browser = enter(OFFICER)
    for query, says in INCALCULABLE:
        page = browser.get(f"/calculator?{query}")
        assert page.status_code == 422, query
        assert says in unescape(page.text), query
        assert "<script>" not in page.text
