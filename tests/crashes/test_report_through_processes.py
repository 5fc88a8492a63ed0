"""A report driven through the processes of production: delivered, with Redis stopped for ever, and across a lost database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests import servers
from tests.crashes.receiver import Receiver
from tests.processes import Deployment
from tests.world import demo_template

pytestmark = pytest.mark.processes


@dataclass
class Site:
    """A deployment in production shape, a receiver that the supplier has set, and a client for the filer."""

    node: Deployment
    redis: servers.RedisServer
    receiver: Receiver
    http: httpx.Client
    database_url: str

    def file(self, reference: str) -> httpx.Response:
        """One severe report."""
        facts = {"aware_at": "2026-11-20T17:40:00+02:00", "significant_incident": True, "personal_data_breach": None}
        body = {
            "deployment": "ee-citizen-assistant", "reference": reference, "stage": "early_warning", "summary": "Prompts leak",
            "severity": "critical", "tlp": "GREEN", "facts": facts, "affected_countries": ["EE"],
        }  # fmt: skip
        return self.http.post("/api/v1/reports", json=body, timeout=30)

    def told(self) -> list[dict[str, Any]]:
        """What the receiver got of the first notices."""
        return [body for body in self.receiver.bodies.values() if body["type"] in ("notice.duties", "notice.information")]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    template, demo = demo_template()
    keys = {each["slug"]: each["api_key"] for each in demo.parties}
    redis, receiver = servers.RedisServer(), Receiver()
    redis.start()
    with servers.database(template) as url, Deployment(url, redis.url, tmp_path, DEMARCHE_EGRESS_ALLOW="127.0.0.0/8") as node:
        node.start("web", "worker", "timekeeper", "beat")
        node.ready()
        with httpx.Client(base_url=node.base_url, headers={"Authorization": f"Bearer {keys['cert-ee']}"}) as http:
            channel = {"url": receiver.url}
            supplier = {"Authorization": f"Bearer {keys['halden-compute']}"}
            assert http.put("/api/v1/channels/webhook", json=channel, headers=supplier).is_success
            yield Site(node, redis, receiver, http, url)
    receiver.close()
    redis.close()


def test_a_report_goes_in_at_the_door_and_comes_out_at_the_suppliers(site: Site) -> None:
    answer = site.file("P-1")
    assert answer.status_code == 201, answer.text
    assert site.receiver.wait_for(1, 30), site.node.log("worker") + site.node.log("timekeeper")
    [told] = site.told()[:1]
    notices = {each["id"]: each for each in answer.json()["notices"]}
    assert notices[told["data"]["notice"]]["digest"] == told["data"]["digest"]
    assert notices[told["data"]["notice"]]["items"] == told["data"]["released"]


def test_with_redis_stopped_for_ever_reports_are_accepted_and_delivered(site: Site) -> None:
    site.redis.stop()
    for number in range(3):
        assert site.file(f"R-{number}").status_code == 201
        site.node.until(lambda expected=number + 1: len(site.told()) >= expected, "it was not delivered without Redis")


def test_with_the_database_gone_the_door_says_try_again_and_nothing_accepted_is_lost(site: Site) -> None:
    assert site.file("D-0").status_code == 201
    name = make_url(site.database_url).database
    with psycopg.connect(_plain(servers.postgres_admin_url()), autocommit=True) as admin:
        admin.execute(f'alter database "{name}" allow_connections false')
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        refused = site.file("D-1")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"].isdigit()
        assert refused.headers["Content-Type"].startswith("application/problem+json")
        admin.execute(f'alter database "{name}" allow_connections true')
    give_up = time.monotonic() + 30
    while (again := site.file("D-1")).status_code == 503:
        assert time.monotonic() < give_up
        time.sleep(0.2)
    assert again.status_code in (200, 201), again.text
    assert {each["reference"] for each in site.http.get("/api/v1/incidents").json()["items"]} == {"D-0", "D-1"}
    site.node.until(lambda: len(site.told()) >= 2, "what was accepted was not delivered")


def test_the_same_report_sent_a_second_time_has_no_second_effect(site: Site) -> None:
    first, second = site.file("S-1"), site.file("S-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert json.loads(first.text) == json.loads(second.text)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
