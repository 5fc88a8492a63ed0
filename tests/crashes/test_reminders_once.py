"""Each reminder is sent once: whether beat ticks or not, and wherever the process that fires it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incident.db.embedded import WORKER
from tests.crashes.test_clock_set import comes, keeping_time
from tests.world import World, home, url_of
from workers import sweeps

pytestmark = pytest.mark.processes
ROOT = Path(__file__).parents[2]
PLANNED = "select obligation_id, step, look_at from demarche.timer where look_at <= :until"
FIRED = "select obligation_id, step, look_at from demarche.firing"
DUE = (
    "select (select count(*) from demarche.timer where look_at <= :now)"
    " + (select count(*) from demarche.notification where look_at <= :now)"
    " + (select count(*) from demarche.notice where released_at <= :now and routed_at is null and cancelled_at is null) as waiting"
)
WATCHES = """
import sys
from datetime import datetime
from incident import logs
from incident.clock import HandWound
from incident.settings import Settings
from incident.work import open_node
from workers import sweeps

logs.configure("ERROR")
sweeps.watch(open_node(Settings.from_environment(), sys.argv[1], clock=HandWound(datetime.fromisoformat(sys.argv[2]))))
"""


@pytest.fixture
def filed(world: World) -> World:
    """Cases told to everybody, with reminders ahead, of more obligations than are looked at in one transaction."""
    for number in range(4):
        world.files(reference=f"R-{number}", severity="critical", affected_countries=("FR", "DE"))
    world.sweep()
    return world


def rows(world: World, question: str, **given: Any) -> set[Any]:
    return {tuple(row) for row in world.rows(question, **given)}


def reminders_until(world: World, clocks: int) -> datetime:
    """When so many obligations have been looked at from now on, reminders among them."""
    ahead = "select look_at, step from demarche.timer where look_at > :now order by 1"
    found = world.rows(ahead, now=world.now)
    assert any(row.step.startswith("remind") for row in found[:clocks])
    at: datetime = found[clocks - 1].look_at
    return at


def is_once(world: World) -> None:
    """What was said of each step, and each letter, was once."""
    said = "select obligation_id, kind, detail ->> 'step', occurred_at from demarche.act where kind in ('reminded', 'escalated', 'missed')"
    assert world.rows(f"{said} group by 1, 2, 3, 4 having count(*) > 1") == []
    told = world.rows("select count(*) as n, count(distinct effect_key) as keys from demarche.notice where kind = 'reminder'")[0]
    assert told.n == told.keys > 0
    mails = world.rows(
        "select count(*) as n, max(attempt) as tries from demarche.notification where kind = 'email' and sent_at is not null"
    )
    assert (mails[0].n, mails[0].tries) == (len(world.mail.messages()), 1)


@pytest.mark.parametrize("ticks", [0, 1, 5])
def test_a_reminder_is_sent_once_however_often_beat_ticks(filed: World, ticks: int) -> None:
    until, before = reminders_until(filed, 10), rows(filed, FIRED)
    planned = rows(filed, PLANNED, until=until)
    filed.clock.set(until - timedelta(seconds=1))
    with ThreadPoolExecutor(5) as beats:
        filed.clock.set(until)
        ticking = [beats.submit(sweeps.watch, filed.worker) for _ in range(ticks)]
        with keeping_time(filed.worker):
            assert comes(lambda: filed.rows(DUE, now=filed.now)[0].waiting == 0)
        for each in ticking:
            each.result()
    assert planned <= rows(filed, FIRED) - before
    is_once(filed)


@pytest.mark.parametrize("point", ["watch.before_commit", "watch.after_commit", "watch.before_commit:2", "watch.after_commit:2"])
def test_whoever_is_killed_while_watching_loses_no_reminder_and_doubles_none(filed: World, point: str) -> None:
    until, before = reminders_until(filed, 160), rows(filed, FIRED)
    planned = rows(filed, PLANNED, until=until)
    filed.clock.set(until)
    environment = {**os.environ, "DEMARCHE_HOME": str(home()), "DEMARCHE_CRASH_AT": point}
    words = [sys.executable, "-c", WATCHES, url_of(WORKER, filed.database), until.isoformat()]
    killed = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    first = rows(filed, FIRED) - before
    assert bool(first) is (point != "watch.before_commit")  # what was not committed was not done
    filed.sweep()
    assert planned <= rows(filed, FIRED) - before
    assert first <= rows(filed, FIRED)
    is_once(filed)
