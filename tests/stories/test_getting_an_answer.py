"""A liaison officer who wants an answer: nudges, calls, logs an acknowledgement by word; the other side co-signs or disputes it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incident import board
from incident.actions.acknowledge_by_word import acknowledge_by_word
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.answer_ask import answer_ask
from incident.actions.ask_for_help import ask_for_help
from incident.actions.ask_for_more_time import ask_for_more_time
from incident.actions.co_sign import co_sign
from incident.actions.commands import Asks, DoneBy, Heard
from incident.actions.dispute_word import dispute_word
from incident.actions.log_call import log_call
from incident.actions.nudge import nudge
from incident.actions.open_notice import open_notice
from incident.actions.submit import submit
from incident.actions.take_back_word import take_back_word
from incident.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import World

VENDOR, OTHER = "halden-compute", "meridian-models"
DUTY, DEPUTY = "duty@halden-compute.example", "deputy@halden-compute.example"
HEARD = Heard("Kari Nordmann", "We have it and are on it", "duty telephone, recorded line 3")


@pytest.fixture
def filed(world: World) -> dict[str, Any]:
    answer = world.files()
    world.sweep()
    return answer


def notice_to(world: World, filed: dict[str, Any], slug: str = VENDOR) -> UUID:
    return next(UUID(each["id"]) for each in world.incident(filed)["notices"] if each["to"] == slug and each["kind"] == "duties")


def said(world: World, filed: dict[str, Any], heard: Heard = HEARD) -> dict[str, Any]:
    with world.work("cert-ee") as work:
        return acknowledge_by_word(work, notice_to(world, filed), heard)


def duty(world: World, filed: dict[str, Any]) -> dict[str, Any]:
    return world.obligation(filed, "supplier_notice.acknowledge", owed_by=VENDOR)


def test_a_word_stops_the_ladder_of_that_party_alone_and_meets_nothing(world: World, filed: dict[str, Any]) -> None:
    word = said(world, filed)
    assert (word["state"], word["word_of"], word["with_whom"]) == ("stands", "cert-ee", "Kari Nordmann")
    assert duty(world, filed)["verdict"] == "running"
    world.forward(hours=3, minutes=5)
    world.sweep()
    assert not world.subjects(DEPUTY)
    assert world.subjects("deputy@meridian-models.example")


def test_the_other_side_co_signs_and_it_is_acknowledged_when_it_was_said(world: World, filed: dict[str, Any]) -> None:
    heard = Heard("Kari Nordmann", "Got it", "telephone", occurred_at=world.now)
    world.forward(minutes=30)
    word = said(world, filed, heard)
    world.sweep()
    assert any("By another party's word" in each["title"] for each in inbox(world))
    world.forward(hours=5)
    world.sweep()
    assert duty(world, filed)["verdict"] == "unresolved", "of one party's word no clock decides"
    with world.work(VENDOR) as work:
        assert co_sign(work, UUID(word["id"]), "Ola Nordmann")["state"] == "co_signed"
        assert co_sign(work, UUID(word["id"]), "Ola Nordmann")["state"] == "co_signed"
    met = duty(world, filed)
    assert (met["verdict"], met["missed_at"]) == ("met", None)
    told = next(each for each in world.incident(filed)["notices"] if each["id"] == word["notice"])
    assert (told["acknowledged_by"], told["acknowledged_how"], told["acknowledged_at"]) == ("Kari Nordmann", "verbal", word["occurred_at"])
    (act,) = [each for each in met["acts"] if each["kind"] == "acknowledged"]
    assert (act["word_of"], act["detail"]["co_signed_by"]) == (None, "Ola Nordmann")
    assert [each["word_of"] for each in met["acts"] if each["kind"] == "acknowledged_by_word"] == ["cert-ee"]


def inbox(world: World, slug: str = VENDOR) -> list[dict[str, Any]]:
    with world.work(slug) as work:
        return board.inbox(work)


def test_a_disputed_word_lets_the_ladder_go_on_and_is_told_to_who_said_it(world: World, filed: dict[str, Any]) -> None:
    word = said(world, filed)
    world.sweep()
    with world.work(VENDOR) as work:
        assert dispute_word(work, UUID(word["id"]), "Ola Nordmann", "No Kari works here")["state"] == "disputed"
    world.forward(hours=3, minutes=5)
    world.sweep()
    assert len(world.subjects(DEPUTY)) == 1
    assert any(each["title"].startswith("Disputed") for each in inbox(world, "cert-ee"))
    with world.work(VENDOR) as work, pytest.raises(Conflict, match="disputed"):
        co_sign(work, UUID(word["id"]), "Ola Nordmann")


def test_a_word_disputed_after_the_due_instant_leaves_the_miss(world: World, filed: dict[str, Any]) -> None:
    word = said(world, filed)
    world.forward(hours=5)
    world.sweep()
    with world.work(VENDOR) as work:
        dispute_word(work, UUID(word["id"]), "Ola Nordmann", "Nobody called")
    late = duty(world, filed)
    assert (late["verdict"], late["missed_at"]) == ("missed", late["due_at"])


def test_a_word_taken_back_before_it_left_is_told_to_nobody(world: World, filed: dict[str, Any]) -> None:
    word = said(world, filed)
    with world.work("cert-ee") as work:
        assert take_back_word(work, UUID(word["id"]), "It was another vendor")["state"] == "taken_back"
    world.sweep()
    assert not [each for each in inbox(world) if each["kind"] == "word"]
    world.forward(hours=3, minutes=5)
    world.sweep()
    assert world.subjects(DEPUTY)


def test_a_word_taken_back_after_it_left_is_told(world: World, filed: dict[str, Any]) -> None:
    word = said(world, filed)
    world.sweep()
    with world.work("cert-ee") as work:
        take_back_word(work, UUID(word["id"]), "It was another vendor")
    titles = {each["title"].split(":")[0] for each in inbox(world) if each["kind"] == "word"}  # told at one instant, in no order
    assert titles == {"Taken back", "By another party's word you acknowledged"}


def test_only_the_sides_of_a_word_answer_it(world: World, filed: dict[str, Any]) -> None:
    word = UUID(said(world, filed)["id"])
    with world.work("cert-ee") as work, pytest.raises(NotAllowed, match="of which it is said"):
        co_sign(work, word, "M. Saar")
    for stranger in (OTHER, "cert-fr"):
        with world.work(stranger) as work, pytest.raises(NotFound):
            co_sign(work, word, "E. Castellano")
    with world.work(VENDOR) as work, pytest.raises(NotAllowed, match="that said it"):
        take_back_word(work, word, "no")
    with world.work("ee-ministry") as work, pytest.raises(NotAllowed, match="filed the report"):
        acknowledge_by_word(work, notice_to(world, filed, OTHER), HEARD)


def test_an_acknowledgement_overtakes_the_word(world: World, filed: dict[str, Any]) -> None:
    said(world, filed)
    with world.work(VENDOR) as work:
        acknowledge_notice(work, notice_to(world, filed), DoneBy("Ola Nordmann"))
    (word,) = world.incident(filed)["words"]
    assert word["state"] == "overtaken"
    assert duty(world, filed)["verdict"] == "met"
    with world.work("cert-ee") as work, pytest.raises(Conflict, match="Ola Nordmann"):
        acknowledge_by_word(work, notice_to(world, filed), HEARD)


def test_saying_it_twice_is_saying_it_once(world: World, filed: dict[str, Any]) -> None:
    assert said(world, filed)["id"] == said(world, filed)["id"]
    with world.work("cert-ee") as work, pytest.raises(Invalid, match="faults"):
        acknowledge_by_word(work, notice_to(world, filed, OTHER), Heard("X", "", "telephone", occurred_at=world.now + timedelta(minutes=1)))


def test_a_nudge_goes_out_now_and_at_most_once_in_a_quarter_of_an_hour(world: World, filed: dict[str, Any]) -> None:
    before = len(world.subjects(DUTY))
    with world.work("cert-ee") as work:
        nudge(work, UUID(duty(world, filed)["id"]))
    world.sweep()
    assert len(world.subjects(DUTY)) == before + 1
    world.forward(minutes=14)
    plan = world.obligation(filed, "mitigation_plan", owed_by=VENDOR)["id"]
    with world.work("cert-ee") as work, pytest.raises(Conflict, match="another nudge may go to it from 2026-"):
        nudge(work, UUID(plan))
    world.forward(minutes=1)
    with world.work("cert-ee") as work:
        nudge(work, UUID(plan))
    world.sweep()
    assert len(world.subjects(DUTY)) == before + 2
    with world.work(VENDOR) as work, pytest.raises(NotAllowed, match="owe this yourself"):
        nudge(work, UUID(plan))


def test_a_call_is_kept_as_one_partys_word_with_source_and_proof(world: World, filed: dict[str, Any]) -> None:
    heard = Heard(
        "Kari", "They look into it", "line 3", world.now - timedelta(minutes=20), "rec-118", VENDOR, UUID(duty(world, filed)["id"])
    )
    with world.work("cert-ee") as work:
        log_call(work, UUID(filed["incident"]), heard)
    (call,) = [each for each in world.incident(filed)["acts"] if each["kind"] == "called"]
    assert (call["source"], call["proof"], call["word_of"]) == ("line 3", "rec-118", "cert-ee")
    assert call["occurred_at"] < call["recorded_at"]
    assert duty(world, filed)["verdict"] == "running"
    with world.work("cert-ee") as work, pytest.raises(Invalid):
        log_call(work, UUID(filed["incident"]), Heard("K", "s", "s", with_party="nobody-at-all"))
    with world.work(VENDOR) as work, pytest.raises(NotFound):
        log_call(work, UUID(filed["incident"]), heard)


def test_a_submission_is_one_partys_word_until_it_is_confirmed(world: World, filed: dict[str, Any]) -> None:
    warning = world.obligation(filed, "art23.early_warning")
    with world.work("ee-ministry") as work:
        submit(work, UUID(warning["id"]), "early_warning", DoneBy("M. Saar", detail={"proof": "RIA-1", "source": "portal of RIA"}))
    (act,) = [each for each in world.obligation(filed, "art23.early_warning")["acts"] if each["kind"] == "submitted"]
    assert (act["source"], act["proof"], act["word_of"]) == ("portal of RIA", "RIA-1", "ee-ministry")


def test_what_is_asked_waits_for_the_filer_and_ends_no_duty(world: World, filed: dict[str, Any]) -> None:
    notice = notice_to(world, filed)
    with world.work(VENDOR) as work:
        asked = ask_for_help(work, notice, Asks("human", "Kari", "What is affected?", "+47 22 00 00 00, until 07:00"))
        assert ask_for_help(work, notice, Asks("human", "Kari", "Again", "+47 1"))["id"] == asked["id"]
        assert board.open_asks(work) == [asked]
    with world.work(OTHER) as work:
        assert board.open_asks(work) == []
        with pytest.raises(NotFound):
            answer_ask(work, UUID(asked["id"]), "done")
    with world.work(VENDOR) as work, pytest.raises(NotAllowed):
        answer_ask(work, UUID(asked["id"]), "done")
    assert duty(world, filed)["verdict"] == "running"
    with world.work("cert-ee") as work:
        assert answer_ask(work, UUID(asked["id"]), "Called back at 01:40")["answered_by"] == "duty officer"
        assert answer_ask(work, UUID(asked["id"]), "Something else")["answer"] == "Called back at 01:40"
    with world.work(VENDOR) as work:
        assert board.notice(work, notice)["asks"][0]["answer"] == "Called back at 01:40"


def test_more_time_by_a_notice_moves_nothing_until_it_is_granted(world: World, filed: dict[str, Any]) -> None:
    plan, notice = world.obligation(filed, "mitigation_plan", owed_by=VENDOR), notice_to(world, filed)
    until = world.now + timedelta(days=30)
    with world.work(VENDOR) as work:
        asked = ask_for_more_time(work, notice, UUID(plan["id"]), until, "parts are late", "Kari")
        assert ask_for_more_time(work, notice, UUID(plan["id"]), until, "parts are late", "Kari")["id"] == asked["id"]
        with pytest.raises(NotAllowed, match="no clause lets anybody do so"):
            ask_for_more_time(work, notice, UUID(duty(world, filed)["id"]), until, "please", "Kari")
        with pytest.raises(NotFound):
            ask_for_more_time(work, notice, uuid.uuid4(), until, "please", "Kari")
    assert world.obligation(filed, "mitigation_plan", owed_by=VENDOR)["due_at"] == plan["due_at"]


def test_opening_is_recorded_once_and_stops_nothing(world: World, filed: dict[str, Any]) -> None:
    notice = notice_to(world, filed)
    with world.work(VENDOR) as work:
        opened = open_notice(work, notice)
    assert (opened["opened_by"], opened["opened_how"]) == ("duty officer", "api")
    world.forward(hours=3, minutes=5)
    with world.work(VENDOR) as work:
        assert open_notice(work, notice)["opened_at"] == opened["opened_at"]
    world.sweep()
    assert world.subjects(DEPUTY)
    with world.work(OTHER) as work, pytest.raises(NotFound):
        open_notice(work, notice)
