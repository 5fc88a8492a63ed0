"""While the clocks leave a miss in doubt, board, case page and API say that it is being verified."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from incident.rules.two_clocks import HOLD
from tests.web.callers import Callers
from tests.web.visitors import Enter
from tests.world import World

HOUR = timedelta(hours=1)
OVERDUE = (
    "select id::text, case_id::text, due_at from demarche.obligation where settled_as is null and not predicted and not provisional"
    " and superseded_by is null and due_at > :now order by due_at limit 1"
)


def test_a_miss_that_is_held_is_said_to_be_verified_until_it_is_on_record(world: World, app: Flask, enter: Enter) -> None:
    case = world.files(severity="high")
    world.sweep()
    [duty] = world.rows(OVERDUE, now=world.now)
    world.clock.set(duty.due_at - HOUR / 2)
    world.sweep()
    world.clock.jump(database=HOUR)
    api, browser = Callers(world, app), enter("cert-ee")

    def shown() -> list[bool]:
        pages = [browser.get(path).text for path in ("/", f"/incidents/{case['incident']}")]
        return ["Overdue, being verified: the clocks disagree" in page for page in pages]

    found = api.get(f"/obligations/{duty.id}").json
    held = {"because": "apart", "by_ms": 3_600_000, "left_seconds": 60}
    assert (found["verdict"], found["missed_at"], found["held"]) == ("missed", None, held)
    assert held in [each["held"] for each in api.get("/obligations?verdict=missed").json["items"]]
    assert shown() == [True] * 2
    for _ in range(2):
        world.forward(seconds=HOLD.total_seconds())
        world.sweep()
    found = api.get(f"/obligations/{duty.id}").json
    assert (found["verdict"], found["held"]) == ("missed", None)
    assert datetime.fromisoformat(found["missed_at"]) == duty.due_at
    assert shown() == [False] * 2


def test_where_the_clocks_agree_nothing_is_held(world: World, app: Flask) -> None:
    world.files(severity="high")
    [duty] = world.rows(OVERDUE, now=world.now)
    world.clock.set(duty.due_at + HOUR)
    found = Callers(world, app).get(f"/obligations/{duty.id}").json
    assert (found["verdict"], found["missed_at"], found["held"]) == ("missed", None, None)
