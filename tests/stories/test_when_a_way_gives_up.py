"""A channel that gives up: another of the contact, the next contact up the ladder, and in the end a person; nobody more than needed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from incident import board
from incident.actions.set_channel import set_channel
from incident.actions.try_again import try_again
from incident.records import outbox
from tests.workers.receivers import a_receiver, answering, http
from tests.world import World
from workers import sweeps

GONE, BUSY = http("410 Gone"), http("503 Service Unavailable")
HOOKS = """update demarche.channel c set kind = 'webhook', secret = '\\x00', address = :url from demarche.contact o, demarche.party p
 where o.id = c.contact_id and p.id = c.party_id and p.slug = 'halden-compute' and o.role = any(:roles) and c.kind = 'email'"""


def by_webhook(world: World, url: str, *roles: str) -> None:
    """These contacts of halden-compute are reached there and nowhere else."""
    with world.worker.work() as work:
        work.connection.execute(sa.text(HOOKS), {"url": url, "roles": list(roles)})


def ways(world: World, filed: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """How halden-compute's first notice travels: `{(contact, channel): row}`."""
    notice = next(each["id"] for each in filed["notices"] if each["to"] == "halden-compute")
    with world.worker.work() as work:
        return {(each.contact, each.kind): each for each in outbox.notifications_of(work.connection, UUID(notice))}


def states(world: World, filed: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {way: each.state for way, each in ways(world, filed).items() if way[1] != "inbox"}


def inbox(world: World, slug: str) -> list[str]:
    with world.work(slug) as work:
        return [each["title"] for each in board.inbox(work)]


def test_a_webhook_that_is_busy_for_hours_is_left_for_the_deputy_in_time(world: World) -> None:
    with a_receiver(answering(BUSY)) as receiver:
        by_webhook(world, receiver.url, "duty_desk")
        filed = world.files()
        for _ in range(60):
            world.sweep()
            if ("deputy", "email") in ways(world, filed):
                break
            world.forward(minutes=4)
    found = ways(world, filed)
    assert states(world, filed) == {("duty_desk", "webhook"): "failed", ("deputy", "email"): "sent"}
    assert found["duty_desk", "webhook"].attempt > 1
    assert found["deputy", "email"].sent_at < found["duty_desk", "webhook"].due_at
    assert not world.rows("select 1 from demarche.notification where state = 'dead'")


def test_an_endpoint_that_is_gone_is_used_no_more_and_both_sides_are_told(world: World) -> None:
    with a_receiver(answering(GONE)) as receiver:
        by_webhook(world, receiver.url, "duty_desk")
        filed = world.files()
        world.sweep()
        assert len(receiver.requests) == len(world.rows("select 1 from demarche.attempt where outcome = 'gave_up'"))
    assert states(world, filed) == {("duty_desk", "webhook"): "failed", ("deputy", "email"): "sent"}
    assert inbox(world, "halden-compute").count("Your webhook is no longer used") == 1
    assert inbox(world, "cert-ee").count("The webhook of Halden Compute AS is no longer used") == 1


def test_where_nobody_can_be_reached_it_is_one_task_of_the_filers(world: World) -> None:
    with a_receiver(answering(GONE)) as receiver:
        by_webhook(world, receiver.url, "duty_desk", "deputy", "manager")
        filed = world.files()
        world.sweep()
    assert states(world, filed) == {("duty_desk", "webhook"): "failed", ("deputy", "webhook"): "failed", ("manager", "webhook"): "dead"}
    first = UUID(next(each["id"] for each in filed["notices"] if each["to"] == "halden-compute"))
    told = world.rows("select title from demarche.notice where effect_key like 'dead:%' and case_id = :c", c=UUID(filed["incident"]))
    dead = world.rows("select notice_id from demarche.notification where state = 'dead'")
    assert [row.notice_id for row in dead].count(first) == 1
    assert len(told) == len(dead)
    assert {row.title for row in told} == {"Could not be delivered to Halden Compute AS"}


@pytest.mark.parametrize("again", [GONE, BUSY], ids=["gone", "busy"])
def test_nobody_else_is_troubled_where_one_of_two_channels_delivered(world: World, again: bytes) -> None:
    with a_receiver(answering(again)) as receiver:
        with world.work("halden-compute") as work:
            set_channel(work, "webhook", receiver.url)
        filed = world.files()
        for _ in range(4):
            world.sweep()
            world.forward(hours=1)
    assert set(states(world, filed)) == {("duty_desk", "webhook"), ("duty_desk", "email")}
    assert states(world, filed)["duty_desk", "email"] == "sent"


def test_a_channel_that_may_not_carry_a_notice_is_said_to_be_withheld(world: World) -> None:
    with a_receiver(answering(http("204 No Content"))) as receiver:
        with world.work("halden-compute") as work:
            set_channel(work, "webhook", receiver.url)
        filed = world.files()
        with world.worker.work() as work:
            work.connection.exec_driver_sql("update demarche.notice set channels = array['webhook', 'inbox'] where routed_at is null")
        world.sweep()
    assert states(world, filed) == {("duty_desk", "webhook"): "delivered", ("duty_desk", "email"): "withheld"}
    assert "does not let it go by this channel" in ways(world, filed)["duty_desk", "email"].cause


def test_of_what_has_one_way_only_and_does_not_get_through_somebody_is_told_in_time_and_once(world: World) -> None:
    with a_receiver(answering(BUSY)) as receiver:
        by_webhook(world, receiver.url, "duty_desk")
        with world.worker.work() as work:
            work.connection.exec_driver_sql(
                "update demarche.channel set disabled_at = now(), disabled_because = 'left' where kind = 'email'"
                " and party_id = (select id from demarche.party where slug = 'halden-compute')"
            )
        filed = world.files()
        told = "Not delivered yet to Halden Compute AS, and there is no other way"
        for _ in range(60):
            world.sweep()
            if told in inbox(world, "cert-ee"):
                break
            world.forward(minutes=4)
        found = ways(world, filed)["duty_desk", "webhook"]
        assert found.state == "pending"
        assert world.now < found.due_at
        for _ in range(6):
            world.sweep()
            world.forward(minutes=20)
    assert inbox(world, "cert-ee").count(told) == 1


def test_a_notice_that_no_channel_in_use_may_carry_is_a_persons_and_goes_when_there_is_one(world: World) -> None:
    filed = world.files()
    with world.worker.work() as work:
        work.connection.exec_driver_sql("update demarche.notice set channels = array['webhook'] where routed_at is null")
    world.sweep()
    assert states(world, filed)["duty_desk", "webhook"] == "dead"
    assert "Could not be delivered to Halden Compute AS" in inbox(world, "cert-ee")
    assert sweeps.audit(world.worker) == 0
    dead = ways(world, filed)["duty_desk", "webhook"]
    with world.work("cert-ee") as work:
        [task] = [each for each in board.dead_letters(work) if each["id"] == str(dead.id)]
    assert "No channel of the" in task["cause"]
    with a_receiver(answering(http("204 No Content"))) as receiver:
        with world.work("halden-compute") as work:
            set_channel(work, "webhook", receiver.url)
        with world.work("cert-ee") as work:
            try_again(work, dead.id)
        world.sweep()
    assert states(world, filed)["duty_desk", "webhook"] == "delivered"


def test_a_clock_of_ours_that_stood_still_never_skips_a_way(world: World) -> None:
    filed = world.files()
    sweeps.route(world.worker)
    world.forward(days=9)
    world.sweep()
    assert states(world, filed) == {("duty_desk", "email"): "sent"}
