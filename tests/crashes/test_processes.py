"""The processes of production, started by the words of the compose file, and asked how they are as it asks them."""

from __future__ import annotations

import os
import signal
import socket
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


@pytest.mark.processes
def test_nothing_of_a_deployment_outlives_its_block(tmp_path: Path) -> None:
    """The web answers in processes of its own, which the end of their parent does not end."""
    with servers.database() as url, Deployment(url, "redis://127.0.0.1:1/0", tmp_path) as node:
        node.migrate()
        node.start("web")
        node.ready()
        group = node.running["web"].pid
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", node.port), timeout=5).close()


@pytest.mark.processes
def test_when_the_web_is_killed_the_processes_that_answer_end_with_it(tmp_path: Path) -> None:
    with servers.database() as url, Deployment(url, "redis://127.0.0.1:1/0", tmp_path) as node:
        node.migrate()
        node.start("web")
        node.ready()
        web = node.running.pop("web")
        answering = children(web.pid)
        assert len(answering) >= 2
        os.kill(web.pid, signal.SIGKILL)  # it alone, not its group
        web.wait()
        node.until(lambda: not any(map(runs, answering)), "the port stays taken")


def children(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(each) for path in found for each in path.read_text().split() if "demarche" in Path(f"/proc/{each}/cmdline").read_text()]


def runs(process: int) -> bool:
    """A process that ended and that nobody has asked after yet does not run."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
