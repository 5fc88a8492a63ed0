"""Workers killed at random moments, by seed: every notification is delivered in the end, and has its effect once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from incident.actions.file_report import file_report
from incident.actions.set_channel import set_channel
from incident.clock import DatabaseClock
from tests.crashes.receiver import Receiver
from tests.crashes.test_worker_killed import a_process, only_webhooks, poke, webhooks
from tests.world import a_report, a_world

REPORTS, KILLS = 40, 5


@pytest.mark.deep
@pytest.mark.processes
@pytest.mark.parametrize("seed", range(3))
def test_whenever_the_worker_is_killed_everything_arrives_and_once(seed: int, tmp_path: Path) -> None:
    chance, receiver, log = random.Random(seed), Receiver(), tmp_path / "log"
    with a_world() as world:
        world.web.clock = world.worker.clock = DatabaseClock()
        for slug in ("halden-compute", "meridian-models"):
            with world.work(slug) as work:
                set_channel(work, "webhook", receiver.url)
        only_webhooks(world.worker)
        with a_process("timekeeper", world, log):
            for _ in range(KILLS):
                with a_process("worker", world, log) as worker:
                    for _ in range(REPORTS // KILLS):
                        with world.work("cert-ee") as work:
                            file_report(work, a_report(reference=f"{seed}-{chance.random()}", severity="critical"))
                        poke("route", "deliver")
                    time.sleep(chance.uniform(0, 4))  # the moment of the kill is what is drawn
                    os.killpg(worker.pid, signal.SIGKILL)
                    worker.wait(10)
            give_up = time.monotonic() + 120
            while len(webhooks(world)) < 2 * REPORTS or any(state != "delivered" for _, state, _ in webhooks(world)):
                assert time.monotonic() < give_up, f"seed {seed}: {webhooks(world)}\n{log.read_text()[-4000:]}"
                time.sleep(0.2)
        found = webhooks(world)
        assert {id_ for id_, _, _ in found} == set(receiver.seen)
        twice = "select obligation_id, kind from demarche.act where kind in ('sent', 'received') group by 1, 2 having count(*) > 1"
        assert world.rows(twice) == []
        again = sum(attempt > 1 for _, _, attempt in found)
        print(f"\nseed {seed}: {len(found)} delivered, {again} of them after more than one attempt, {sum(receiver.seen.values())} requests")
    receiver.close()
