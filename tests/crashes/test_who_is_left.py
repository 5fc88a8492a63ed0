"""Of worker, beat, timekeeper and Redis most may be gone for good: whoever is left does the work within the safety net's period."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from incident.actions.file_report import file_report
from incident.actions.set_channel import set_channel
from incident.clock import DatabaseClock
from tests import servers
from tests.crashes.receiver import Receiver
from tests.crashes.test_worker_killed import a_process, only_webhooks
from tests.world import World, a_report, a_world
from workers.tasks import QUEUE, Hints

pytestmark = pytest.mark.processes
PATIENCE = 40.0  # seconds; only a failing test waits so long


@pytest.fixture
def site() -> Iterator[tuple[World, Receiver]]:
    """A world in real time whose supplier has an endpoint."""
    receiver = Receiver()
    with a_world() as world:
        world.web.clock = world.worker.clock = DatabaseClock()
        with world.work("halden-compute") as work:
            set_channel(work, "webhook", receiver.url)
        only_webhooks(world.worker)
        yield world, receiver
    receiver.close()


def files(world: World, reference: str) -> None:
    """One report whose clocks ended in the past: notices to send, and steps and misses that are due at once."""
    with world.work("cert-ee") as work:
        file_report(work, a_report(reference=reference, severity="critical", aware_at="2026-11-20T10:00:00+02:00"))


def left(world: World) -> int:
    """What is due or unsealed, and not done."""
    due = "select count(*) from demarche.timer where look_at <= now()"
    unsent = "select count(*) from demarche.notification where state in ('due', 'leased', 'pending', 'claimed') and look_at <= now()"
    unrouted = "select count(*) from demarche.notice where released_at is not null and routed_at is null"
    unsealed = "select count(*) from demarche.evidence_head where sealed < seq"
    return sum(world.rows(question)[0][0] for question in (due, unsent, unrouted, unsealed))


def waits_until_all_is_done(world: World, log: Path) -> None:
    until(lambda: not left(world), log)


def until(holds: Callable[[], bool], log: Path) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + PATIENCE, log.read_text()[-4000:]
        time.sleep(0.02)


@pytest.mark.parametrize(("processes", "broker"), [(("worker", "beat"), "there"), (("timekeeper",), "gone"), (("worker",), "gone")])
def test_whoever_is_left_does_what_is_due(site: tuple[World, Receiver], tmp_path: Path, processes: tuple[str, ...], broker: str) -> None:
    world, receiver = site
    log = tmp_path / "log"
    gone = {"REDIS_URL": f"redis://127.0.0.1:{servers.free_port()}/0"} if broker == "gone" else {}
    with ExitStack() as running:
        for name in processes:
            running.enter_context(a_process(name, world, log, **gone))
        for number in range(2):
            files(world, f"L-{number}")
            waits_until_all_is_done(world, log)
        assert receiver.wait_for(2, PATIENCE), log.read_text()[-4000:]
    once = world.rows("select obligation_id, kind, detail->>'step', count(*) from demarche.act group by 1, 2, 3 having count(*) > 1")
    assert once == []


def test_a_worker_outlives_a_redis_that_answers_and_takes_nothing(site: tuple[World, Receiver], tmp_path: Path) -> None:
    """As while its master is gone, or its memory is full: that is one more Redis that is of no use, and no end of the worker."""
    world, receiver = site
    log = tmp_path / "log"
    broker = servers.RedisServer()
    broker.start()
    broker.only_reads()
    try:
        with a_process("worker", world, log, REDIS_URL=broker.url) as worker:
            files(world, "R-1")
            waits_until_all_is_done(world, log)
            until(lambda: "broker_lost" in log.read_text(), log)
            broker.only_reads(False)
            Hints(broker.url)("seal")
            with redis.Redis(port=broker.port) as client:
                until(lambda: client.llen(QUEUE) == 0, log)
            until(lambda: "broker_back" in log.read_text(), log)
            assert log.read_text().count("broker_lost") == 1  # it was met several times a second
            assert "Cannot connect" not in log.read_text()
            assert worker.poll() is None
        assert receiver.wait_for(1, PATIENCE), log.read_text()[-4000:]
    finally:
        broker.close()
