"""A row that this node stumbles over holds up no other: five tries, then it is a person's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import board
from tests.world import World
from workers import sweeps


def told(world: World, title: str) -> int:
    """How many notices of that title the filer has in its inbox."""
    with world.work("cert-ee") as work:
        return sum(each["title"].startswith(title) for each in board.inbox(work))


def change(world: World, statement: str, **given: Any) -> None:
    with world.worker.work() as work:
        assert work.connection.execute(sa.text(statement), given).rowcount


def states(world: World, slug: str) -> set[str]:
    found = world.rows(
        "select n.state, n.kind from demarche.notification n join demarche.party p on p.id = n.party_id where p.slug = :s", s=slug
    )
    return {row.state for row in found}


def sweeps_for(world: World, *, minutes: int) -> None:
    for _ in range(minutes * 6):
        world.sweep()
        world.forward(seconds=10)


def test_a_letter_that_cannot_be_written_lets_the_others_go_and_becomes_a_persons(world: World) -> None:
    world.files(severity="critical")
    change(world, "update demarche.party set zone = 'Mars/Olympus' where slug = 'halden-compute'")
    world.sweep()
    assert states(world, "meridian-models") <= {"sent", "delivered"}
    assert states(world, "halden-compute") == {"pending", "sent"}  # what needs no letter lies in its inbox
    sweeps_for(world, minutes=3)
    dead = world.rows("select attempt, cause from demarche.notification where state = 'dead'")
    assert {row.attempt for row in dead} == {5}
    assert all("fault of this node" in row.cause for row in dead)
    assert states(world, "halden-compute") == {"dead", "sent"}
    assert told(world, "Could not be delivered to") == len(dead)


def test_a_notice_that_cannot_be_addressed_lets_the_others_go_and_becomes_a_persons(world: World) -> None:
    filed = world.files(severity="critical")
    notice = next(each for each in filed["notices"] if each["to"] == "halden-compute")
    spoilt = "update demarche.obligation set spec = jsonb_set(spec, '{on_call}', '[[1]]') where id = any(:ids)"
    change(world, spoilt, ids=[UUID(each) for each in notice["obligations"]])
    performs = "update demarche.obligation set spec = jsonb_set(spec, '{on_call}', '[[1]]')"
    change(world, performs + " where id = any(select unnest(performs) from demarche.notice where id = :n)", n=UUID(notice["id"]))
    world.sweep()
    assert states(world, "meridian-models") <= {"sent", "delivered"}
    assert not world.rows("select 1 from demarche.notification where notice_id = :n", n=UUID(notice["id"]))
    sweeps_for(world, minutes=3)
    (dead,) = world.rows("select state, cause from demarche.notification where notice_id = :n", n=UUID(notice["id"]))
    assert (dead.state, "cannot be addressed" in dead.cause) == ("dead", True)
    assert told(world, "Could not be delivered to Halden Compute AS") == 1
    assert world.rows("select route_tries from demarche.notice where id = :n", n=UUID(notice["id"]))[0][0] == 5


def test_what_became_of_a_letter_and_cannot_be_recorded_five_times_is_a_persons(world: World) -> None:
    filed = world.files(severity="critical")
    notice = next(each for each in filed["notices"] if each["to"] == "halden-compute" and each["released"])
    sweeps.route(world.worker)
    spoilt = "update demarche.obligation set spec = '[]' where id = any(select unnest(performs) from demarche.notice where id = :n)"
    change(world, spoilt, n=UUID(notice["id"]))
    world.sweep()
    assert "sent" in states(world, "meridian-models")
    sweeps_for(world, minutes=10)
    letters = world.rows("select kind, state, attempt, cause from demarche.notification where notice_id = :n", n=UUID(notice["id"]))
    mail = next(row for row in letters if row.kind == "email")
    assert (mail.state, mail.attempt) == ("dead", 5)
    assert "cannot be recorded" in mail.cause
    assert told(world, "Could not be delivered to Halden Compute AS") == sum(row.state == "dead" for row in letters)


def test_a_clock_that_cannot_be_looked_at_lets_the_others_run_and_becomes_a_persons(world: World) -> None:
    filed = world.files(aware_at="2026-11-19T10:40:00+02:00")
    other = world.files(aware_at="2026-11-19T10:40:00+02:00", reference="EE-2")
    early = UUID(world.obligation(filed, "art23.early_warning")["id"])
    change(world, "update demarche.obligation set spec = '[]' where id = :id", id=early)
    change(world, "update demarche.timer set look_at = look_at - interval '1 day' where obligation_id = :id", id=early)
    world.sweep()
    assert world.verdict(other, "art23.early_warning") == "missed"
    assert world.rows("select count(*) from demarche.act where kind = 'missed' and case_id = :c", c=UUID(other["incident"]))[0][0]
    sweeps_for(world, minutes=3)
    assert told(world, "A clock that has to be looked at by hand") == 1
    assert {row.tries for row in world.rows("select tries from demarche.timer where look_at > :n and tries > 0", n=world.now)} == {5}
    assert world.rows("select 1 from demarche.evidence_entry where kind = 'obligation.stuck'")
