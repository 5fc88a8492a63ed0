"""A vendor's officer on duty, at night: told by a neutral message, acknowledges, asks for more time."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from incident import board
from incident.actions.acknowledge import acknowledge
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.actions.extend import extend
from incident.actions.submit import submit
from incident.actions.waive import waive
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import World


def the_notice(world: World, to: str) -> dict[str, Any]:
    with world.work(to) as work:
        return board.inbox(work)[0]


def test_the_message_is_neutral_and_the_link_opens_one_notice(world: World) -> None:
    filed = world.files(summary="Prompts of the tax office in the clear")
    world.sweep()
    mail = next(m for m in world.mail.messages() if "duty@halden-compute.example" in m.to)
    assert filed["incident_ref"] in mail.subject
    assert "acknowledge by" in mail.subject
    assert "tax office" not in mail.text
    assert re.search(r"/l/[\w-]{64}\b", mail.text)


def test_acknowledging_the_notice_meets_the_duty_and_stops_the_ladder(world: World) -> None:
    filed = world.files()
    world.sweep()
    assert world.verdict(filed, "supplier_notice.acknowledge", owed_by="halden-compute") == "running"
    with world.work("halden-compute") as work:
        shown = acknowledge_notice(work, uuid.UUID(the_notice(world, "halden-compute")["id"]), DoneBy("Kari Nordmann"))
    assert shown["acknowledged_by"] == "Kari Nordmann"
    assert world.verdict(filed, "supplier_notice.acknowledge", owed_by="halden-compute") == "met"
    world.forward(hours=3, minutes=5)
    world.sweep()
    assert not world.subjects("deputy@halden-compute.example")
    assert world.subjects("deputy@meridian-models.example")


def test_nobody_answers_so_deputy_then_manager_then_the_liaison_are_told(world: World) -> None:
    filed = world.files()
    world.sweep()
    due_at = world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")["due_at"]
    world.forward(hours=3, minutes=5)
    world.sweep()
    [escalation] = world.subjects("deputy@halden-compute.example")
    assert escalation.startswith("[Démarche] Escalation · ")
    assert escalation.endswith(" · due by Mon 14:00 CET (Mon 13:00 UTC)")  # whoever is woken sees how long there is
    assert not world.subjects("manager@halden-compute.example")
    world.forward(minutes=45)
    world.sweep()
    assert len(world.subjects("manager@halden-compute.example")) == 1
    assert len(world.subjects("deputy@halden-compute.example")) == 1
    world.forward(minutes=15)
    world.sweep()
    assert world.verdict(filed, "supplier_notice.acknowledge", owed_by="halden-compute") == "missed"
    recorded = world.rows("select detail from demarche.act where kind = 'missed' and occurred_at = :d", d=due_at)
    assert recorded[0].detail["recorded_late_by_ms"] == 5 * 60 * 1000


def test_what_was_due_before_it_was_filed_is_missed_and_not_by_our_lateness(world: World) -> None:
    filed = world.files(aware_at="2026-11-19T10:40:00+02:00")
    (seen_at,) = {row.look_at for row in world.rows("select look_at from demarche.timer where step = 'due' and look_at <= :n", n=world.now)}
    assert seen_at == world.now
    world.sweep()
    assert world.verdict(filed, "art23.early_warning") == "missed"
    recorded = world.rows("select detail from demarche.act where kind = 'missed'")
    assert {row.detail["recorded_late_by_ms"] for row in recorded} == {0}


def test_a_late_acknowledgement_is_late_and_the_miss_stays(world: World) -> None:
    filed = world.files()
    world.sweep()
    world.forward(hours=5)
    world.sweep()
    with world.work("halden-compute") as work:
        acknowledge_notice(work, uuid.UUID(board.inbox(work)[-1]["id"]), DoneBy("Kari Nordmann"))
    late = world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")
    assert late["verdict"] == "met_late"
    assert late["missed_at"] == late["due_at"]


def test_a_delivery_starts_the_clock_that_was_only_predicted(world: World) -> None:
    filed = world.files()
    predicted = world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")
    assert predicted["predicted"]
    world.forward(minutes=20)
    world.sweep()
    real = world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")
    assert real["id"] == predicted["id"]
    assert not real["predicted"]
    moved = [a for a in real["acts"] if a["kind"] == "redated"]
    assert len(moved) == 1


def test_the_vendor_sees_its_own_duties_and_nothing_behind_them(world: World) -> None:
    filed = world.files(personal_data_breach=True)
    world.sweep()
    with world.work("halden-compute") as work:
        mine = board.obligations(work).items
        assert mine
        assert {o["owed_by"] for o in mine} == {"halden-compute"}
        with pytest.raises(NotFound):
            board.incident(work, uuid.UUID(filed["incident"]))
        assert board.lines(work)["lines"][0]["summary"] is None


def test_more_time_rests_on_a_clause_and_is_the_creditors_to_give(world: World) -> None:
    filed = world.files()
    world.sweep()
    plan = world.obligation(filed, "mitigation_plan", owed_by="halden-compute")
    until = world.now + timedelta(days=12)
    with pytest.raises(NotAllowed, match="owed to"), world.work("halden-compute") as work:
        extend(work, uuid.UUID(plan["id"]), until, plan["extendable"] or "x", "We need parts")
    early = world.obligation(filed, "art23.early_warning")
    with pytest.raises(NotAllowed, match="Nobody may extend"), world.work("cert-ee") as work:
        extend(work, uuid.UUID(early["id"]), until, "Art. 1", "Please")
    assert plan["extendable"]
    with world.work("cert-ee") as work:
        shown = extend(work, uuid.UUID(plan["id"]), until, plan["extendable"], "Parts are late")
    assert shown["due_at"] == until.isoformat().replace("+00:00", "Z")
    assert shown["because"][-1]["code"] == "extended"
    world.forward(days=10)
    world.sweep()
    assert world.verdict(filed, "mitigation_plan", owed_by="halden-compute") == "running"


def test_a_waiver_in_time_ends_the_duty_and_a_late_one_stands_beside_the_miss(world: World) -> None:
    filed = world.files()
    world.sweep()
    plans = {who: world.obligation(filed, "mitigation_plan", owed_by=who) for who in ("halden-compute", "meridian-models")}
    if not plans["halden-compute"]["waivable"]:
        pytest.fail("the demo's mitigation plan should be waivable")
    with world.work("cert-ee") as work:
        assert waive(work, uuid.UUID(plans["halden-compute"]["id"]), "Not affected")["verdict"] == "waived"
    world.forward(days=5)
    world.sweep()
    with world.work("cert-ee") as work:
        assert waive(work, uuid.UUID(plans["meridian-models"]["id"]), "Too late")["verdict"] == "missed"


def test_a_submission_needs_its_stage_and_its_proof(world: World) -> None:
    filed = world.files()
    world.sweep()
    plan = uuid.UUID(world.obligation(filed, "mitigation_plan", owed_by="halden-compute")["id"])
    with pytest.raises(Invalid, match="faults") as refused, world.work("halden-compute") as work:
        submit(work, plan, "root_cause", DoneBy("Kari"))
    assert refused.value.faults[0].pointer == "/stage"
    with world.work("halden-compute") as work:
        assert submit(work, plan, "mitigation_plan", DoneBy("Kari", detail={"proof": "sha256:ab"}))["verdict"] == "met"
    cause = world.obligation(filed, "root_cause", owed_by="halden-compute")
    assert not cause["predicted"]


def test_what_is_not_ours_cannot_be_acknowledged(world: World) -> None:
    filed = world.files()
    world.sweep()
    theirs = uuid.UUID(world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")["id"])
    with pytest.raises(NotFound), world.work("meridian-models") as work:
        acknowledge(work, theirs, DoneBy("Somebody"))
    with world.work("cert-ee") as work:  # a telephone call, logged by the filer for the debtor
        shown = acknowledge(work, theirs, DoneBy("Kari Nordmann", note="by telephone"))
    assert shown["verdict"] == "met"
    acts = world.obligation(filed, "supplier_notice.acknowledge", owed_by="halden-compute")["acts"]
    assert acts[-1]["detail"]["logged_for_debtor"] is True


def test_a_duty_that_asks_for_confirmation_is_met_by_the_creditors_word(world: World) -> None:
    filed = world.files()
    world.sweep()
    hand_over = world.obligation(filed, "evidence_hand_over")
    assert hand_over["discharged_by"] == "confirmed"
    with pytest.raises(Conflict, match="Nothing has been submitted"), world.work("cert-ee") as work:
        acknowledge(work, uuid.UUID(hand_over["id"]), DoneBy("Liis Kask"))
    with world.work("cert-ee") as work:
        submit(work, uuid.UUID(hand_over["id"]), "evidence_hand_over", DoneBy("Kari", detail={"proof": "sha256:cd"}))
    assert world.verdict(filed, "evidence_hand_over") != "met"
    with world.work("cert-ee") as work:
        assert acknowledge(work, uuid.UUID(hand_over["id"]), DoneBy("Liis Kask"))["verdict"] == "met"


def test_a_clock_that_runs_from_delivery_is_not_started_by_the_inbox_while_mail_is_under_way(world: World) -> None:
    filed = world.files()
    world.sweep()
    kinds = world.rows("select kind, detail ->> 'channel' as channel from demarche.act where kind in ('sent', 'received')")
    assert {(row.kind, row.channel) for row in kinds} == {("sent", "email")}
    assert filed["incident"]
