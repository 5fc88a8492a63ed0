"""Every real record of the shared folder, through the real node: filed, told, delivered, acknowledged; and again, with no effect."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from incident import evidence
from incident.actions.acknowledge_notice import acknowledge_notice
from incident.actions.commands import DoneBy
from incident.actions.set_channel import set_channel
from tests.crashes.receiver import Receiver
from tests.stories.test_replay_corpus import RECIPIENT, keys, run, served  # noqa: F401 - `keys` is a fixture
from tests.world import World

FOLDERS = ("vcdb", "atlas-case-studies")
DATA = Path(os.environ.get("DEMARCHE_DATA") or Path(__file__).parents[3] / "shared" / "data")

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(
        not all((DATA / each).is_dir() for each in FOLDERS), reason=f"{DATA} has no {' and '.join(FOLDERS)}; set DEMARCHE_DATA"
    ),
]


def test_all_of_them_in_one_go_and_a_second_replay_adds_nothing(world: World, keys: Path, tmp_path: Path) -> None:  # noqa: F811
    both = tmp_path / "records"
    both.mkdir()
    for name in FOLDERS:
        (both / name).symlink_to(DATA / name)
    files = sum(1 for name in FOLDERS for _ in (DATA / name).iterdir())
    receiver = Receiver()
    for slug in ("halden-compute", "meridian-models", "sakura-inference", "orinoco-cloud"):
        with world.work(slug) as work:
            set_channel(work, "webhook", receiver.url)
    with served(world) as base_url:
        totals = run(base_url, both, keys, "--shift-to", "2026-11-20", "--wait", "300")
        again = run(base_url, both, keys, "--shift-to", "2026-11-20")
    receiver.close()
    assert totals["read"] == files
    assert totals["read"] == totals["filed"] + totals["duplicate"] + len(totals["refused"])  # type: ignore[operator, arg-type]
    assert (again["filed"], again["duplicate"]) == (0, totals["filed"])
    acknowledged = Counter[str]()
    for body in receiver.bodies.values():
        to = world.rows(
            "select p.slug, n.id from demarche.notice n join demarche.party p on p.id = n.recipient where n.id = :n",
            n=body["data"]["notice"],
        )
        with world.work(to[0].slug) as work:
            acknowledged[acknowledge_notice(work, to[0].id, DoneBy("robot"))["acknowledged_by"]] += 1
    assert acknowledged["robot"] >= 500 or totals["filed"] < 300  # type: ignore[operator]
    with world.worker.work() as work:
        *_, last = evidence.check(work.connection)
    assert last.broken == ()
    print(f"\n{totals}; {acknowledged['robot']} acknowledged; {last.entries} entries in {last.streams} chains")
