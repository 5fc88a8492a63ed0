"""How long a filing takes, beside the floor of one raw commit of the same rows, with the broker up and with it gone.

    make bench          (or: python -m bench.intake --reports 200)

Prints one JSON document. The floor is one prepared statement over psycopg, as a role that no wall holds back, that writes a
row of each table which a filing writes, and commits. Intake goes through the action under the walls of its party; `http`
through a served application, with Redis answering, stopped, and frozen.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
import psycopg
from sqlalchemy.engine import make_url
from waitress.server import create_server

from incident import logs
from incident.actions.file_report import file_report
from incident.clock import DatabaseClock
from tests.servers import RedisServer
from tests.world import World, a_report, a_world, url_of
from web import create_app
from web.wake import open_wake

_numbers = count()


def measured(what: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds: median, 99th percentile and worst of so many calls, the first tenth of them unmeasured."""
    for _ in range(max(times // 10, 3)):
        what()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        taken.append((time.perf_counter() - began) * 1000)
    ordered = sorted(taken)
    return {
        "median_ms": round(statistics.median(ordered), 2), "p99_ms": round(ordered[int(len(ordered) * 0.99) - 1], 2),
        "worst_ms": round(ordered[-1], 2),
    }  # fmt: skip


def floor(world: World, times: int) -> dict[str, float]:
    """One commit of as many bytes and rows as a filing writes, in one statement, into a table without walls."""
    url = make_url(url_of("admin", world.database)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("create table public.floor (id int generated always as identity, body jsonb)")
        connection.commit()
        with world.work("cert-ee") as work:
            answer = file_report(work, a_report(reference="the size of it")).answer
        rows = json.dumps([*answer["obligations"], *answer["notices"]])

        def commit() -> None:
            connection.execute("insert into public.floor (body) select b from jsonb_array_elements(%s::jsonb) b", (rows,))
            connection.commit()

        return measured(commit, times)


def action(world: World, times: int) -> dict[str, float]:
    """The filing itself, in one process."""

    def file() -> None:
        with world.work("cert-ee") as work:
            file_report(work, a_report(reference=f"B-{next(_numbers)}"))

    return measured(file, times)


@contextmanager
def served(world: World) -> Iterator[Callable[[], None]]:
    """A function that files one report over HTTP."""
    server = create_server(create_app(world.web), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    key = next(each["api_key"] for each in world.demo.parties if each["slug"] == "cert-ee")
    with httpx.Client(base_url=f"http://127.0.0.1:{server.effective_port}", headers={"Authorization": f"Bearer {key}"}) as http:

        def file() -> None:
            body = {
                "deployment": "ee-citizen-assistant", "reference": f"H-{next(_numbers)}", "stage": "early_warning",
                "summary": "Prompts leak",
                "severity": "high", "tlp": "AMBER", "facts": {"aware_at": "2026-11-20T17:40:00+02:00", "significant_incident": True},
            }  # fmt: skip
            http.post("/api/v1/reports", json=body, timeout=30).raise_for_status()

        yield file
    server.close()
    thread.join(5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=200, help="how many of each kind are timed (default 200)")
    times = parser.parse_args().reports
    logs.configure("ERROR", "json")
    redis = RedisServer()
    redis.start()
    with a_world() as world:
        world.web.clock = world.worker.clock = DatabaseClock()
        found: dict[str, Any] = {"reports": times, "floor_one_commit": floor(world, times), "action": action(world, times)}
        found["floor_share"] = round(found["floor_one_commit"]["median_ms"] / found["action"]["median_ms"], 2)
        wake = open_wake(url_of("demarche_web", world.database), redis.url)
        world.web.wake = wake
        with served(world) as file:
            found["http_redis_up"] = measured(file, times)
            redis.stop()
            found["http_redis_stopped"] = measured(file, times)
            redis.start()
            redis.freeze()
            found["http_redis_frozen"] = measured(file, times)
            redis.thaw()
            found["http_redis_up_again"] = measured(file, times)  # the database has grown meanwhile, whatever Redis did
        wake.close()
        up = (found["http_redis_up"]["p99_ms"] + found["http_redis_up_again"]["p99_ms"]) / 2
        found["p99_against_redis_up"] = {name: round(found[f"http_redis_{name}"]["p99_ms"] / up, 2) for name in ("stopped", "frozen")}
    redis.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
