"""Relays under a clause: what it lets go at once, who is reminded, and the same notice on the node of the other side."""

from __future__ import annotations

import uuid
from typing import Any

from incident import board
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.actions.log_relay import log_relay
from tests.stories.agreeing import a_clause, a_pact, signed_by_all
from tests.stories.test_relays import LAW, duty, names, relay_of, releases, standing
from tests.world import World, a_world

FIELDS = ["reference", "incident_ref", "severity", "tlp", "stage", "duties"]


def a_fast_pact(world: World) -> None:
    """Estonia and Germany let a relay go at once, with the minimal notice; Germany acknowledges within two hours."""
    clause = a_clause(
        "fast_relay", within={"hours": 2}, discharged_by="received", anchor={"filing": True}, acknowledge_within={"hours": 2},
        tell={"fields": FIELDS, "release": "pre_authorised", "channels": ["webhook", "email", "inbox"]},
    )  # fmt: skip
    signed_by_all(world, a_pact("cert-ee", "cert-de", commitments=[clause]), ("cert-ee", "cert-de"))


def under(relay: dict[str, Any], clause: str) -> str:
    return str(duty(relay, clause)["verdict"])


def test_a_clause_that_pre_authorises_lets_the_relay_go_at_once_also_on_day_three(world: World) -> None:
    a_fast_pact(world)
    filed = world.files(affected_countries=("FR",))
    world.forward(hours=51)
    names(world, filed, "DE")
    world.sweep()
    with world.work("cert-de") as work:
        told = [n for n in board.inbox(work) if n["pre_authorised_by"] and set(n["items"]) <= set(FIELDS)]
        assert [n["incident_ref"] for n in told] == [filed["incident_ref"]]
        acknowledge_notice(work, uuid.UUID(told[0]["id"]), DoneBy("K. Braun"))
    german = relay_of(world, filed, "DE")
    assert (under(german, "fast_relay"), under(german, LAW)) == ("met", "met")  # one notice performs the clause and the law
    assert under(german, "relay") == "running"  # the mutual aid asks for an officer and says more: it stands for itself
    assert standing(world, filed)["FR", "cert-fr"] == "awaits_release"


def test_the_officer_is_reminded_while_a_relay_awaits_release(world: World) -> None:
    filed = world.files(affected_countries=("FR",))
    for _ in range(13):
        world.forward(hours=1)
        world.sweep()
    told = [n for n in world.incident(filed)["notices"] if n["to"] == "cert-ee" and "Relay to the CERTs" in n["title"]]
    assert [n["kind"] for n in told] == ["reminder", "reminder", "missed"]
    assert standing(world, filed)["FR", "cert-fr"] == "awaits_release"  # late is no reason to let it go


def test_a_relay_without_a_number_is_remembered_until_it_is_received(world: World) -> None:
    filed = world.files(affected_countries=("IT",))
    for _ in range(26):
        world.forward(hours=1)
        world.sweep()
    told = [n for n in world.incident(filed)["notices"] if "NIS2 relay" in n["title"]]
    assert [(n["to"], n["kind"]) for n in told] == [("cert-ee", "reminder"), ("cert-ee", "escalation"), ("cert-ee", "escalation")]
    with world.work("cert-ee") as work:
        log_relay(work, uuid.UUID(duty(relay_of(world, filed, "IT"), LAW)["id"]), DoneBy("M. Saar", detail={"proof": "call"}))
    assert not world.rows("select 1 from demarche.timer t join demarche.obligation o on o.id = t.obligation_id where o.relay_to = 'IT'")


def test_a_relay_that_was_received_reminds_nobody(world: World) -> None:
    filed = world.files(affected_countries=("IT",))
    with world.work("cert-ee") as work:
        log_relay(work, uuid.UUID(duty(relay_of(world, filed, "IT"), LAW)["id"]), DoneBy("M. Saar", detail={"proof": "call"}))
    for _ in range(5):
        world.forward(hours=1)
        world.sweep()
    assert not [n for n in world.incident(filed)["notices"] if "NIS2 relay" in n["title"]]


def test_what_the_other_node_reads_is_what_was_released_to_its_party(world: World) -> None:
    filed = world.files(affected_countries=("FR", "DE"))
    notice = releases(world, relay_of(world, filed, "FR"))
    with world.work("cert-fr") as work:
        carried = board.notice(work, notice)
    with a_world() as other, other.work("cert-fr") as work:  # a node of its own: another home of the same parties, by URI
        known = {each["uri"] for each in board.parties(work).values()}
    named = {duty[side] for duty in carried["items"]["duties"] for side in ("owed_by", "owed_to")}
    assert named == {"https://cert-fr.example/#party", "https://cert-ee.example/#party"}
    assert named <= known
    assert carried["items"]["affected_countries"] == ["FR", "DE"]
