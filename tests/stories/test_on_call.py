"""Who is told at night: the contact on call when a notice leaves, and the next one up where that one has no channel."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
import yaml

from incident import board
from incident.actions.accept_agreement import accept_agreement
from incident.actions.publish_agreement import publish_agreement
from incident.actions.release_notice import release_notice
from incident.records.parties import directory
from tests.world import World

HALDEN = "halden-compute.example"


def agreed(world: World, *windows: str, release: str = "pre_authorised") -> None:
    """An agreement of the CERT and Halden, whose desk is in Oslo, with these windows; Meridian and the others are told under another."""
    text = f"""
name: night-watch
version: "1.0"
title: Night watch
zone: Europe/Oslo
in_force: {{from: 2026-01-01}}
parties: [https://cert-ee.example/#party, https://{HALDEN}/#party]
commitments:
  - id: night_notice
    title: Notice at night
    cite: cl. 1
    owed_by: {{role: home_cert}}
    owed_to: {{role: suppliers, mode: each}}
    owes: a notice
    within: {{hours: 40}}
    discharged_by: sent
    acknowledge_within: {{hours: 24}}
    tell: {{fields: [reference, incident_ref, severity, tlp, stage], release: {release}}}
    on_call:
{chr(10).join(f"      - {each}" for each in windows)}
"""
    assert yaml.safe_load(text)
    with world.work("cert-ee") as work:
        published, _ = publish_agreement(work, text)
    for slug in ("cert-ee", "halden-compute"):
        with world.work(slug) as work:
            accept_agreement(work, uuid.UUID(published["id"]))


NIGHT = '{contact: deputy, zone: owed_to, days: [mon, tue, wed, thu, fri, sat, sun], from: "18:00", until: "08:00"}'


def told(world: World) -> list[tuple[str, str]]:
    """The contact that the notice names, and those to whom it is on its way."""
    found = world.rows(
        "select n.contact, m.contact as over, m.kind from demarche.notice n join demarche.notification m on m.notice_id = n.id"
        " join demarche.obligation o on o.id = any (n.performs) where o.commitment = 'night_notice' order by m.kind"
    )
    return [(each.contact, each.over) for each in found if each.kind == "email"]


def without_channels(world: World, *roles: str) -> None:
    with world.worker.work() as work:
        party = directory.by_slug(work.connection, "halden-compute")
        for role in roles:
            work.connection.execute(
                sa.text(
                    "update demarche.channel set disabled_at = :now, disabled_because = 'test' where party_id = :party"
                    " and contact_id in (select id from demarche.contact where role = :role)"
                ),
                {"now": world.now, "party": party.id, "role": role},
            )


def test_by_day_the_duty_desk_is_told_and_at_night_whoever_is_on_call(world: World) -> None:
    agreed(world, NIGHT)
    world.files(reference="BY-DAY")  # 10:00 in Oslo
    world.sweep()
    assert told(world) == [("duty_desk", "duty_desk")]
    world.forward(hours=10)
    world.files(reference="AT-NIGHT")
    world.sweep()
    assert sorted(told(world)) == [("deputy", "deputy"), ("duty_desk", "duty_desk")]


def test_a_notice_that_an_officer_releases_at_night_goes_to_whoever_is_on_call_then(world: World) -> None:
    agreed(world, NIGHT, release="officer")
    filed = world.files()
    (row,) = world.rows(
        "select n.id, n.contact from demarche.notice n join demarche.obligation o on o.id = any (n.performs)"
        " where o.commitment = 'night_notice'"
    )
    assert row.contact == "duty_desk"
    world.forward(hours=11)
    with world.work("cert-ee") as work:
        release_notice(work, row.id)
    world.sweep()
    assert told(world) == [("deputy", "deputy")]
    assert filed["notices"]


def test_what_waited_for_the_workers_goes_to_whoever_is_on_call_when_it_leaves(world: World) -> None:
    agreed(world, NIGHT)
    world.files()
    world.forward(hours=11)
    world.sweep()
    assert told(world) == [("deputy", "deputy")]


def test_where_the_contact_on_call_has_no_channel_the_next_one_up_is_told_and_the_page_says_why(world: World) -> None:
    agreed(world, NIGHT)
    without_channels(world, "deputy")
    world.forward(hours=10)
    filed = world.files()
    world.sweep()
    assert told(world) == [("manager", "manager")]
    with world.work("cert-ee") as work:
        said = [each["text"] for each in board.timeline(work, uuid.UUID(filed["incident"]))]
    assert any("The deputy of" in each and "the manager is told in its place" in each for each in said)


def test_a_reminder_at_night_goes_to_whoever_is_on_call_for_the_clause(world: World) -> None:
    agreed(world, NIGHT)
    world.files()
    world.sweep()
    world.forward(hours=12, minutes=5)
    world.sweep()
    found = world.rows(
        "select n.contact from demarche.notice n join demarche.obligation o on o.id = any (n.obligations)"
        " where n.kind = 'reminder' and o.commitment = 'night_notice.acknowledge'"
    )
    assert [each.contact for each in found] == ["deputy"]


@pytest.mark.parametrize("windows", [('{contact: manager, zone: Asia/Tokyo, days: [mon], from: "17:00", until: "19:00"}',)])
def test_a_window_may_be_of_another_zone_than_anybody_concerned(world: World, windows: tuple[str, ...]) -> None:
    agreed(world, *windows)
    world.files()  # 18:00 in Tokyo
    world.sweep()
    assert told(world) == [("manager", "manager")]
