"""A liaison officer, watching: what is missed is said once, chains are dated by what happens, nothing leaves unreleased."""

from __future__ import annotations

import uuid

import pytest

from incident import board, evidence
from incident.actions.commands import DoneBy
from incident.actions.hold_notice import hold_notice
from incident.actions.release_notice import release_notice
from incident.actions.submit import submit
from incident.errors import Conflict, NotFound
from tests.world import World


def test_an_early_warning_nobody_sent(world: World) -> None:
    filed = world.files(severity="low")
    world.sweep()
    world.forward(days=9)  # every worker was down
    world.sweep()
    world.sweep()
    assert world.verdict(filed, "art23.early_warning") == "missed"
    about = [n for n in world.incident(filed)["notices"] if n["kind"] == "missed" and "early warning" in n["title"].lower()]
    assert sorted(n["to"] for n in about) == ["cert-ee", "ee-ministry"]
    reminders = [n for n in world.incident(filed)["notices"] if n["kind"] == "reminder" and "early warning" in n["title"].lower()]
    assert reminders == []


def test_reminders_come_before_and_after_each_once(world: World) -> None:
    filed = world.files(severity="low")
    for _ in range(60):
        world.forward(hours=1)
        world.sweep()
    told = [n["title"] for n in world.incident(filed)["notices"] if n["kind"] in ("reminder", "missed") and n["to"] == "ee-ministry"]
    early = [title for title in told if "early warning" in title.lower()]
    assert [title.split(":")[0] for title in early] == ["Reminder", "Reminder", "Missed", "Reminder"]


def test_the_final_report_runs_from_the_notification_that_was_submitted(world: World) -> None:
    filed = world.files()
    predicted = world.obligation(filed, "art23.final_report")
    assert predicted["predicted"]
    world.forward(hours=30)
    notification = uuid.UUID(world.obligation(filed, "art23.incident_notification")["id"])
    with world.work("cert-ee") as work:
        submit(work, notification, "incident_notification", DoneBy("M. Duarte", detail={"proof": "portal 4711"}))
    real = world.obligation(filed, "art23.final_report")
    assert real["id"] == predicted["id"]
    assert not real["predicted"]
    assert real["due_at"] == "2026-12-28T22:00:00Z"  # Thu 24 Dec and the holidays after it roll to the end of Mon 28 in Tallinn


def test_a_predicted_link_never_escalates_and_is_never_missed(world: World) -> None:
    filed = world.files()
    world.forward(days=60)
    world.sweep()
    assert world.verdict(filed, "art23.final_report") == "running"
    assert not world.rows(
        "select 1 from demarche.act a join demarche.obligation o on o.id = a.obligation_id where o.predicted and a.kind = 'missed'"
    )


def test_nothing_leaves_unreleased_and_what_is_held_back_stays(world: World) -> None:
    filed = world.files(affected_countries=("EE", "FR"))
    world.sweep()
    relay = next(n for n in filed["notices"] if n["to"] == "cert-fr")
    assert relay["awaiting"]
    with world.work("cert-fr") as work:
        assert board.inbox(work) == []
        with pytest.raises(NotFound):
            board.notice(work, uuid.UUID(relay["id"]))
    with world.work("cert-ee") as work:
        assert [n["id"] for n in board.release_desk(work) if n["to"] == "cert-fr"] == [relay["id"]]
        release_notice(work, uuid.UUID(relay["id"]))
    world.sweep()
    with world.work("cert-fr") as work:
        assert [n["digest"] for n in board.inbox(work)] == [relay["digest"]]
    assert world.verdict(filed, "relay", owed_by="cert-ee") == "met"
    with pytest.raises(Conflict, match="called back"), world.work("cert-ee") as work:
        hold_notice(work, uuid.UUID(relay["id"]), "Wait")


def test_a_notice_held_back_cannot_be_released(world: World) -> None:
    filed = world.files(affected_countries=("EE", "FR"))
    relay = uuid.UUID(next(n for n in filed["notices"] if n["to"] == "cert-fr")["id"])
    with world.work("cert-ee") as work:
        hold_notice(work, relay, "The supplier is a suspect")
    with pytest.raises(Conflict, match="no further"), world.work("cert-ee") as work:
        release_notice(work, relay)
    assert world.verdict(filed, "relay", owed_by="cert-ee") == "running"


def test_red_leaves_to_nobody_and_the_officer_sees_why(world: World) -> None:
    filed = world.files(tlp="RED")
    to_others = [n for n in filed["notices"] if n["to"] in ("meridian-models", "halden-compute")]
    assert to_others
    assert all(n["items"] == {} and n["awaiting"] for n in to_others)
    with world.work("cert-ee") as work:
        desk = [n for n in board.release_desk(work) if n["to"] == "halden-compute"]
    assert {w["rule"] for n in desk for w in n["withheld"]} == {"tlp.red"}
    with pytest.raises(Conflict, match="nothing that may be released"), world.work("cert-ee") as work:
        release_notice(work, uuid.UUID(desk[0]["id"]))


def test_a_clock_without_its_anchor_waits_and_says_for_what(world: World) -> None:
    filed = world.files(aware_at=None)
    early = world.obligation(filed, "art23.early_warning")
    assert early["due_at"] is None
    assert any(line["code"] == "waits" for line in early["because"])


def test_the_chains_hold_after_a_busy_week(world: World) -> None:
    for number in range(3):
        world.files(reference=f"EE-{number}", personal_data_breach=True)
    for _ in range(7):
        world.forward(days=1)
        world.sweep()
    with world.worker.work() as work:
        *_, last = evidence.check(work.connection)
    assert last.broken == ()
    assert last.entries > 60
    unsealed = world.rows("select coalesce(sum(seq - sealed), 0) from demarche.evidence_head")[0][0]
    assert unsealed == 0


def test_the_timeline_says_in_words_who_was_told_and_what_moved(world: World) -> None:
    filed = world.files()
    world.sweep()
    with world.work("cert-ee") as work:
        said = [entry["text"] for entry in board.timeline(work, uuid.UUID(filed["incident"]))]
    assert "Sent to Halden Compute AS by email: a carrier took it." in said
    assert "Dated anew." in said
