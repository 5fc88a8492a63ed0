"""A worker is killed in mid-delivery: everything is delivered all the same, and has its effect once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery

from incident.actions.file_report import file_report
from incident.actions.set_channel import set_channel
from incident.clock import DatabaseClock
from incident.db.embedded import WORKER
from incident.records.parties.tables import channel
from incident.work import Node
from tests.crashes.receiver import Receiver
from tests.servers import redis_url
from tests.world import World, a_report, a_world, home, url_of
from web.processes import PROCESSES

pytestmark = pytest.mark.processes
REPORTS = 6


@contextmanager
def a_process(name: str, world: World, log: Path, **otherwise: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the production processes, by its very words, as the role it has in production."""
    environment = {
        **os.environ, "DATABASE_URL": url_of(WORKER, world.database), "REDIS_URL": redis_url(), "DEMARCHE_HOME": str(home()),
        "DEMARCHE_EGRESS_ALLOW": "127.0.0.0/8", "DEMARCHE_LEASE_SECONDS": "3",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **otherwise,
    }  # fmt: skip
    with log.open("ab") as output:
        process = subprocess.Popen(PROCESSES[name], env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def busy() -> Iterator[tuple[World, Receiver]]:
    """Reports whose notices await a worker, and a receiver that the suppliers and the operator have set. Real time."""
    receiver = Receiver()
    with a_world() as world:
        world.web.clock = world.worker.clock = DatabaseClock()
        for slug in ("halden-compute", "meridian-models", "ee-ministry"):
            with world.work(slug) as work:
                set_channel(work, "webhook", receiver.url)
        only_webhooks(world.worker)
        for number in range(REPORTS):
            with world.work("cert-ee") as work:
                file_report(work, a_report(reference=f"K-{number}", severity="critical", aware_at="2026-11-20T10:00:00+02:00"))
        yield world, receiver
    receiver.close()


def only_webhooks(node: Node) -> None:
    """Mail would go to a sink that only this process knows."""
    with node.work() as work:
        work.connection.execute(channel.update().where(channel.c.kind == "email").values(disabled_at=work.now, disabled_because="not here"))


def webhooks(world: World) -> list[tuple[str, str, int]]:
    rows = world.rows("select id::text as id, state, attempt from demarche.notification where kind = 'webhook'")
    return [(row.id, row.state, row.attempt) for row in rows]


def poke(*sweeps: str) -> None:
    """Wake a worker as the web does."""
    app = Celery(broker=redis_url())
    for sweep in sweeps:
        app.send_task(f"demarche.{sweep}", queue="demarche")
    app.close()


def all_delivered(world: World) -> bool:
    found = webhooks(world)
    return len(found) >= 3 * REPORTS and all(state == "delivered" for _, state, _ in found)


def test_a_worker_killed_in_mid_delivery_loses_nothing_and_nothing_happens_twice(busy: tuple[World, Receiver], tmp_path: Path) -> None:
    world, receiver = busy
    receiver.gate.clear()  # whoever is sent to keeps its sender waiting
    log = tmp_path / "log"
    with a_process("worker", world, log) as worker:
        poke("route", "deliver")
        assert receiver.wait_for(1, 40), log.read_text()[-3000:]
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    receiver.gate.set()
    with a_process("worker", world, log), a_process("timekeeper", world, log):
        give_up = time.monotonic() + 60
        while not all_delivered(world):
            assert time.monotonic() < give_up, f"{webhooks(world)}\n{log.read_text()[-6000:]}"
            time.sleep(0.1)
    delivered = webhooks(world)
    assert {id_ for id_, _, _ in delivered} == set(receiver.seen)  # one id for all attempts of a notification
    assert max(attempt for _, _, attempt in delivered) >= 2  # the kill did hit a delivery under way
    once = world.rows(
        "select obligation_id, kind, count(*) from demarche.act where kind in ('sent', 'received') group by 1, 2 having count(*) > 1"
    )
    assert once == []
    receipts = world.rows("select count(*) from demarche.evidence_entry where kind = 'notification.delivered'")
    assert receipts[0][0] == len(world.rows("select 1 from demarche.notification where state = 'delivered'"))
