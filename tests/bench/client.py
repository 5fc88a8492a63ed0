"""A client of the HTTP interface that keeps its connection, and many of them at once."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

_numbers = count()


def a_report() -> dict[str, Any]:
    """An early warning of the demo world, each under a reference of its own and of another second: no two have the same clocks."""
    number = next(_numbers)
    aware_at = datetime.now(UTC) - timedelta(minutes=60, seconds=37 * number % 3000)
    return {
        "deployment": "ee-citizen-assistant", "reference": f"B-{time.time_ns()}-{number}", "stage": "early_warning",
        "summary": "A gateway returns prompts of other tenants", "severity": "high", "tlp": "AMBER",
        "facts": {"aware_at": aware_at.isoformat(timespec="seconds"), "significant_incident": True},
    }  # fmt: skip


class Filer:
    """Files reports over one connection."""

    def __init__(self, port: int, key: str, path: str = "/api/v1/reports") -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._path = path

    def file(self) -> Any:
        """The answer to one report.

        Raises:
            RuntimeError: when it is not 201.
        """
        self._line.request("POST", self._path, json.dumps(a_report()), self._headers)
        answer = self._line.getresponse()
        body = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def times(what: Callable[[], object], how_often: int) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for _ in range(how_often):
        began = time.perf_counter()
        what()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def saturated(make: Callable[[], Callable[[], object]], clients: int, seconds: float) -> tuple[int, float]:
    """How many calls so many clients made together in about so many seconds, and in exactly how many."""
    done, began = [0] * clients, threading.Barrier(clients + 1)
    ends: list[float] = [0.0]
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            call = make()
            call()
            began.wait()
            while time.perf_counter() < ends[0]:
                call()
                done[number] += 1
        except BaseException as error:
            failed.append(error)
            began.abort()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(clients)]
    for each in threads:
        each.start()
    ends[0] = time.perf_counter() + 3600  # until the barrier opens
    try:
        began.wait(120)
    except threading.BrokenBarrierError:
        raise failed[0] if failed else RuntimeError("the clients did not get ready") from None
    start = time.perf_counter()
    ends[0] = start + seconds
    for each in threads:
        each.join()
    if failed:
        raise failed[0]
    return sum(done), time.perf_counter() - start
