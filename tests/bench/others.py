"""The figures of `bench/`: a deadline, a plan, layers of agreements, what-if, and intake with the broker gone; once each, as processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.figures import Measured
from tests.bench.site import Site

FIGURES = ()


@contextmanager
def others(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """One round, whatever the number of rounds: each of them repeats its measurements itself."""
    done: list[Measured] = []

    def round() -> Iterator[Measured]:
        if not done:
            done.extend(_all(quick=site.quick))
            yield from done

    yield round


def _all(*, quick: bool) -> Iterator[Measured]:
    found = _run("legaltime", "--rounds", "20")
    yield Measured("one deadline, as its case gives it", found["as_given_median_us"], found["floor_median_us"], "µs")
    found = _run("planning", "--rounds", "10" if quick else "40")
    yield Measured("a plan under the demo's agreements and laws", found["demo"]["plan_ms"], found["floor_ms"], "ms")
    yield Measured("a plan under the whole catalogue", found["catalogue"]["plan_ms"], found["floor_ms"], "ms")
    found = _run("layers", "--agreements", "20" if quick else "100", "--rounds", "40")
    most, floor = [each for name, each in found.items() if name.endswith("agreements")][-1]["four_layers"], found["floor"]
    yield Measured(
        "what binds a case, four layers, 400 agreements, processor", most["all_ms"], floor["process_ms"] + floor["backend_ms"], "ms"
    )
    cases = 20 if quick else 100
    found = _run("what_if", "--cases", str(cases))
    yield Measured("trying a document on past cases, processor per case", found["warm"]["cpu_seconds"] / cases * 1000, unit="ms")
    found = _run("intake", "--reports", "10" if quick else "50")
    yield Measured("filing as an action, p50", found["action"]["median_ms"], found["floor_one_commit"]["median_ms"], "ms")
    for how in ("stopped", "frozen"):
        told = found[f"http_redis_{how}"]["median_ms"]
        yield Measured(f"filing through HTTP with Redis {how}, p50", told, found["http_redis_up"]["median_ms"], "ms")


def _run(name: str, *arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"bench.{name} ended with {done.returncode}: {done.stderr[-500:]}")
    return json.loads(done.stdout)
