"""Relays across borders: each affected state is a duty of its own, with its clock, its recipient and its receipt."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from incident import board
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import AffectedState, DoneBy
from incident.actions.log_relay import log_relay
from incident.actions.name_affected_state import name_affected_state
from incident.actions.release_notice import release_notice
from incident.actions.strike_affected_state import strike_affected_state
from incident.errors import Conflict, Invalid, NotFound
from tests.world import World

LAW = "eu.nis2.art23.inform_states"
OFFICER = DoneBy("M. Saar")


def relays(world: World, filed: dict[str, Any], by: str = "cert-ee") -> list[dict[str, Any]]:
    with world.work(by) as work:
        return board.relays(work, uuid.UUID(filed["incident"]))["items"]


def standing(world: World, filed: dict[str, Any]) -> dict[tuple[str, str | None], str]:
    return {(each["state"], each["to"]): each["standing"] for each in relays(world, filed)}


def relay_of(world: World, filed: dict[str, Any], state: str) -> dict[str, Any]:
    (found,) = [each for each in relays(world, filed) if each["state"] == state]
    return found


def duty(relay: dict[str, Any], commitment: str) -> dict[str, Any]:
    (found,) = [each for each in relay["obligations"] if each["commitment"] == commitment]
    return found


def names(world: World, filed: dict[str, Any], state: str) -> None:
    with world.work("cert-ee") as work:
        name_affected_state(work, uuid.UUID(filed["incident"]), AffectedState(state, f"{state} was seen"))


def strikes(world: World, filed: dict[str, Any], state: str) -> None:
    with world.work("cert-ee") as work:
        strike_affected_state(work, uuid.UUID(filed["incident"]), AffectedState(state, "a mistake"))


def releases(world: World, relay: dict[str, Any]) -> uuid.UUID:
    notice = uuid.UUID(relay["notice"]["id"])
    with world.work("cert-ee") as work:
        release_notice(work, notice)
    world.sweep()
    return notice


def test_three_states_are_three_relays_and_the_own_state_is_none(world: World) -> None:
    filed = world.files(affected_countries=("EE", "FR", "DE", "PT"))
    assert standing(world, filed) == {(state, f"cert-{state.lower()}"): "awaits_release" for state in ("FR", "DE", "PT")}
    for relay in relays(world, filed):
        assert {each["commitment"] for each in relay["obligations"]} == {LAW, "relay"}
        assert duty(relay, LAW)["due_at"] is None  # without undue delay: no number
        assert duty(relay, "relay")["due_at"] == "2026-11-23T21:00:00Z"  # 12 hours of the agreement, from the report


def test_a_relay_is_met_when_its_recipient_received_it_and_each_for_itself(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    notice = releases(world, relay_of(world, filed, "FR"))
    told = relay_of(world, filed, "FR")
    assert told["standing"] == "sent" or told["standing"] == "delivered"
    assert duty(told, LAW)["verdict"] == "running"  # a mail server that took a letter is nobody who was informed
    with world.work("cert-fr") as work:
        acknowledge_notice(work, notice, DoneBy("C. Petit"))
    told = relay_of(world, filed, "FR")
    assert (told["standing"], told["told"]["by"], duty(told, LAW)["verdict"]) == ("received", "C. Petit", "met")
    assert relay_of(world, filed, "DE")["standing"] == "awaits_release"


def test_a_state_that_is_named_on_day_three_is_one_more_relay_from_then_on(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    before = {each["id"]: each for each in world.incident(filed)["obligations"]}
    world.forward(hours=51)
    names(world, filed, "DE")
    fresh = [each for each in world.incident(filed)["obligations"] if each["id"] not in before]
    assert {(each["relay_to"], each["commitment"]) for each in fresh if each["relay_to"]} == {("DE", LAW), ("DE", "relay")}
    assert {each["owed_by"] for each in fresh if not each["relay_to"]} == {"cert-de"}  # what Germany owes because it is told
    german = relay_of(world, filed, "DE")
    assert german["known_at"] == "2026-11-25T12:00:00Z"
    assert duty(german, "relay")["due_at"] == "2026-11-26T00:00:00Z"  # 12 hours from when it was known, not from the report
    assert all(
        "Runs from when DE was recorded as affected." in [line["text"] for line in each["because"]] for each in german["obligations"]
    )
    standing_still = {each["id"]: each for each in world.incident(filed)["obligations"] if each["id"] in before}
    assert [each["due_at"] for each in standing_still.values()] == [before[id_]["due_at"] for id_ in standing_still]


def test_a_later_stage_that_names_a_state_begins_its_relay_too(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    world.forward(hours=60)
    world.files(stage="incident_notification", affected_countries=("FR", "DE"))
    assert duty(relay_of(world, filed, "FR"), "relay")["started_at"] == "2026-11-23T09:00:00Z"
    assert duty(relay_of(world, filed, "DE"), "relay")["started_at"] == "2026-11-25T21:00:00Z"


def test_naming_a_state_twice_is_naming_it_once(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    names(world, filed, "DE")
    first = relay_of(world, filed, "DE")
    world.forward(hours=1)
    names(world, filed, "DE")
    assert relay_of(world, filed, "DE") == first


def test_a_state_without_a_single_point_of_contact_is_not_lost(world: World) -> None:
    filed = world.files(affected_countries=("FR", "IT"))
    italian = relay_of(world, filed, "IT")
    assert (italian["standing"], italian["to"], [each["commitment"] for each in italian["obligations"]]) == ("no_contact", None, [LAW])
    assert "No single point of contact is registered for IT." in [line["text"] for line in duty(italian, LAW)["because"]]
    asked = [n for n in world.incident(filed)["notices"] if n["title"] == "No single point of contact is registered for IT"]
    assert [(n["to"], n["kind"]) for n in asked] == [("cert-ee", "escalation")]
    obligation = uuid.UUID(duty(italian, LAW)["id"])
    with pytest.raises(Invalid), world.work("cert-ee") as work:
        log_relay(work, obligation, OFFICER)
    with world.work("cert-ee") as work:
        log_relay(work, obligation, DoneBy("M. Saar", detail={"proof": "call taken by G. Rossi"}))
    italian = relay_of(world, filed, "IT")
    assert (italian["standing"], italian["told"]["proof"]) == ("told_otherwise", "call taken by G. Rossi")


def test_one_call_tells_a_state_under_every_clause_and_law(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    with world.work("cert-ee") as work:
        log_relay(work, uuid.UUID(duty(relay_of(world, filed, "FR"), LAW)["id"]), DoneBy("M. Saar", detail={"proof": "call"}))
    assert {each["verdict"] for each in relay_of(world, filed, "FR")["obligations"]} == {"met"}
    assert {each["verdict"] for each in relay_of(world, filed, "DE")["obligations"]} == {"running"}


def test_the_cover_of_a_relay_says_cross_border_and_names_no_state(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    releases(world, relay_of(world, filed, "FR"))
    (subject,) = world.subjects("duty@cert-fr.example")
    assert subject.startswith(f"[Démarche] Cross-border · {filed['incident_ref']} · severity high")
    assert not [each for each in world.subjects("duty@halden-compute.example") if "border" in each]


def test_a_single_point_of_contact_of_its_own_goes_before_a_cert_with_the_competence(world: World) -> None:
    with world.worker.work() as work:
        work.connection.execute(sa.text(
            "insert into demarche.party (id, uri, slug, name, kind, jurisdiction, zone, calendar, languages, competences, created_at) "
            "select gen_random_uuid(), 'https://spoc-fr.example/#party', 'spoc-fr', 'Single point of contact of France', 'spoc', "
            "jurisdiction, zone, calendar, languages, '{}', created_at from demarche.party where slug = 'cert-fr'"))  # fmt: skip
    filed = world.files(affected_countries=("FR",))
    assert [(each["to"], [o["commitment"] for o in each["obligations"]]) for each in relays(world, filed)] == [
        ("cert-fr", ["relay"]), ("spoc-fr", [LAW])
    ]  # fmt: skip


def test_no_law_and_no_agreement_asks_for_a_relay_and_the_state_is_seen_all_the_same(world: World) -> None:
    filed = world.files(affected_countries=("MX",))
    mexican = relay_of(world, filed, "MX")
    assert (mexican["standing"], mexican["obligations"], mexican["notice"]) == ("not_called_for", [], None)


def test_red_is_relayed_to_nobody_and_the_officer_sees_why(world: World) -> None:
    filed = world.files(affected_countries=("FR",), tlp="RED")
    french = relay_of(world, filed, "FR")
    assert (french["standing"], french["notice"]["items"]) == ("nothing_may_leave", {})
    assert {each["rule"] for each in french["notice"]["withheld"]} == {"tlp.red"}
    with pytest.raises(Conflict, match="nothing that may be released"):
        releases(world, french)
    assert duty(french, LAW)["verdict"] == "running"


def test_a_struck_state_whose_relay_has_not_left_hears_of_nothing(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    strikes(world, filed, "DE")
    assert standing(world, filed) == {("FR", "cert-fr"): "awaits_release", ("DE", "cert-de"): "struck"}
    with world.work("cert-ee") as work:
        assert [n["to"] for n in board.release_desk(work) if n["to"] in ("cert-de", "cert-fr")] == ["cert-fr"]
    world.sweep()
    with world.work("cert-de") as work:
        assert board.inbox(work) == []
    german = [each for each in world.incident(filed)["obligations"] if each["relay_to"] == "DE"]
    assert {each["verdict"] for each in german} == {"lapsed"}


def test_of_a_state_that_was_named_later_and_struck_it_stays_known_since_when_it_was_named(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    world.forward(hours=2)
    names(world, filed, "DE")
    world.forward(hours=1)
    strikes(world, filed, "DE")
    german = relay_of(world, filed, "DE")
    assert (german["standing"], german["known_at"]) == ("struck", "2026-11-23T11:00:00Z")


def test_a_struck_state_that_was_told_is_told_that_it_is_none_and_told_anew_when_it_is_one_again(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    releases(world, relay_of(world, filed, "DE"))
    world.forward(minutes=1)
    strikes(world, filed, "DE")
    world.sweep()
    with world.work("cert-de") as work:
        assert board.inbox(work)[0]["title"] == "Your state is no longer named as affected"
    with world.work("cert-fr") as work:
        assert board.inbox(work) == []
    world.forward(hours=2)
    names(world, filed, "DE")
    german = relay_of(world, filed, "DE")
    assert (german["standing"], german["known_at"]) == ("awaits_release", "2026-11-23T11:01:00Z")


def test_the_states_are_seen_by_those_who_see_the_case_and_by_nobody_else(world: World) -> None:
    filed = world.files(affected_countries=("EE", "FR", "DE"))
    world.sweep()
    for inside in ("cert-ee", "ee-ministry"):
        with world.work(inside) as work:
            assert {tuple(each["cross_border"]) for each in board.lines(work)["lines"]} == {("DE", "FR")}
            assert board.incidents(work).items[0]["cross_border"] == ["DE", "FR"]
    with world.work("halden-compute") as work:
        assert {tuple(each["cross_border"]) for each in board.lines(work)["lines"]} == {()}
    strikes(world, filed, "DE")
    with world.work("cert-ee") as work:
        assert {tuple(each["cross_border"]) for each in board.lines(work)["lines"]} == {("FR",)}


def test_nobody_else_reads_or_names_the_states_of_a_case(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    with pytest.raises(NotFound):
        relays(world, filed, by="cert-fr")
    with pytest.raises(NotFound), world.work("ee-ministry") as work:
        name_affected_state(work, uuid.UUID(filed["incident"]), AffectedState("DE", "r"))
