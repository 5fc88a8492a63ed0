"""The processes of production, started by the words of the compose file, and asked how they are as it asks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import servers
from tests.processes import Deployment


@pytest.mark.processes
def test_every_process_comes_up_says_that_it_is_well_and_ends_when_asked(tmp_path: Path) -> None:
    redis = servers.RedisServer()
    redis.start()
    with servers.database() as url, Deployment(url, redis.url, tmp_path) as node:
        node.migrate()
        node.start("web", "worker", "timekeeper", "beat")
        node.ready()
        node.until(lambda: node.ping("celery"), "the worker does not answer")
        node.until(lambda: node.ping("celerybeat"), "beat does not answer")
        node.until((node.home / "timekeeper.heartbeat").exists, "the timekeeper's heart does not beat")
        assert {name: node.stop(name) for name in list(node.running)} == dict.fromkeys(("web", "worker", "timekeeper", "beat"), 0)
    redis.close()
