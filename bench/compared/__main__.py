"""Runs the three designs after one another and prints what each of them lost and doubled."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from tests.chaos.site import Site
from tests.servers import RedisServer

FILING = 0.4  # seconds that are allowed for each filing before the day begins
REDIS = 2
SPARE = 30.0  # seconds after the last instant in which what is late may still happen


@dataclass
class Trial:
    """What is asked of every design alike: instants and kills, in seconds from the beginning."""

    instants: dict[str, float]
    kills: list[tuple[float, int, float]]
    """When, which (the worker, the keeper of time, Redis), and how long it is away."""
    seconds: float
    hour: float
    effects: list[tuple[str, float]] = field(default_factory=list)

    def figures(self, design: str, began: float) -> dict[str, object]:
        """What came of it."""
        times = Counter(id_ for id_, _ in self.effects)
        first = dict(reversed(self.effects))
        late = [first[id_] - began - due for id_, due in self.instants.items() if id_ in first]
        count = len(self.instants)
        never, more = count - len(first), sum(1 for each in times.values() if each > 1)
        return {
            "design": design, "timers": count, "kills": len(self.kills), "never": never, "more_than_once": more,
            "early": sum(1 for each in late if each < 0), "lost_share": round(never / count, 3), "doubled_share": round(more / count, 3),
            "latest_s": round(max(late, default=0), 2),
        }  # fmt: skip


def drawn(count: int, seconds: float, kills: int, hour: float, seed: int) -> Trial:
    """The instants and kills that the seed gives."""
    chance = random.Random(seed)
    instants = {f"t{number}": chance.uniform(hour, seconds) for number in range(count)}
    drawn_kills = sorted((chance.uniform(1, seconds - 2), chance.randrange(3), chance.uniform(0.5, 4)) for _ in range(kills))
    return Trial(instants, drawn_kills, seconds, hour)


def celery_design(name: str, trial: Trial) -> dict[str, object]:
    """One of the two Celery apps: its worker, and beat beside it."""
    trial.effects.clear()
    with tempfile.TemporaryDirectory(prefix="compared-") as folder:
        redis = RedisServer()
        redis.start()
        ledger, timers = Path(folder) / "ledger", Path(folder) / "timers.json"
        ledger.touch()
        environment = {
            **os.environ, "REDIS_URL": redis.url, "COMPARED_HOUR": str(trial.hour), "COMPARED_LEDGER": str(ledger),
            "COMPARED_TIMERS": str(timers), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }  # fmt: skip
        app = ("celery", "-A", f"bench.compared.designs:{name}")
        words = ((*app, "worker", "-c", "4", "--without-gossip", "--without-mingle"), (*app, "beat", "-s", f"{folder}/beat"))
        processes = [_start(each, environment) for each in words]
        try:
            time.sleep(8)  # they are up before the day begins, in every design
            began = time.time()
            timers.write_text(json.dumps({id_: began + at for id_, at in trial.instants.items()}), encoding="utf-8")
            if name == "eta":
                _send_all(redis.url, trial, began)
            _through(
                trial,
                began,
                lambda which: redis.stop() if which == REDIS else _kill(processes[which]),
                lambda which: redis.start() if which == REDIS else _again(processes, which, words, environment),
            )
            trial.effects = [(line.split()[0], float(line.split()[1])) for line in ledger.read_text(encoding="utf-8").splitlines()]
            return trial.figures(f"Celery, {name}", began)
        finally:
            for each in processes:
                _kill(each)
            redis.close()


def our_design(trial: Trial) -> dict[str, object]:
    """A node: each timer is the due instant of an obligation, and the effect is that its miss is recorded."""
    trial.effects.clear()
    with tempfile.TemporaryDirectory(prefix="compared-") as folder:
        site = Site(Path(folder), 1)
        try:
            for spare in ("worker.2", "beat"):  # one worker and one keeper of time, as the others have
                site.kill(spare)
            time.sleep(8)
            began = time.time() + len(trial.instants) * FILING
            _file_all(site, trial, began)
            names = ("worker", "timekeeper")
            _through(
                trial,
                began,
                lambda which: site.redis.stop() if which == REDIS else site.kill(names[which]),
                lambda which: site.redis.start() if which == REDIS else site.start(names[which]),
            )
            with site.reader().connect() as connection:
                rows = connection.execute(sa.text(
                    "select i.reference, extract(epoch from a.recorded_at)::float8 as at from demarche.act a join demarche.incident i"
                    " on i.id = a.case_id join demarche.obligation o on o.id = a.obligation_id"
                    " where a.kind = 'missed' and o.commitment = 'integrity_notice'"
                ))  # fmt: skip
                trial.effects = [(row.reference, row.at) for row in rows]
            return trial.figures("Démarche", began)
        finally:
            site.close()


def _file_all(site: Site, trial: Trial, began: float) -> None:
    headers = {"Authorization": f"Bearer {site.keys['cert-ee']}"}
    with httpx.Client(base_url=site.node.base_url, headers=headers, timeout=30) as http:
        for id_, at in trial.instants.items():
            aware = datetime.fromtimestamp(began + at, UTC) - timedelta(hours=8)  # the demo's integrity notice: 8 h from awareness
            facts = {"aware_at": aware.isoformat(), "serious_cyber_breach_of_model": True}
            body = {
                "deployment": "ee-citizen-assistant", "reference": id_, "stage": "early_warning", "summary": "A timer", "severity": "low",
                "tlp": "GREEN", "facts": facts, "affected_countries": [],
            }  # fmt: skip
            http.post("/api/v1/reports", json=body).raise_for_status()
    if time.time() > began:
        raise SystemExit(f"Filing took {time.time() - began:.0f} s longer than was allowed for; this machine is too busy to compare on.")


def _through(trial: Trial, began: float, kill: object, start: object) -> None:
    """The day: every kill at its time, and then the spare time."""
    assert callable(kill)
    assert callable(start)
    for at, which, away in trial.kills:
        time.sleep(max(0.0, began + at - time.time()))
        kill(which)
        time.sleep(away)
        start(which)
    time.sleep(max(0.0, began + trial.seconds + SPARE - time.time()))


def _send_all(url: str, trial: Trial, began: float) -> None:
    from bench.compared.designs import eta

    eta.conf.broker_url = url
    for id_, at in trial.instants.items():
        eta.send_task("eta.fire", (id_,), eta=datetime.fromtimestamp(began + at, UTC), queue="eta")
    eta.close()


def _start(words: Iterable[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _again(processes: list[subprocess.Popen[bytes]], which: int, words: tuple[tuple[str, ...], ...], environment: dict[str, str]) -> None:
    processes[which] = _start(words[which], environment)


def shown(found: Iterable[dict[str, object]]) -> Table:
    """What each design came to, as it stands in the README."""
    table = Table(title="The same timers, the same kills")
    for heading in ("design", "timers", "kills", "never happened", "more than once", "early", "latest"):
        table.add_column(heading, justify="left" if heading == "design" else "right")
    for each in found:
        never, more = (f"{each[name]} ({float(str(each[share])):.1%})" for name, share in _SHARES)
        what = (str(each[name]) for name in ("design", "timers", "kills"))
        table.add_row(*what, never, more, str(each["early"]), f"{each['latest_s']} s")
    return table


_SHARES = (("never", "lost_share"), ("more_than_once", "doubled_share"))


def main() -> None:
    """Read the options, run, print the table."""
    options = argparse.ArgumentParser(prog="bench.compared", description=__doc__)
    options.add_argument("--timers", type=int, default=200, help="how many (default %(default)s)")
    options.add_argument("--seconds", type=float, default=60, help="how long the day lasts (default %(default)s)")
    options.add_argument("--hour", type=float, default=2.5, help="how long an hour of it is (default %(default)s)")
    options.add_argument("--kills", type=int, default=6, help="of the worker, the keeper of time or Redis (default %(default)s)")
    options.add_argument("--seed", type=int, default=1, help="draws instants and kills (default %(default)s)")
    options.add_argument("--json", type=Path, metavar="PATH", help="write the figures there as one JSON list")
    given = options.parse_args()
    trial = drawn(given.timers, given.seconds, given.kills, given.hour, given.seed)
    found = [celery_design("hourly", trial), celery_design("eta", trial), our_design(trial)]
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    Console(width=None if sys.stdout.isatty() else 120).print(shown(found))


if __name__ == "__main__":
    main()
