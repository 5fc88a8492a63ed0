"""A timekeeper in real time whose database clock is set back and forward while letters are under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from incident.clock import DatabaseClock, wall
from incident.db.embedded import WORKER
from incident.rules.two_clocks import Reading
from incident.work import Node, open_node
from tests.world import World, a_world, settings, url_of
from workers import post, stumbling, sweeps, tasks
from workers.rounds import Hands, Rounds
from workers.timekeeper import Timekeeper

pytestmark = pytest.mark.processes
SOON = 30.0  # seconds that the test waits for what ought to take a few; far less than the hour


class Set(DatabaseClock):
    """The database's clock, which somebody sets."""

    off = timedelta()

    def now(self, connection: sa.Connection) -> datetime:
        asked, asked_at = self.steady(), wall()
        began, shown = connection.execute(sa.text("select now(), clock_timestamp()")).one()
        self.watch.saw(Reading(asked, asked_at, shown + self.off, wall(), self.steady()))
        instant: datetime = began.astimezone(UTC) + self.off
        return instant


class Away:
    """A broker that does not answer."""

    def answers(self) -> bool:
        return False

    def hint(self, sweep: str) -> None:
        """Nobody listens."""


@contextmanager
def keeping_time(node: Node) -> Iterator[None]:
    hands = Hands(lambda: node, Rounds(sweeps.SWEEPS))
    keeper = Timekeeper(node, sweeps, Away(), hands, periods=tasks.PERIODS)
    thread = threading.Thread(target=keeper.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join(SOON)
        hands.close()
        post.close_post(node)


def comes(question: Callable[[], Any]) -> bool:
    """Whether it does, soon."""
    ends = time.monotonic() + SOON
    while not (found := question()) and time.monotonic() < ends:
        time.sleep(0.05)
    return bool(found)


def waiting(world: World) -> list[Any]:
    return world.rows("select state, look_at from demarche.notification where state in ('pending', 'claimed')"
                      " union all select 'unrouted', released_at from demarche.notice"
                      "  where released_at is not null and routed_at is null and cancelled_at is null")  # fmt: skip


def test_a_clock_set_back_and_forward_in_mid_delivery_keeps_no_letter_an_hour_and_misses_nothing_early() -> None:
    with a_world() as world:
        clock = world.web.clock = world.worker.clock = Set()
        node = open_node(settings(smtp_url=world.mail.url, lease_seconds=2), url_of(WORKER, world.database), clock=clock, pool_size=10)
        now = datetime.now(UTC)
        world.files(severity="critical", aware_at=(now - timedelta(minutes=5)).isoformat())
        stumbling.route_singly(node, 50)  # which sends nothing
        with node.work() as work:  # a sender that died with its claim
            claim = (
                "update demarche.notification set state = 'claimed', attempt = 1, leased_until = :u, look_at = :u where state = 'pending'"
            )
            claimed = work.connection.execute(sa.text(claim), {"u": work.now + timedelta(seconds=2)}).rowcount
        assert claimed > 1
        clock.off = timedelta(hours=-1)
        with keeping_time(node):
            assert comes(lambda: not waiting(world))
            world.files(reference="while it is wrong", severity="critical", aware_at=(now - timedelta(hours=2)).isoformat())
            assert comes(lambda: not waiting(world))
            clock.off = timedelta(hours=71)  # beyond most duties of the case
            world.files(reference="in the future", severity="low", aware_at=(now - timedelta(hours=2)).isoformat())
            assert comes(lambda: len(world.rows("select from demarche.evidence_entry where kind = 'clock.anomaly'")) == 2)
            assert comes(lambda: not waiting(world))
            assert world.rows("select from demarche.act where kind = 'missed'") == []
            clock.off = timedelta()
            assert comes(lambda: not world.rows("select from demarche.finding where kind = 'clock.apart' and gone_at is null"))
            assert comes(lambda: not waiting(world))
        assert world.rows("select from demarche.act where kind = 'missed'") == []
        attempts = "select n.id from demarche.attempt a join demarche.notification n on n.id = a.notification_id"
        assert world.rows(f"{attempts} where a.outcome in ('sent', 'delivered') group by 1 having count(*) > 1") == []
        node.close()
