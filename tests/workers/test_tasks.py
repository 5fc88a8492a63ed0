"""The Celery app: a task for every sweep, one queue for whoever sends, and nothing kept that could be lost."""

from __future__ import annotations

import pytest
import redis

from tests import servers
from web import wake
from workers import sweeps, tasks


def test_every_sweep_has_a_task_and_a_period() -> None:
    assert {name for name in tasks.app.tasks if name.startswith("demarche.")} == {f"demarche.{s}" for s in sweeps.SWEEPS}
    assert set(tasks.PERIODS) == set(sweeps.SWEEPS)


def test_nothing_that_matters_rests_on_the_broker() -> None:
    made = tasks.configuration("redis://localhost/0")
    assert made["result_backend"] is None
    assert made["task_acks_late"] is False
    assert made["accept_content"] == ["json"]
    assert made["broker_connection_max_retries"] is None
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in made["beat_schedule"].values())
    assert not any("eta" in entry or "countdown" in entry for entry in made["beat_schedule"].values())


def test_the_web_and_the_workers_send_to_the_queue_that_the_workers_read() -> None:
    server = servers.RedisServer()
    server.start()
    wake.sender(server.url)("deliver")
    tasks.Hints(server.url)("deliver")
    with redis.Redis(port=server.port) as client:
        assert client.llen(tasks.configuration(server.url)["task_default_queue"]) == 2
    server.close()


@pytest.mark.parametrize("state", ["never started", "frozen"])
def test_a_hint_to_a_broker_that_is_away_is_dropped(state: str) -> None:
    server = servers.RedisServer()
    if state == "frozen":
        server.start()
        server.freeze()
    hints = tasks.Hints(server.url)
    hints("deliver")
    hints("route")
    server.close()
