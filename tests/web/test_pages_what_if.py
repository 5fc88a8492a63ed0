"""What-if in the lab: a slider over a week and the cases on record say what a version would do, and nothing is kept or sent."""

from __future__ import annotations

import re

import pytest

from incident.rules.typical import cases
from tests.web.drafting import begins
from tests.web.visitors import OFFICER, OPERATOR, VENDOR, Enter, file_one
from tests.world import World


def test_a_friday_evening_says_which_clocks_start_and_what_the_version_changes_and_keeps_nothing(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    asked = {"deployment": "ee-citizen-assistant", "severity": "high", "hour": "118", "week": "2026-12-02"}
    panel = officer.get(f"{draft}/what-if", query_string=asked, headers={"HX-Request": "true"})
    assert panel.status_code == 200
    assert "<html" not in panel.text
    assert re.search(r"<b>Fri 22:00</b> Tallinn starts <b>[1-9]\d* clocks</b>", panel.text)
    assert "In place of sovereign-ai-assurance 3.1" in panel.text
    assert "later than now" in panel.text
    assert "Sat 5 Dec 01:00" in panel.text, "three hours after Friday 22:00"
    assert "<s>Fri 4 Dec 23:00</s>" in panel.text, "and one hour under the version in force"
    assert panel.text.count('class="shut"') == 4, "two weekends are shaded"
    for table in ("incident", "notice", "notification", "obligation", "report"):
        assert world.rows(f"select count(*) as n from demarche.{table}")[0].n == 0
    assert world.mail is None or not world.subjects("duty@meridian-models.example")
    whole = officer.get(f"{draft}/what-if", query_string=asked)
    assert "<html" in whole.text, "without a script it is a page"
    assert 'value="118"' in whole.text


def test_an_operator_describes_a_case_of_its_own_deployment(enter: Enter) -> None:
    operator = enter(OPERATOR)
    panel = operator.get(f"{begins(operator)}/what-if", headers={"HX-Request": "true"}).text
    assert re.search(r"Tallinn starts <b>\d+ clocks?</b>", panel)


def test_the_slider_moves_what_is_due(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)

    def due(hour: int) -> str:
        panel = officer.get(f"{draft}/what-if?week=2026-11-30&hour={hour}", headers={"HX-Request": "true"}).text
        found = re.search(r"Mitigation plan<small>.*?<time[^>]*>([^<]+)</time>", panel, re.DOTALL)
        assert found is not None
        return found[1]

    assert due(9) == "Wed 2 Dec 17:00"
    assert due(118) == "Tue 8 Dec 17:00"


@pytest.mark.parametrize(
    "asked",
    ["hour=9999", "hour=%00", "hour=²", "week=9999-12-31", "severity=odd&tlp=odd&deployment=odd", "week=2026-03-23&hour=147"],
)
def test_what_cannot_be_read_in_a_what_if_is_never_a_fault_of_ours(asked: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    assert officer.get(f"{begins(officer)}/what-if?{asked}").status_code == 200


def test_what_if_names_what_is_wrong_with_the_case(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    assert "Affected countries" in officer.get(f"{draft}/what-if?affected_countries=Atlantis", headers={"HX-Request": "true"}).text
    gap = officer.get(f"{draft}/what-if?week=2026-03-23&hour=147", headers={"HX-Request": "true"}).text
    assert "the clocks were put forward" in gap


def test_a_typical_case_is_tried_at_its_own_hour_and_the_slider_moves_it(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)

    def panel(**asked: object) -> str:
        return officer.get(f"{draft}/what-if", query_string=asked, headers={"HX-Request": "true"}).text

    own = panel(typical="ransomware")
    assert re.search(r"<b>Tue 10:40</b> Tallinn starts <b>[1-9]\d* clocks</b>", own)
    assert "Played by your deployment" in own
    assert "<b>Sat 10:40</b>" in panel(typical="ransomware", was="ransomware", hour=130)
    assert "<b>Tue 10:40</b>" in panel(typical="ransomware", was="hospital-outage", hour=130), "the hour was that of another case"
    assert panel(typical="tlp-red") != own
    assert "<b>Fri 22:00</b>" in panel(typical="no-such-case"), "what is not known is a case that is described here"
    assert world.rows("select count(*) as n from demarche.incident")[0].n == 0


def test_what_is_found_out_later_in_a_typical_case_stands_below_it(enter: Enter) -> None:
    officer = enter(OFFICER)
    later = next(each for each in cases() if each.later)
    panel = officer.get(f"{begins(officer)}/what-if?typical={later.id}", headers={"HX-Request": "true"}).text
    assert panel.count('id="verdict"') == 1
    assert panel.count('<h3 class="step">') == len(later.later)


def test_all_typical_cases_are_a_table_and_each_is_opened_from_there(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    panel = officer.get(f"{draft}/what-if?typical=all", headers={"HX-Request": "true"}).text
    for each in cases():
        assert f'href="{draft}?typical={each.id}#what-if">{each.title}</a>' in panel
    assert "later than now" in panel
    page = officer.get(f"{draft}?typical=hospital-outage").text
    assert re.search(r'<option value="hospital-outage"[^>]* selected>', page)
    assert "<b>Sun 02:30</b>" in page


def test_a_supplier_describes_no_case_and_tries_typical_and_past_ones(enter: Enter) -> None:
    file_one(enter(OFFICER))
    vendor = enter(VENDOR)
    draft = begins(vendor)
    page = vendor.get(draft).text
    assert "it has none" in page
    assert "Described here" not in page
    assert "Played by an invented cast" in page
    assert "<b>Tue 10:40</b>" in page
    assert vendor.get(f"{draft}/past", headers={"HX-Request": "true"}).status_code == 200


def test_past_cases_come_in_parts_whose_sums_travel_along(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    for _ in range(2):
        file_one(officer)
    draft = begins(officer)
    before = world.rows("select count(*) as n from demarche.evidence_entry")[0].n
    part = officer.get(f"{draft}/past", headers={"HX-Request": "true"}).text
    assert "<b>2 of 2 cases</b> tried; 2 would be different" in part
    assert '<hx-partial hx-target="#past-rows" hx-swap="beforeend">' in part
    assert "All are tried." in part
    last = re.findall(r'href="/incidents/([0-9a-f-]+)"', part)
    carried = '{"cases":50,"different":7,"late":-3,"clocks":{"added":1},"more":"x"}'
    rest = officer.get(f"{draft}/past", query_string={"after": last[0], "so_far": carried}, headers={"HX-Request": "true"}).text
    assert "<b>51 of 2 cases</b> tried; 8 would be different" in rest
    for junk in ("x", "[1]", '{"cases":"<script>"}', "9" * 5000):
        assert officer.get(f"{draft}/past", query_string={"after": last[0], "so_far": junk}).status_code == 200
    assert "expected the `next`" in officer.get(f"{draft}/past?after=00000000-0000-4000-8000-000000000000").text
    assert world.rows("select count(*) as n from demarche.evidence_entry")[0].n == before
