"""From filing to the receivers' doors on an idle node: the processes of production, the plain service's, and the embedded node."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.client import Filer
from tests.bench.embedded import Embedded
from tests.bench.figures import Measured
from tests.bench.plain.running import KEY, plain
from tests.bench.receivers import Receivers
from tests.bench.site import Site, quiet, webhooks_only

FIGURES = (
    "request of an intake to its receivers, production, p50", "answer of an intake to its receivers, production, p50",
    "answer of an intake to its receivers, embedded, p50",
)  # fmt: skip
SAMPLES = 12
PATIENCE = 60.0  # seconds; only on a machine that has other things to do
TOLD = 3
"""Recipients of one report of the demo world, and so of the plain service's."""


@dataclass(frozen=True, slots=True)
class _Taken:
    since_request: list[float]
    since_answer: list[float]


def _arrivals(receivers: Receivers, filer: Filer, at_rest: Callable[[], None], samples: int) -> _Taken:
    """Milliseconds to each receiver of each report, filed one at a time on a node at rest."""
    taken = _Taken([], [])
    for _ in range(samples):
        at_rest()
        receivers.take()
        asked = time.monotonic()
        filer.file()
        answered, came = time.monotonic(), list[float]()
        while len(came) < TOLD:
            came += [each.at for each in receivers.take()]
            if time.monotonic() > answered + PATIENCE:
                raise TimeoutError(f"{len(came)} of {TOLD} recipients were told within {PATIENCE:g} s")
            time.sleep(0.005)
        taken.since_request.extend((at - asked) * 1000 for at in came)
        taken.since_answer.extend((at - answered) * 1000 for at in came)
    return taken


@contextmanager
def arrivals(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of all three."""
    with ExitStack() as parts:
        receivers = parts.enter_context(site.receivers(4))
        url, plain_url = parts.enter_context(site.database()), parts.enter_context(site.database("template1"))
        line = parts.enter_context(site.line(url))
        webhooks_only(line, receivers.urls())
        node = parts.enter_context(site.processes(url, "web", "worker", "timekeeper", "beat"))
        shape = {"obligations": 31, "timers": 60, "notices": TOLD, "audit": 3}
        other = parts.enter_context(plain(site, plain_url, shape, receivers.urls(), worker=True))
        embedded = parts.enter_context(Embedded.running(site))
        own = parts.enter_context(embedded.line())
        webhooks_only(own, receivers.urls())
        filers = [Filer(node.port, site.key), Filer(other.port, KEY, "/reports"), Filer(embedded.port, embedded.key)]
        rests = [lambda: _rest(lambda: quiet(line)), lambda: time.sleep(0.25), lambda: _rest(lambda: quiet(own))]
        for filer, rest in zip(filers, rests, strict=True):
            _arrivals(receivers, filer, rest, 2)

        def round() -> Iterator[Measured]:
            taken = [_arrivals(receivers, filer, rest, site.many(SAMPLES)) for filer, rest in zip(filers, rests, strict=True)]
            ours, plains, here = taken
            yield Measured(FIGURES[0], statistics.median(ours.since_request), statistics.median(plains.since_request))
            yield Measured(FIGURES[1], statistics.median(ours.since_answer), statistics.median(plains.since_answer))
            yield Measured(FIGURES[2], statistics.median(here.since_answer))
            yield Measured("request of an intake to its receivers, embedded, p50", statistics.median(here.since_request), unit="ms")

        yield round


def _rest(quiet_down: Callable[[], None]) -> None:
    quiet_down()
    time.sleep(0.1)
