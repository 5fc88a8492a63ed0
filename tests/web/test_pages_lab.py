"""The agreement lab: nothing typed is lost, the lint stands at its clause and line and is mended, and what-if sends nothing."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.visitors import OFFICER, OPERATOR, STRANGER, VENDOR, Enter, file_one, send, token
from tests.world import World

ASSURANCE = (Path(__file__).parents[2] / "web/demo/agreements/sovereign-ai-assurance.yaml").read_text(encoding="utf-8")
NEXT = ASSURANCE.replace('version: "3.1"', 'version: "3.2"').replace("within: {hours: 1}", "within: {hours: 3}")
NIGHT_WATCH = """\
format: agreement/1
name: night-watch
version: "1.0"
title: Night watch over the assistant
zone: Europe/Tallinn
in_force: {from: 2026-01-01, until: 2030-12-31}
parties: [https://cert-ee.example/#party, https://ee-ministry.example/#party, https://meridian-models.example/#party]
commitments:
  - id: notice
    title: Notice of a severe incident
    cite: cl. 3.1
    owed_by: {role: home_cert}
    owed_to: {role: suppliers, mode: each}
    owes: a notice of the incident
    when: {fact: severity, in: [high, critical]}
    anchor: {filing: true}
    within: {hours: 1}
    discharged_by: received
    must_contain: [reference, severity, duties]  # the parties insist on this
    tell:
      fields: [reference, severity, tlp]
      release: officer
      channels: [webhook, email, inbox]
    acknowledge_within: {hours: 4}
    ladder:
      - {contact: deputy, before: {minutes: 60}}
"""


def begins(client: FlaskClient, text: str = NEXT) -> str:
    """The address of a draft version with that text."""
    made = send(client, "/agreements/drafts", "/agreements", text=text)
    assert made.status_code == 303, made.text
    return str(made.location).partition("?")[0]


def saves(client: FlaskClient, draft: str, text: str, revision: int = 1) -> TestResponse:
    return send(client, draft, f"{draft}?view=source", text=text, revision=str(revision))


def revision(client: FlaskClient, draft: str) -> int:
    found = re.search(r'name="revision" value="(\d+)"', client.get(draft).text)
    assert found is not None
    return int(found[1])


def typed(page: TestResponse) -> str:
    """What stands in the editor; a reader of HTML drops the first line end."""
    found = re.search(r"<textarea id=\"text\"[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert found is not None, page.text
    return unescape(found[1])


# -- beginning ------------------------------------------------------------------------------------------------------------------------


def test_a_draft_version_begins_blank_from_a_version_from_a_file_or_from_a_text(enter: Enter) -> None:
    officer = enter(OFFICER)
    blank = send(officer, "/agreements/drafts", "/agreements", blank="1")
    assert "https://cert-ee.example/#party" in typed(officer.get(blank.location))
    version = re.search(r'<option value="([0-9a-f-]+)">Sovereign AI', officer.get("/agreements").text)
    assert version is not None
    of_version = send(officer, "/agreements/drafts", "/agreements", version=version[1])
    assert typed(officer.get(of_version.location)) == ASSURANCE
    assert f"/diff?against={version[1]}" in officer.get(of_version.location).text
    file = {"csrf_token": token(officer.get("/agreements")), "file": (io.BytesIO(NEXT.encode()), "next.yaml")}
    of_file = officer.post("/agreements/drafts", data=file)
    assert typed(officer.get(of_file.location)) == NEXT
    listed = officer.get("/agreements").text
    assert "Being written" in listed
    assert "sovereign-ai-assurance 3.2" in listed


def test_a_file_that_cannot_be_kept_is_refused_and_a_text_comes_back_as_it_was_sent(enter: Enter) -> None:
    officer = enter(OFFICER)
    latin = {"csrf_token": token(officer.get("/agreements")), "file": (io.BytesIO("title: Müller".encode("latin-1")), "x.yaml")}
    assert "expected a text file in UTF-8" in officer.post("/agreements/drafts", data=latin).text
    long = "name: x\n" + "# a long remark\n" * 20_000
    refused = send(officer, "/agreements/drafts", "/agreements", text=long)
    assert refused.status_code == 422
    assert "expected at most 262144 bytes" in refused.text
    assert refused.text.count("# a long remark") == 20_000
    assert send(officer, "/agreements/drafts", "/agreements", version="no-id").status_code == 404


def test_a_draft_version_is_its_partys_own(enter: Enter) -> None:
    draft = begins(enter(OFFICER))
    for party in (OPERATOR, VENDOR, STRANGER):
        other = enter(party)
        for url in (draft, f"{draft}/what-if", f"{draft}/past", f"{draft}/diff?against={draft.rpartition('/')[2]}"):
            assert other.get(url).status_code == 404
        for verb in ("", "/check", "/mend", "/undo", "/discard", "/restore", "/propose"):
            assert send(other, f"{draft}{verb}", text="name: mine", revision="1").status_code == 404
        assert "sovereign-ai-assurance 3.2" not in other.get("/agreements").text
    assert revision(enter(OFFICER), draft) == 1


# -- writing --------------------------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_there_letter_by_letter_and_saving_it_again_changes_nothing(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    text = "\n\n  name: odd <b>&amp; \u00e9\u4e16\u754c\n\ttabs\n  # </textarea> trailing  \n\n"
    assert saves(officer, draft, text.replace("\n", "\r\n")).status_code == 303
    assert typed(officer.get(f"{draft}?view=source")) == text
    assert saves(officer, draft, text, revision=2).status_code == 303
    assert revision(officer, draft) == 2


def test_when_two_people_write_the_second_sees_both_texts_and_loses_nothing(enter: Enter) -> None:
    first, second = enter(OFFICER), enter(OFFICER)
    draft = begins(first)
    assert saves(first, draft, NEXT.replace("hours: 3", "hours: 2")).status_code == 303
    refused = saves(second, draft, NEXT.replace("hours: 3", "hours: 5"), revision=1)
    assert refused.status_code == 409
    assert "Somebody else saved meanwhile" in refused.text
    assert "within: {hours: 5}" in typed(refused)
    assert "− theirs     within: {hours: 2}" in refused.text
    assert "+ yours      within: {hours: 5}" in refused.text
    assert 'name="revision" value="2"' in refused.text, "saving now is meant to put the second text in place of the first"
    assert saves(second, draft, NEXT.replace("hours: 3", "hours: 5"), revision=2).status_code == 303
    send(second, f"{draft}/undo", f"{draft}?view=read", revision="3")
    assert "within: {hours: 2}" in typed(second.get(f"{draft}?view=source")), "what the first saved is what undo brings back"


@pytest.mark.parametrize("text", ["name: x\x00", "name: " + "x" * 300_000])
def test_a_text_that_cannot_be_kept_comes_back_in_the_editor(text: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    refused = saves(officer, draft, text)
    assert refused.status_code == 422
    assert 'data-unsaved="yes"' in refused.text
    assert text[:300] in typed(refused)
    assert typed(officer.get(f"{draft}?view=source")) == NEXT


def test_every_fault_stands_at_its_line_also_where_the_yaml_cannot_be_read(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    faulty = NEXT.replace("discharged_by: sent", "discharged_by: wishing", 1)
    line = faulty[: faulty.index("wishing")].count("\n") + 1
    checked = send(officer, f"{draft}/check", draft, text=faulty)
    assert f'<a href="#L{line}" data-line="{line}">line {line}</a>' in checked.text
    assert f'<li id="L{line}" class="l-error"' in checked.text
    assert typed(officer.get(f"{draft}?view=source")) == NEXT, "checking saves nothing"
    broken = send(officer, f"{draft}/check", draft, text="name: a\nversion: b: c\ntitle: d\n")
    assert '<li id="L2" class="l-error"' in broken.text
    saves(officer, draft, "name: [")
    opened = officer.get(draft).text
    assert 'id="editor"' in opened, "a text that cannot be read opens in its source"
    assert "cannot be read as an agreement yet" in officer.get(f"{draft}?view=read").text


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "-", "[]", "a: &x [*x]", "a: 1\na: 2", "\ta: 1", "\ufeffname: x", "name: {}", "name: 7\ncommitments: {}", "~",
        "? [a]\n: b",
        "[" * 200, "commitments:\n  - 7\n  - {id: [1]}", "commitments: [{id: a, when: {all: []}}]", "\n" * 9000,
        "x: !!python/object:os.system {}",
        "parties: \ud83d\ude00",
    ],
)  # fmt: skip
def test_a_text_that_nobody_wrote_well_is_checked_saved_and_shown(text: str, enter: Enter) -> None:
    officer = enter(OFFICER)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    draft = begins(officer, text)
    assert send(officer, f"{draft}/check", draft, text=text).status_code == 200
    for view in ("read", "source"):
        assert officer.get(f"{draft}?view={view}").status_code == 200
    assert typed(officer.get(f"{draft}?view=source")) == text
    assert send(officer, f"{draft}/mend", draft, revision="1").status_code == 409
    assert send(officer, f"{draft}/propose", draft, revision="1").status_code == 422


# -- the lint -------------------------------------------------------------------------------------------------------------------------


def test_a_finding_stands_at_its_clause_and_its_fix_changes_nothing_else_and_is_undone(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer, NIGHT_WATCH)
    page = officer.get(f"{draft}?view=read")
    assert "The notice must contain duties, but does not tell it." in page.text
    fix = re.search(r'name="code" value="([a-z_-]+)"><input type="hidden" name="pointer" value="([^"]+)"', page.text)
    assert fix is not None
    mended = send(officer, f"{draft}/mend", draft, code=fix[1], pointer=fix[2], revision="1", view="read")
    assert mended.location == f"{draft}?view=read"
    text = typed(officer.get(f"{draft}?view=source"))
    changed = [line for line in text.splitlines() if line not in NIGHT_WATCH.splitlines()]
    assert changed == ["      fields: [reference, severity, tlp, duties]"]
    assert "# the parties insist on this" in text
    again = send(officer, f"{draft}/mend", draft, code=fix[1], pointer=fix[2], revision="2", view="read")
    assert again.status_code == 409, "there is nothing left to mend"
    send(officer, f"{draft}/undo", draft, revision="2", view="source")
    assert typed(officer.get(f"{draft}?view=source")) == NIGHT_WATCH


def test_all_fixes_are_one_change(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer, NIGHT_WATCH.replace(", tlp]", "]"))
    assert send(officer, f"{draft}/mend", draft, revision="1", view="read").status_code == 303
    assert revision(officer, draft) == 2
    assert "Nothing to mend" in officer.get(draft).text
    stale = send(officer, f"{draft}/mend", draft, revision="1", view="read")
    assert stale.status_code == 409
    assert "saved revision 2 meanwhile" in stale.text


# -- proposing ------------------------------------------------------------------------------------------------------------------------


def test_errors_stand_in_the_way_of_proposing_until_a_reason_is_given_which_is_kept(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    ladder = NIGHT_WATCH.replace(", duties]  #", "]  #").replace("minutes: 60", "minutes: 300")
    draft = begins(officer, ladder)
    refused = send(officer, f"{draft}/propose", draft, revision="1")
    assert refused.status_code == 422
    assert "The lint finds 1 error; mend them, or say why this is meant so." in refused.text
    assert world.rows("select count(*) as n from demarche.agreement_version where name = 'night-watch'")[0].n == 0
    proposed = send(officer, f"{draft}/propose", draft, revision="1", despite="The deputy sleeps beside the desk.")
    assert re.fullmatch(r"/agreements/[0-9a-f-]{36}", proposed.location)
    kinds = [row.kind for row in world.rows("select kind from demarche.evidence_entry order by at, seq")]
    assert kinds[-2:] == ["agreement.published", "agreement.proposed_despite"]
    assert officer.get(draft).location == proposed.location, "what was proposed is the version from now on"
    assert saves_refused(officer, draft, proposed.location)
    assert "Awaits" in officer.get(proposed.location).text
    assert "night-watch 1.0" not in officer.get("/agreements").text.partition("On record")[0]


def saves_refused(client: FlaskClient, draft: str, seen: str) -> bool:
    return send(client, draft, seen, text="name: x", revision="1").status_code == 409


def test_what_is_proposed_is_what_was_seen(enter: Enter) -> None:
    first, second = enter(OFFICER), enter(OFFICER)
    draft = begins(first)
    saves(second, draft, NEXT.replace("hours: 3", "hours: 2"))
    assert send(first, f"{draft}/propose", draft, revision="1").status_code == 409


def test_a_discarded_draft_version_leaves_the_list_and_can_be_restored(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    assert send(officer, f"{draft}/discard", draft).location == "/agreements"
    listed = officer.get("/agreements").text
    assert "Being written" not in listed
    assert f'action="{draft}/restore"' in listed
    assert "This draft version is discarded." in officer.get(draft).text
    assert saves(officer, draft, "name: x").status_code == 409
    assert send(officer, f"{draft}/restore", draft).location == draft
    assert typed(officer.get(f"{draft}?view=source")) == NEXT


def test_a_draft_version_is_compared_with_the_version_that_it_began_as(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer)
    link = re.search(rf'href="({draft}/diff\?against=[0-9a-f-]+)"', officer.get(draft).text)
    assert link is not None
    page = officer.get(link[1])
    assert f'<a href="{draft}#supplier_notice">3 hours</a>' in page.text
    assert officer.get(f"{draft}/diff").status_code == 404
    saves(officer, draft, "name: sovereign-ai-assurance")
    assert officer.get(link[1]).status_code == 422


# -- what if --------------------------------------------------------------------------------------------------------------------------


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


def test_only_a_party_to_it_proposes_a_version_and_what_it_wrote_stays(enter: Enter) -> None:
    stranger = enter(STRANGER)
    draft = begins(stranger, NIGHT_WATCH.replace(", tlp]", ", tlp, duties]"))
    refused = send(stranger, f"{draft}/propose", draft, revision="1")
    assert refused.status_code == 403
    assert "Only a party to an agreement may publish it." in refused.text
    assert "Night watch over the assistant" in stranger.get(draft).text


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


def test_a_supplier_reads_and_tries_on_past_cases_but_describes_none(enter: Enter) -> None:
    file_one(enter(OFFICER))
    vendor = enter(VENDOR)
    draft = begins(vendor)
    assert "it has none" in vendor.get(draft).text
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


# -- versions on record and the list ----------------------------------------------------------------------------------------------------


def test_a_version_on_record_is_read_in_the_lab_and_cannot_be_changed_there(enter: Enter) -> None:
    officer = enter(OFFICER)
    url = re.search(r'href="(/agreements/[0-9a-f-]{36})">Sovereign', officer.get("/agreements").text)
    assert url is not None
    for view in ("read", "source"):
        page = officer.get(f"{url[1]}?view={view}")
        assert page.status_code == 200
        assert "In force since" in page.text
        assert "<textarea" not in page.text
        assert "/mend" not in page.text
    assert "name: sovereign-ai-assurance" in page.text
    assert "New version of it" in page.text


def test_many_agreements_are_found_by_name_party_and_state(enter: Enter) -> None:
    officer = enter(OFFICER)
    for number in range(6):
        text = NIGHT_WATCH.replace("night-watch", f"night-watch-{number}").replace("Night watch over", f"Night watch {number} over")
        assert send(officer, "/agreements", "/agreements", text=text).status_code == 303
    page = officer.get("/agreements").text
    assert 'role="search"' in page
    assert "3 in force, 6 awaits acceptance" in page
    found = officer.get("/agreements?q=watch+3+meridian&state=awaiting").text
    table = found.partition("On record")[2].partition("Begin a version")[0]
    assert "Night watch 3 over" in table
    assert "Night watch 2 over" not in table
    assert "None of 9 is like that." in officer.get("/agreements?q=nothing").text


def test_a_party_without_agreements_is_told_how_to_begin(enter: Enter) -> None:
    page = enter(STRANGER).get("/agreements").text
    assert "Begin a version" in page
