"""The replay against the real node: a small corpus of the shape of VERIS and ATLAS, delivered and acknowledged."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from waitress.server import create_server

from incident import board
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.actions.set_channel import set_channel
from incident.clock import DatabaseClock
from tests.crashes.receiver import Receiver
from tests.world import World
from web import create_app
from web.cli.replay import replay
from workers import post, sweeps

RECIPIENT = "select p.slug, n.id from demarche.notice n join demarche.party p on p.id = n.recipient where n.id = :n"
CORPUS = Path(__file__).parents[1] / "corpus"


@contextmanager
def served(world: World) -> Iterator[str]:
    """The world behind a real HTTP server, with somebody who sweeps meanwhile; on the database's own clock."""
    world.web.clock = world.worker.clock = DatabaseClock()
    server = create_server(create_app(world.web), host="127.0.0.1", port=0, threads=4)
    done = threading.Event()

    def sweep() -> None:
        while not done.wait(0.05):
            sweeps.route(world.worker)
            post.post_of(world.worker).run(patience=None)

    threads = [threading.Thread(target=server.run, daemon=True), threading.Thread(target=sweep, daemon=True)]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        done.set()
        server.close()
        for thread in threads:
            thread.join(10)


def run(base_url: str, folder: Path, keys: Path, *more: str) -> dict[str, object]:
    done = CliRunner().invoke(replay, [str(folder), "--base-url", base_url, "--keys", str(keys), "--json", *more])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


@pytest.fixture
def keys(world: World, tmp_path: Path) -> Path:
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(world.demo.as_json()))
    return path


def test_every_record_is_filed_or_refused_by_name_told_and_acknowledged(world: World, keys: Path) -> None:
    receiver = Receiver()
    for slug in ("halden-compute", "meridian-models", "sakura-inference", "orinoco-cloud"):
        with world.work(slug) as work:
            set_channel(work, "webhook", receiver.url)
    with served(world) as base_url:
        totals = run(base_url, CORPUS, keys, "--shift-to", "2026-11-15")
        again = run(base_url, CORPUS, keys, "--shift-to", "2026-11-15")
    receiver.close()
    assert totals["read"] == totals["filed"] + totals["duplicate"] + len(totals["refused"])  # type: ignore[operator, arg-type]
    assert totals["filed"] == world.rows("select count(*) from demarche.incident")[0][0]
    assert totals["obligations"] == world.rows("select count(*) from demarche.obligation where superseded_by is null")[0][0]
    assert all(each["reason"] for each in totals["refused"])  # type: ignore[attr-defined]
    assert (again["filed"], again["duplicate"]) == (0, totals["filed"])
    states = Counter(row.state for row in world.rows("select state from demarche.notification"))
    assert set(states) == {"delivered", "sent"}
    severe = world.rows("select count(*) from demarche.incident where severity in ('high', 'critical') and not exercise")[0][0]
    assert severe
    assert len(receiver.seen) >= severe
    acknowledged = 0
    for body in receiver.bodies.values():
        to = world.rows(RECIPIENT, n=body["data"]["notice"])
        with world.work(to[0].slug) as work:
            acknowledge_notice(work, to[0].id, DoneBy("robot"))
            acknowledged += board.notice(work, to[0].id)["acknowledged_by"] == "robot"
    assert acknowledged == len(receiver.seen)
