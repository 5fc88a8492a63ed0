"""Two webs behind a balancer that asks /readyz, each asked to end and started again in its turn, while clients file without pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.chaos.proxy import Wire
from tests.crashes.clients import going_on
from tests.processes import Deployment
from tests.world import demo_template

pytestmark = pytest.mark.processes
DRAIN = 2  # seconds; the balancer asks ten times in them


class Balancer:
    """Leads each new connection to a web that was ready when last asked, in turn."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ready: dict[str, int] = {}
        self._turn = 0
        self._closing = threading.Event()
        threading.Thread(target=self._ask, args=(ports,), daemon=True).start()
        self.wire = Wire(self._next)

    def knows(self, name: str) -> bool:
        """Whether that web gets any."""
        return name in self._ready

    def close(self) -> None:
        """Stop for good."""
        self._closing.set()
        self.wire.close()

    def _next(self) -> tuple[str, int]:
        self._turn += 1
        ports = list(self._ready.values())
        return "127.0.0.1", ports[self._turn % len(ports)] if ports else 9

    def _ask(self, ports: Mapping[str, int]) -> None:
        while not self._closing.wait(0.2):
            self._ready = {name: port for name, port in ports.items() if is_ready(port)}


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def filing(url: str, key: str) -> Iterator[list[str]]:
    """Two clients that keep their connection and one that never does file all the while; what each was answered."""
    answers: list[str] = []
    ended = threading.Event()

    def file(name: str, kept: bool) -> None:
        headers = {"Authorization": f"Bearer {key}"} | ({} if kept else {"Connection": "close"})
        with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
            for number in range(10_000):
                if ended.wait(0.05):
                    return
                try:
                    answers.append(str(http.post("/api/v1/reports", json=a_report(f"{name}-{number}")).status_code))
                except httpx.HTTPError as error:
                    answers.append(repr(error))

    with going_on([partial(file, f"client {number}", number < 2) for number in range(3)], ended):
        yield answers


def a_report(reference: str) -> dict[str, object]:
    return {
        "deployment": "ee-citizen-assistant", "reference": reference, "stage": "early_warning", "summary": "Prompts leak",
        "severity": "low", "tlp": "GREEN", "facts": {"aware_at": "2026-11-20T17:40:00+02:00"}, "affected_countries": ["EE"],
    }  # fmt: skip


def test_a_rolling_restart_fails_no_request(tmp_path: Path) -> None:
    template, demo = demo_template()
    key = next(str(each["api_key"]) for each in demo.parties if each["slug"] == "cert-ee")
    with servers.database(template) as url, Deployment(url, "redis://127.0.0.1:1/0", tmp_path, DEMARCHE_DRAIN_SECONDS=str(DRAIN)) as node:
        ports = {"web": node.port, "web.2": servers.free_port()}
        balancer = Balancer(ports)
        try:
            for name, port in ports.items():
                node.start(name, DEMARCHE_PORT=str(port))
            node.until(lambda: all(map(balancer.knows, ports)), "both webs are not ready")
            with filing(f"http://127.0.0.1:{balancer.wire.port}", key) as answers:
                _more(node, answers)
                for name, port in ports.items():
                    assert node.stop(name) == 0
                    node.start(name, DEMARCHE_PORT=str(port))
                    node.until(lambda name=name: balancer.knows(name), f"{name} is not ready again")  # type: ignore[misc]
                    _more(node, answers)
        finally:
            balancer.close()
    assert set(answers) == {"201"}, answers


def _more(node: Deployment, answers: list[str]) -> None:
    before = len(answers)
    node.until(lambda: len(answers) > before + 5, "nothing more is answered")


def test_a_second_signal_ends_a_web_at_once(tmp_path: Path) -> None:
    with servers.database() as url, Deployment(url, "redis://127.0.0.1:1/0", tmp_path, DEMARCHE_DRAIN_SECONDS="300") as node:
        node.migrate()
        node.start("web")
        node.ready()
        web = node.running.pop("web")
        web.terminate()
        until(lambda: httpx.get(f"{node.base_url}/readyz").json()["draining"])
        last = httpx.get(f"{node.base_url}/livez")
        assert (last.status_code, last.headers["connection"]) == (200, "close")
        web.terminate()
        assert web.wait(60) == 0


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)
