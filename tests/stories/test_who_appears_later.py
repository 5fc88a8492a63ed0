"""A party that is registered, or a channel that is set, after a case was filed: what waited for it is taken up at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from incident.actions.set_channel import set_channel
from tests.stories.test_relays import LAW, duty, relay_of
from tests.world import World
from workers import sweeps

WAYS = "select n.kind from demarche.notification n join demarche.party p on p.id = n.party_id where p.slug = :slug order by n.created_at"


def execute(world: World, statement: str, **given: Any) -> None:
    with world.worker.work() as work:
        work.connection.execute(sa.text(statement), given)


def ways(world: World, slug: str) -> list[str]:
    return [row.kind for row in world.rows(WAYS, slug=slug)]


@pytest.fixture
def silent(world: World) -> World:
    """A world whose supplier has nothing but its inbox."""
    execute(world, "update demarche.channel set disabled_at = :now, disabled_because = 'not here' where party_id ="
                   " (select id from demarche.party where slug = 'halden-compute')", now=world.now)  # fmt: skip
    sweeps.rotas(world.worker)
    return world


def test_what_lay_in_an_inbox_alone_is_sent_over_a_channel_that_is_set_later_and_once(silent: World) -> None:
    silent.files(severity="critical")
    silent.sweep()
    before = ways(silent, "halden-compute")
    assert set(before) == {"inbox"}
    silent.forward(minutes=5)
    sweeps.rotas(silent.worker)
    assert ways(silent, "halden-compute") == before
    told: list[str] = []
    silent.web.wake = told.append
    with silent.work("halden-compute") as work:
        set_channel(work, "email", "duty@halden.example")
    assert "rotas" in told
    for _ in range(2):
        sweeps.rotas(silent.worker)
        silent.sweep()
    assert sorted(ways(silent, "halden-compute")) == ["email"] * len(before) + before
    assert len(silent.subjects("duty@halden.example")) == len(before)


def test_what_was_read_meanwhile_is_not_sent_again(silent: World) -> None:
    silent.files(severity="critical")
    silent.sweep()
    before = ways(silent, "halden-compute")
    execute(silent, "update demarche.notice set opened_at = now(), opened_by = 'K', opened_how = 'api' where recipient ="
                    " (select id from demarche.party where slug = 'halden-compute')")  # fmt: skip
    silent.forward(minutes=5)
    with silent.work("halden-compute") as work:
        set_channel(work, "email", "duty@halden.example")
    sweeps.rotas(silent.worker)
    assert ways(silent, "halden-compute") == before


def test_a_relay_that_had_nobody_to_go_to_goes_to_the_single_point_of_contact_that_is_registered_later(world: World) -> None:
    filed = world.files(affected_countries=("FR", "IT"))
    french, italian = relay_of(world, filed, "FR"), relay_of(world, filed, "IT")
    assert (italian["standing"], italian["to"]) == ("no_contact", None)
    sweeps.rotas(world.worker)
    world.forward(minutes=5)
    execute(
        world,
        "insert into demarche.party (id, uri, slug, name, kind, jurisdiction, zone, calendar, created_at)"
        " values (:id, 'https://spoc.example.it/', 'spoc-it', 'SPOC Italy', 'spoc', 'IT', 'Europe/Rome', 'IT:public', :now)",
        id=uuid.uuid4(), now=world.now,
    )  # fmt: skip
    for _ in range(2):
        sweeps.rotas(world.worker)
    after = relay_of(world, filed, "IT")
    assert (after["to"], duty(after, LAW)["owed_to"]) == ("spoc-it", "spoc-it")
    assert duty(after, LAW)["due_at"] == duty(italian, LAW)["due_at"]
    assert after["standing"] in ("awaits_release", "released")
    assert relay_of(world, filed, "FR") == french
    assert world.rows("select count(*) from demarche.act where kind = 'contact_registered'")[0][0] == 1
