"""The commands that get an answer: nudge, call, word, ask, dead-letter and findings, against the real thing on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.web.test_cli_http import Desk, at_a_node, document

FILER, RECIPIENT = ("--party", "cert-ee", "--json"), ("--party", "halden-compute", "--json")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with at_a_node(tmp_path) as made:
        yield made


def told(desk: Desk, filed: Any) -> str:
    """The notice that the recipient got."""
    desk.world.sweep()
    return next(str(each["id"]) for each in filed["notices"] if each["to"] == "halden-compute" and each["released"])


def dead(desk: Desk, notice: str) -> list[str]:
    """The notifications of the notice, all of which are given up."""
    kill = f"update demarche.notification set state = 'dead', cause = 'gone', look_at = null where notice_id = '{notice}' returning id"
    with desk.world.worker.work() as work:
        return [str(row.id) for row in work.connection.exec_driver_sql(kill)]


def test_what_is_asked_is_listed_for_both_sides_and_answered_once(desk: Desk) -> None:
    notice = told(desk, desk.files())
    said = ("--by", "Kari Nordmann", "--reason", "Scope is unclear")
    asked = document(desk.run("ask", "human", notice, "--call-back", "+47 22 00 00 00", *said, *RECIPIENT))
    other = document(desk.run("ask", "not-ours", notice, *said, *RECIPIENT))
    assert (asked["kind"], asked["call_back"], other["kind"]) == ("human", "+47 22 00 00 00", "not_ours")
    for who in (FILER, RECIPIENT):
        assert {each["id"] for each in document(desk.run("ask", "list", *who))["items"]} == {asked["id"], other["id"]}
    assert desk.run("ask", "answer", asked["id"], "Called back", *RECIPIENT).exit_code == 1
    assert document(desk.run("ask", "answer", asked["id"], "Called back at 10:40", *FILER))["answer"] == "Called back at 10:40"
    assert [each["id"] for each in document(desk.run("ask", "list", *FILER))["items"]] == [other["id"]]
    assert "not ours" in desk.run("ask", "list", "--party", "cert-ee").stdout


def test_a_word_is_logged_taken_back_disputed_and_co_signed(desk: Desk) -> None:
    notice = told(desk, desk.files())
    heard = ("word", "log", notice, "--with", "Kari Nordmann", "--source", "duty telephone, line 3", *FILER)
    first = document(desk.run(*heard))
    assert (first["state"], first["word_of"], first["party"]) == ("stands", "cert-ee", "halden-compute")
    assert desk.run("word", "co-sign", first["id"], "--by", "K. N.", *FILER).exit_code == 1
    assert document(desk.run("word", "take-back", first["id"], "--reason", "another case", *FILER))["state"] == "taken_back"
    second = document(desk.run(*heard))
    said = ("--by", "Kari Nordmann", "--reason", "Nobody called", *RECIPIENT)
    assert document(desk.run("word", "dispute", second["id"], *said))["ended_because"] == "Nobody called"
    third = document(desk.run(*heard, "--said", "We have it", "--at", desk.world.now.isoformat()))
    assert document(desk.run("word", "co-sign", third["id"], "--by", "Kari Nordmann", *RECIPIENT))["state"] == "co_signed"
    listed = document(desk.run("word", "list", notice, *FILER))["words"]
    assert {each["id"]: each["state"] for each in listed} == {
        first["id"]: "taken_back", second["id"]: "disputed", third["id"]: "co_signed",
    }  # fmt: skip
    assert "We have it" in desk.run("word", "list", notice, "--party", "halden-compute").stdout


def test_a_debtor_is_nudged_and_a_second_nudge_refused(desk: Desk) -> None:
    filed = desk.files()
    told(desk, filed)
    owed = next(each["id"] for each in filed["obligations"] if each["owed_by"] == "halden-compute" and each["verdict"] == "running")
    assert desk.run("nudge", owed, "--party", "cert-ee").stdout.startswith("Nudged halden-compute: ")
    again = desk.run("nudge", owed, *FILER)
    assert (again.exit_code, document(again)["error"]["code"]) == (1, "nudged_lately")


def test_a_call_is_kept_with_the_duty_that_it_was_about(desk: Desk) -> None:
    filed = desk.files()
    about = filed["obligations"][0]["id"]
    words = ("--with", "Kari Nordmann", "--said", "They look at it", "--source", "line 3", "--about", about, "--proof", "recording 7")
    kept = document(desk.run("call", filed["incident"], "halden-compute", *words, *FILER))
    assert kept["incident"]["id"] == filed["incident"]
    ((obligation, detail),) = desk.world.rows("select obligation_id, detail from demarche.act where kind = 'called'")
    assert (str(obligation), detail["with_party"], detail["proof"]) == (about, "halden-compute", "recording 7")
    nobody = desk.run("call", filed["incident"], "nobody", *words, *FILER)
    assert document(nobody)["error"]["faults"][0]["pointer"] == "/with_party"


def test_a_dead_letter_is_seen_tried_again_sent_another_way_and_told_by_call(desk: Desk) -> None:
    filed = desk.files()
    notice = told(desk, filed)
    ids = dead(desk, notice)
    listed = document(desk.run("dead-letter", "list", *FILER))["items"]
    assert {each["id"] for each in listed} == set(ids)
    assert {"contact": "manager", "channel": "email"} in listed[0]["left"]
    assert document(desk.run("dead-letter", "list", *RECIPIENT))["items"] == []
    first, second = ids[:2]
    assert desk.run("dead-letter", "try", first, *RECIPIENT).exit_code == 1
    assert document(desk.run("dead-letter", "try", first, *FILER))["state"] == "pending"
    assert document(desk.run("dead-letter", "try", first, *FILER))["error"]["code"] == "not_dead"
    instead = document(desk.run("dead-letter", "way", second, "manager", "email", *FILER))
    assert (instead["contact"], instead["channel"]) == ("manager", "email")
    shown = desk.run("dead-letter", "list", "--party", "cert-ee").stdout.splitlines()
    assert shown[0].split("\t")[:3] == ["id", "state", "to"]


def test_whoever_was_told_on_the_telephone_needs_no_letter(desk: Desk) -> None:
    notice = told(desk, desk.files())
    (letter, *_) = dead(desk, notice)
    words = ("--with", "Kari Nordmann", "--said", "Told all of it", "--source", "line 3")
    told_now = document(desk.run("dead-letter", "call", letter, *words, *FILER))
    assert (told_now["state"], "Kari Nordmann" in told_now["cause"]) == ("cancelled", True)
    assert letter not in {each["id"] for each in document(desk.run("dead-letter", "list", *FILER))["items"]}


def test_what_the_audit_found_is_listed_for_whom_it_concerns_and_seen_once(desk: Desk) -> None:
    for by in (timedelta(minutes=3), -timedelta(minutes=3)):
        desk.world.clock.jump(machine=by)
        desk.world.sweep()
    [found] = document(desk.run("findings", "list", *FILER))["items"]
    assert (found["kind"], found["seen_by"]) == ("clock.moved", None)
    assert document(desk.run("findings", "list", *RECIPIENT))["items"] == []
    assert desk.run("findings", "seen", found["id"], *RECIPIENT).exit_code == 1
    seen = document(desk.run("findings", "seen", found["id"], *FILER))
    assert seen["seen_by"]
    assert document(desk.run("findings", "seen", found["id"], *FILER)) == seen
    shown = desk.run("findings", "list", "--party", "cert-ee").stdout.splitlines()
    assert shown[0].split("\t") == ["id", "since", "times", "what", "incident_ref", "seen by", "to do"]
    assert "was set back" in shown[1]
    assert [each["kind"] for each in document(desk.run("findings", "list", "--past", *FILER))["items"]] == ["clock.apart"]
