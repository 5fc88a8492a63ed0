"""The zone data is updated while clocks run: each fires at its instant, and only who states a fact anew moves it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tzdata

from incident.db.embedded import WEB, WORKER
from tests.web.callers import a_body, at_the_door
from tests.world import World, home, url_of

ROOT = Path(__file__).parents[2]
FACTS = {"aware_at": "2026-11-20T15:30:00+02:00", "significant_incident": True, "personal_data_breach": False}


class After:
    """The program after the update: in a process of its own, where Tallinn keeps the time of Chatham."""

    def __init__(self, world: World, tree: Path) -> None:
        self._world = world
        self._tree = tree
        for package in ("incident", "web", "workers"):
            shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(Path(tzdata.__file__).parent, tree / "tzdata", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(tree / "tzdata/zoneinfo/Pacific/Chatham", tree / "tzdata/zoneinfo/Europe/Tallinn")
        with (tree / "tzdata/__init__.py").open("a", encoding="utf-8") as file:
            file.write("\nIANA_VERSION = '2099z'\n")

    def sweeps(self, at: datetime) -> None:
        """Route, deliver and watch until nothing is due, the clock showing `at`."""
        self._run(WORKER, at, "from workers import sweeps\nwhile sweeps.route(node) + sweeps.deliver(node) + sweeps.watch(node): pass")

    def files(self, key: str, at: datetime, **given: Any) -> dict[str, Any]:
        """What is answered to a report that is filed there."""
        asks = (
            "from web import create_app\n"
            "api, headers = create_app(node).test_client(), {'Authorization': sys.argv[4]}\n"
            "answer = api.post('/api/v1/reports', json=json.loads(sys.argv[3]), headers=headers)\n"
            "assert answer.status_code == 201, answer.text\n"
            "print(answer.text)"
        )
        answer: dict[str, Any] = json.loads(self._run(WEB, at, asks, json.dumps(a_body(**{"facts": FACTS, **given})), f"Bearer {key}"))
        return answer

    def _run(self, role: str, at: datetime, then: str, *words: str) -> str:
        opens = (
            "import json, sys; from datetime import datetime; from incident.clock import HandWound; from incident import logs\n"
            "from incident.settings import Settings; from incident.work import open_node\n"
            "logs.configure('ERROR')\n"
            "node = open_node(Settings.from_environment(), sys.argv[1], clock=HandWound(datetime.fromisoformat(sys.argv[2])))\n"
        )
        where = {**os.environ, "PYTHONPATH": str(self._tree), "PYTHONDONTWRITEBYTECODE": "1", "DEMARCHE_HOME": str(home())}
        done = subprocess.run(
            [sys.executable, "-c", opens + then, url_of(role, self._world.database), at.isoformat(), *words],
            env=where, cwd=self._tree, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def after(world: World, tmp_path: Path) -> After:
    return After(world, tmp_path)


CLOCKS = (
    "select id::text, commitment, due_at, target_at, inputs::text, tzdata_version, settled_as, superseded_by, missed_at"
    " from demarche.obligation where due_at is not null and not predicted"
)
DATED = ("due_at", "target_at", "inputs", "tzdata_version", "superseded_by")


def clocks(world: World) -> dict[str, dict[str, Any]]:
    """Every clock that runs or ran, by its obligation."""
    return {row.id: dict(row._mapping) for row in world.rows(CLOCKS)}


def dates(found: dict[str, dict[str, Any]], of: Iterable[str]) -> dict[str, list[Any]]:
    """How each is dated, and by what."""
    return {id_: [found[id_][name] for name in DATED] for id_ in of}


def test_a_clock_that_runs_across_an_update_of_the_zone_data_fires_at_the_instant_it_was_planned_for(world: World, after: After) -> None:
    with at_the_door(world) as api:
        api.files(facts=FACTS)
        before = clocks(world)
        filed_there = after.files(api.key("cert-ee"), world.now, reference="another case")
    there = {each["commitment"]: datetime.fromisoformat(each["due_at"]) for each in filed_there["obligations"] if each["due_at"]}
    moved = [id_ for id_, each in before.items() if there[each["commitment"]] != each["due_at"] > world.now]
    assert moved  # filed there, the same report comes to other instants
    due_at = min(before[id_]["due_at"] for id_ in moved)
    for at, fired in ((due_at, False), (due_at + timedelta(seconds=1), True)):
        world.clock.set(at)
        after.sweeps(at)
        due = {id_ for id_ in moved if before[id_]["due_at"] == due_at}
        assert all((each["missed_at"] == due_at) is fired for id_, each in clocks(world).items() if id_ in due)
    assert dates(clocks(world), before) == dates(before, before)
    looked = world.rows("select look_at, count(*) as times from demarche.firing f where step = 'due' group by obligation_id, look_at")
    assert {each.times for each in looked} == {1}
    assert world.rows("select kind from demarche.act where kind in ('redated', 'superseded', 'revived')") == []


def test_what_is_planned_again_under_other_zone_data_stays_where_it_was_until_a_fact_is_stated_anew(world: World, after: After) -> None:
    with at_the_door(world) as api:
        api.files(facts=FACTS)
        before, key = clocks(world), api.key("cert-ee")
    after.files(key, world.now, stage="incident_notification")
    assert dates(clocks(world), before) == dates(before, before)
    after.files(key, world.now, facts={**FACTS, "aware_at": "2026-11-20T14:30:00+02:00"}, revision=2)
    now = clocks(world)
    anew = {str(each["superseded_by"]) for each in now.values() if each["superseded_by"] is not None}
    assert {now[id_]["tzdata_version"] for id_ in anew} == {"2099z"}
    said = world.rows("select detail from demarche.act where kind = 'superseded'")
    assert {each.detail["why"] for each in said} == {"report early_warning, revision 2"}
