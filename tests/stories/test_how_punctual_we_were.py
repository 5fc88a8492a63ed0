"""When each step of a clock was to be looked at, when it was, and who may know."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from incident import board
from incident.actor import NOBODY
from incident.board.looking import sentence
from tests.world import World, a_world


def due_of(world: World, commitment: str = "early_warning") -> timedelta:
    """How long from now until the due instant of that obligation of the first case, and a microsecond more: its step."""
    [row] = world.rows(
        "select t.look_at from demarche.timer t join demarche.obligation o on o.id = t.obligation_id"
        " where t.step = 'due' and o.commitment like :name and o.superseded_by is null order by t.look_at limit 1",
        name=f"%{commitment}",
    )
    left: timedelta = row.look_at - world.now
    return left


def test_a_step_looked_at_at_its_instant_says_so_on_the_clock() -> None:
    with a_world() as world:
        case = world.files()
        world.forward(seconds=due_of(world).total_seconds() + 0.012)
        world.sweep()
        looks = [each for each in world.obligation(case, "early_warning")["looks"] if each["step"] == "due"]
        assert [each["text"] for each in looks] == ["We looked 0.012 s after the instant."]
        assert looks[0]["late_seconds"] == 0.012


def test_after_an_outage_the_clock_says_that_we_were_late_and_its_page_too(world: World) -> None:
    case = world.files()
    world.forward(seconds=due_of(world).total_seconds() + 3 * 3600 + 12 * 60)
    world.sweep()
    found = world.obligation(case, "early_warning")
    assert [each["text"] for each in found["looks"] if each["step"] == "due"] == ["Late by 3 h 12 min because of us."]
    with world.work("cert-ee") as work:
        assert board.obligation(work, UUID(found["id"]))["looks"] == found["looks"]


def test_each_step_is_fired_once_and_never_early_however_often_we_look(world: World) -> None:
    world.files()
    for _ in range(40):
        world.forward(hours=12)
        world.sweep()
        world.sweep()
    fired = world.rows("select obligation_id, step, count(*) n, min(fired_at - look_at) early from demarche.firing group by 1, 2")
    assert len(fired) > 3
    assert {row.n for row in fired} == {1}
    assert min(row.early for row in fired) >= timedelta()


def test_whoever_does_not_see_the_clock_does_not_see_how_punctual_we_were(world: World) -> None:
    world.files()
    world.forward(days=3)
    world.sweep()
    with world.work("cert-ee") as work:
        seen = work.connection.exec_driver_sql("select count(*) from demarche.firing").scalar()
    with world.work("cert-in") as work:
        unseen = work.connection.exec_driver_sql("select count(*) from demarche.firing").scalar()
    assert (bool(seen), unseen) == (True, 0)


def test_the_health_of_the_node_says_how_late_its_steps_were(world: World) -> None:
    with world.web.work(NOBODY) as work:
        assert board.health(work)["lateness"] == {"fired": 0, "p50": None, "p99": None, "worst": None}
    world.files()
    world.forward(seconds=due_of(world).total_seconds() + 60)
    world.sweep()
    with world.web.work(NOBODY) as work:
        late = board.health(work)["lateness"]
    assert late["fired"] >= 1
    assert late["worst"] >= 60
    assert late["p50"] <= late["p99"] <= late["worst"]


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(milliseconds=12), "We looked 0.012 s after the instant."),
        (timedelta(seconds=41), "Late by 41 s because of us."),
        (timedelta(hours=3, minutes=12, seconds=9), "Late by 3 h 12 min because of us."),
        (timedelta(days=2), "Late by 2 d because of us."),
        (timedelta(days=2, minutes=5), "Late by 2 d because of us."),
    ],
)
def test_our_lateness_in_words(late: timedelta, said: str) -> None:
    assert sentence(late) == said
