"""The agreement lab: nothing typed is lost, and the lint stands at its clause and line and is mended."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient

from tests.web.drafting import ASSURANCE, NEXT, NIGHT_WATCH, begins, revision, saves, typed
from tests.web.visitors import OFFICER, OPERATOR, STRANGER, VENDOR, Enter, send, token
from tests.world import World

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
    assert "UTF-8" in officer.post("/agreements/drafts", data=latin).text
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
    assert kinds[-2:] == ["agreement.signed", "agreement.proposed_despite"]
    assert officer.get(draft).location == proposed.location, "what was proposed is the version from now on"
    assert saves_refused(officer, draft, proposed.location)
    assert "Awaits" in officer.get(proposed.location).text
    assert "night-watch 1.0" not in officer.get("/agreements").text.partition("On record")[0]


def test_what_is_asked_of_other_layers_in_vain_stands_in_the_way_too(enter: Enter, world: World) -> None:
    officer = enter(OFFICER)
    overlay = NIGHT_WATCH.replace(", tlp]", ", tlp, duties]").replace("zone: Europe", "layer: national\nzone: Europe", 1)
    overlay += (
        "relaxations:\n  - {of: {agreement: sovereign-ai-assurance, clause: mitigation_plan}, within: {business_days: 9}, cite: § 12}\n"
    )
    draft = begins(officer, overlay)
    page = officer.get(f"{draft}?view=read").text
    assert re.search(r'<li id="relaxation:0" class="r-in_force f-error">', page), "the error stands at what asks in vain"
    assert "1 error stands in the way" in page
    refused = send(officer, f"{draft}/propose", draft, revision="1")
    assert refused.status_code == 422
    assert "Composing it with the other layers finds 1 error; mend them, or say why this is meant so." in refused.text
    proposed = send(officer, f"{draft}/propose", draft, revision="1", despite="The other side will allow it.")
    assert proposed.status_code == 303
    assert world.rows("select kind from demarche.evidence_entry order by at, seq")[-1].kind == "agreement.proposed_despite"


def test_every_number_of_a_clause_links_to_it_and_articles_are_read_too(enter: Enter) -> None:
    officer = enter(OFFICER)
    draft = begins(officer, NIGHT_WATCH + "exit: {notice: {months: 3}, cite: cl. 14}\n")
    page = officer.get(f"{draft}?view=read").text
    assert '<a class="num-of" href="#notice" title="/commitments/0/within">1 hour</a>' in page
    assert '<a class="num-of" href="#notice" title="/commitments/0/acknowledge_within">4 hours</a>' in page
    assert '<li id="article:exit"' in page
    assert '<a class="num-of" href="#article:exit" title="/exit/notice">3 months</a>' in page
    for target in re.findall(r'class="num-of" href="#([^"]+)"', page):
        assert f'id="{target}"' in page


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


def test_only_a_party_to_it_proposes_a_version_and_what_it_wrote_stays(enter: Enter) -> None:
    stranger = enter(STRANGER)
    draft = begins(stranger, NIGHT_WATCH.replace(", tlp]", ", tlp, duties]"))
    refused = send(stranger, f"{draft}/propose", draft, revision="1")
    assert refused.status_code == 403
    assert "Only a party to an agreement may publish it." in refused.text
    assert "Night watch over the assistant" in stranger.get(draft).text


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
    assert "3 in force, 6 awaits signatures" in page
    found = officer.get("/agreements?q=watch+3+meridian&state=awaiting").text
    table = found.partition("On record")[2].partition("Begin a version")[0]
    assert "Night watch 3 over" in table
    assert "Night watch 2 over" not in table
    assert "None of 9 is like that." in officer.get("/agreements?q=nothing").text


def test_a_party_without_agreements_is_told_how_to_begin(enter: Enter) -> None:
    page = enter(STRANGER).get("/agreements").text
    assert "Begin a version" in page
