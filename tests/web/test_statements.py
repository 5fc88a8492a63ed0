"""How many SQL statements a filing takes, and the delivery of what it tells: numbers that only grow unnoticed."""

from __future__ import annotations

import pytest

from incident import board
from incident.actions.set_channel import set_channel
from incident.clock import DatabaseClock
from tests.bench.client import a_report
from tests.bench.counts import Counted
from tests.crashes.receiver import Receiver
from tests.world import World
from web import create_app
from workers import post, sweeps

MOST = 8
MOST_AFTER_THE_FILING = 8
"""Its two notifications are addressed, one of them taken along and settled, the other laid into the inbox."""


@pytest.mark.parametrize("severity", ["low", "high"])
def test_filing_through_the_api_is_eight_statements_in_one_transaction(world: World, severity: str) -> None:
    world.web.clock = DatabaseClock()
    key = next(each["api_key"] for each in world.demo.parties if each["slug"] == "cert-ee")
    client = create_app(world.web).test_client()

    def files() -> int:
        said = a_report() | {"severity": severity, "facts": {"aware_at": "2026-11-20T17:40:00+02:00", "significant_incident": True}}
        return client.post("/api/v1/reports", json=said, headers={"Authorization": f"Bearer {key}"}).status_code

    assert files() == 201  # the first one loads the documents that bind
    counted = Counted(world.web.engine)
    assert files() == 201
    assert len(counted.statements) <= MOST, "\n".join(counted.statements)
    assert counted.commits == 1


def test_the_board_is_two_statements(world: World) -> None:
    world.files()
    with world.work("cert-ee") as work:
        counted = Counted(world.web.engine)
        assert len(board.lines(work, limit=50)["lines"]) > 10
    assert len(counted.statements) == 2, "\n".join(counted.statements)


def test_an_incident_with_one_delivery_is_counted_to_the_last_statement(world: World) -> None:
    """Of which eight are the filing; what the same sweeps ask when nothing is due is not counted."""
    world.web.clock = world.worker.clock = DatabaseClock()
    with world.worker.work() as work:
        aware_at = work.now.isoformat()
    receiver = Receiver()
    try:
        _reached_by_webhook(world, "ee-ministry", receiver.url)
        world.files(severity="low", aware_at=aware_at, reference="the first one")
        _delivers(world)
        told = len(receiver.seen)
        counted = Counted(world.worker.engine)
        world.files(severity="low", aware_at=aware_at)  # tells the deployment's operator, and nobody else
        _delivers(world)
        asked = len(counted.statements)
        _delivers(world)
        idle = len(counted.statements) - asked
    finally:
        receiver.close()
    assert len(receiver.seen) == told + 1
    assert 0 < asked - idle <= MOST_AFTER_THE_FILING, "\n".join(counted.statements[:asked])


def _reached_by_webhook(world: World, slug: str, url: str) -> None:
    with world.work(slug) as work:
        set_channel(work, "webhook", url)
    with world.worker.work() as work:
        change = "update demarche.channel set disabled_at = now(), disabled_because = 'a trial' where kind <> 'webhook'"
        work.connection.exec_driver_sql(change)


def _delivers(world: World) -> None:
    sweeps.route(world.worker)
    post.post_of(world.worker).run(patience=None)
