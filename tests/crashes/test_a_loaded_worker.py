"""A worker with more hints in its queue than it has threads: no sweep waits for the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from celery import Celery

from tests.crashes.receiver import Receiver
from tests.crashes.test_worker_killed import a_process, busy, only_webhooks
from tests.servers import redis_url
from tests.world import World

__all__ = ["busy", "only_webhooks"]
pytestmark = pytest.mark.processes
HINTS = 400


def test_sealing_comes_while_the_queue_is_full_of_hints_to_deliver_to_a_receiver_that_hangs(
    busy: tuple[World, Receiver], tmp_path: Path
) -> None:
    world, receiver = busy
    receiver.gate.clear()  # whoever is sent to keeps its sender waiting, and every round of `deliver` with it
    log = tmp_path / "log"
    app = Celery(broker=redis_url())
    with a_process("worker", world, log), a_process("beat", world, log):
        app.send_task("demarche.route", queue="demarche")
        app.send_task("demarche.deliver", queue="demarche")
        assert receiver.wait_for(1, 40), log.read_text()[-3000:]
        for _ in range(HINTS):
            app.send_task("demarche.deliver", queue="demarche", expires=300)
        began = time.monotonic()
        while world.rows("select 1 from demarche.evidence_head where sealed < seq limit 1"):
            assert time.monotonic() < began + 30, log.read_text()[-3000:]
            time.sleep(0.05)
    receiver.gate.set()
    app.close()
