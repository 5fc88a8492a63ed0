"""A ladder is climbed rung by rung, once each, however the beat goes; acknowledging stops it, and silence begins it anew."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.acknowledge import acknowledge
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.close_case import close_case
from incident.actions.commands import CloseCase, DoneBy
from incident.actions.publish_agreement import publish_agreement
from tests.world import World
from workers import sweeps

ALL = ("cert-ee", "halden-compute", "meridian-models")
LADDER = "ladder: [{contact: deputy, before: {hours: 2}}, {contact: manager, before: {hours: 1}}]"


def agreed(world: World, *keys: str) -> None:
    """An agreement of the CERT with two suppliers, who acknowledge within four hours; `keys` are said of it too."""
    lines = "\n".join(f"    {each}" for each in (LADDER, *keys))
    text = f"""
name: ladders
version: "1.0"
title: Ladders
zone: Europe/Oslo
in_force: {{from: 2026-01-01}}
parties: [https://cert-ee.example/#party, https://halden-compute.example/#party, https://meridian-models.example/#party]
commitments:
  - id: desk_call
    title: Notice
    cite: cl. 1
    owed_by: {{role: home_cert}}
    owed_to: {{role: suppliers, mode: each}}
    owes: a notice
    within: {{hours: 40}}
    discharged_by: sent
    acknowledge_within: {{hours: 4}}
    tell: {{fields: [reference, incident_ref, severity, tlp, stage], release: pre_authorised}}
{lines}
"""
    with world.work("cert-ee") as work:
        published, _ = publish_agreement(work, text)
    for slug in ALL:
        with world.work(slug) as work:
            accept_agreement(work, uuid.UUID(published["id"]))


def escalations(world: World, slug: str) -> list[str]:
    """To which contacts of that party the acknowledgement was escalated, in order."""
    found = world.rows(
        "select n.contact from demarche.notice n join demarche.party p on p.id = n.recipient join demarche.obligation o"
        " on o.id = any (n.obligations) where n.kind = 'escalation' and p.slug = :slug and o.commitment = 'desk_call.acknowledge'"
        " and o.debtor = n.recipient order by n.created_at, n.contact",
        slug=slug,
    )
    return [each.contact for each in found]


def acknowledges(world: World, slug: str, kind: str = "duties") -> None:
    (row, *_) = world.rows(
        "select n.id from demarche.notice n join demarche.party p on p.id = n.recipient where p.slug = :slug and n.kind = :kind"
        " and n.acknowledged_at is null order by n.created_at",
        slug=slug, kind=kind,
    )  # fmt: skip
    with world.work(slug) as work:
        acknowledge_notice(work, row.id, DoneBy("E. Castellano"))


def ticks(world: World, times: int) -> None:
    """The beat and the timekeeper ask so often, several at once."""
    with ThreadPoolExecutor(max(times, 1)) as pool:
        for each in [pool.submit(sweeps.watch, world.worker) for _ in range(times)]:
            each.result()
    world.sweep()


@pytest.mark.parametrize("times", [1, 5])
def test_every_rung_is_climbed_once_however_often_the_beat_ticks(world: World, times: int) -> None:
    agreed(world)
    world.files()
    world.sweep()
    for _ in range(4):
        world.forward(hours=1)
        ticks(world, times)
    assert escalations(world, "halden-compute") == ["deputy", "manager"]


def test_a_beat_that_was_away_for_hours_leaves_no_rung_out_and_doubles_none(world: World) -> None:
    agreed(world)
    world.files()
    world.sweep()
    world.forward(hours=9)
    ticks(world, 5)
    ticks(world, 1)
    assert escalations(world, "halden-compute") == ["deputy", "manager"]
    told = world.rows("select n.kind from demarche.notice n join demarche.party p on p.id = n.recipient join demarche.obligation o"
                      " on o.id = any (n.obligations) where p.slug = 'halden-compute' and o.commitment = 'desk_call.acknowledge'"
                      " and n.kind in ('missed', 'reminder')")  # fmt: skip
    assert [each.kind for each in told] == ["missed"]


def test_reminders_come_before_at_and_after_the_due_instant_each_once(world: World) -> None:
    agreed(world)
    world.files()
    world.sweep()
    for hours in (2, 1.5, 0.5, 1, 23):
        world.forward(hours=hours)
        ticks(world, 2)
    found = world.rows(
        "select n.kind from demarche.notice n join demarche.obligation o on o.id = any (n.obligations) and o.debtor = n.recipient"
        " join demarche.party p on p.id = n.recipient where o.commitment = 'desk_call.acknowledge' and p.slug = 'halden-compute'"
        " and n.kind in ('reminder', 'missed') order by n.created_at"
    )
    assert [each.kind for each in found] == ["reminder", "reminder", "missed", "reminder"]


def test_the_whole_ladder_is_climbed_again_as_often_as_the_clause_says_and_no_more(world: World) -> None:
    agreed(world, "ladder_again: {times: 2, every: {hours: 3}}")
    world.files()
    world.sweep()
    for _ in range(12):
        world.forward(hours=1)
        ticks(world, 1)
    assert escalations(world, "halden-compute") == ["deputy", "manager"] * 3


def test_after_an_outage_of_several_rounds_each_contact_is_told_once(world: World) -> None:
    agreed(world, "ladder_again: {times: 2, every: {hours: 3}}")
    world.files()
    world.sweep()
    world.forward(hours=20)
    ticks(world, 3)
    assert escalations(world, "halden-compute") == ["deputy", "manager"]


def test_who_acknowledges_stops_the_ladder_of_its_own_party_only(world: World) -> None:
    agreed(world)
    world.files()
    world.sweep()
    acknowledges(world, "halden-compute")
    world.forward(hours=5)
    world.sweep()
    assert escalations(world, "halden-compute") == []
    assert escalations(world, "meridian-models") == ["deputy", "manager"]


def test_where_the_first_acknowledges_for_all_it_stops_the_ladder_of_all(world: World) -> None:
    agreed(world, "acknowledged_by: first")
    world.files()
    world.sweep()
    acknowledges(world, "halden-compute")
    world.forward(hours=5)
    world.sweep()
    assert escalations(world, "halden-compute") == escalations(world, "meridian-models") == []


def test_an_acknowledgement_that_nothing_follows_begins_the_ladder_anew_once(world: World) -> None:
    agreed(world, "silent_after: {hours: 3}")
    filed = world.files()
    world.sweep()
    world.forward(hours=1)
    acknowledges(world, "halden-compute")
    world.forward(hours=2, minutes=59)
    ticks(world, 3)
    assert escalations(world, "halden-compute") == []
    world.forward(minutes=1)
    ticks(world, 5)
    assert escalations(world, "halden-compute") == ["deputy"]
    world.forward(hours=1)
    ticks(world, 5)
    world.forward(days=2)
    ticks(world, 5)
    assert escalations(world, "halden-compute") == ["deputy", "manager"]
    with world.work("cert-ee") as work:
        said = [each["text"] for each in board.timeline(work, uuid.UUID(filed["incident"]))]
    assert said.count("Acknowledged by E. Castellano, and nothing more for 3 h: the ladder begins anew.") == 1
    assert world.verdict(filed, "desk_call.acknowledge", owed_by="halden-compute") == "met"


def test_whoever_goes_on_is_not_silent_and_stops_a_ladder_that_began_anew(world: World) -> None:
    agreed(world, "silent_after: {hours: 3}", "ladder_again: {times: 3, every: {hours: 2}}")
    filed = world.files()
    world.sweep()
    for slug in ("halden-compute", "meridian-models"):
        acknowledges(world, slug)
    world.forward(hours=2)
    duty = world.obligation(filed, "desk_call.acknowledge", owed_by="meridian-models")
    with world.work("meridian-models") as work:
        acknowledge(work, uuid.UUID(duty["id"]), DoneBy("M. Ito", note="We look into it"))
    world.forward(hours=1)
    ticks(world, 2)
    assert (escalations(world, "halden-compute"), escalations(world, "meridian-models")) == (["deputy"], [])
    acknowledges(world, "halden-compute", "escalation")
    world.forward(hours=2, minutes=30)
    ticks(world, 2)
    assert escalations(world, "halden-compute") == ["deputy"]
    assert escalations(world, "meridian-models") == ["deputy"]  # silent since its second acknowledgement
    world.forward(minutes=30)
    ticks(world, 2)
    assert escalations(world, "halden-compute") == ["deputy", "deputy"]  # another silence


def test_where_one_acknowledged_for_all_its_silence_is_asked_of_all(world: World) -> None:
    agreed(world, "silent_after: {hours: 3}", "acknowledged_by: first")
    world.files()
    world.sweep()
    acknowledges(world, "halden-compute")
    world.forward(hours=4)
    ticks(world, 2)
    assert escalations(world, "halden-compute") == escalations(world, "meridian-models") == ["deputy", "manager"]


def test_in_a_closed_case_nobody_is_asked_again(world: World) -> None:
    agreed(world, "silent_after: {hours: 3}")
    filed = world.files()
    world.sweep()
    acknowledges(world, "halden-compute")
    with world.work("cert-ee") as work:
        close_case(work, uuid.UUID(filed["incident"]), CloseCase("withdrawn", "It was none"))
    world.forward(hours=4)
    ticks(world, 2)
    assert escalations(world, "halden-compute") == []
