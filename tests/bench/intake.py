"""Filing over HTTP: one client, sixteen clients, and the processor it takes; beside the raw floor and the plain service.

All three commit with `synchronous_commit` on, on the same server. Nothing delivers meanwhile: only intake is measured.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.client import Filer, saturated, times
from tests.bench.figures import Measured
from tests.bench.floor import RawFloor
from tests.bench.plain.running import KEY, Plain, plain
from tests.bench.processor import Spent, family
from tests.bench.site import Line, Site, pids
from tests.processes import Deployment

CLIENTS = 16
WARMING = 2.0  # seconds
FIGURES = (
    "intake through HTTP, one client, p50", "intake through HTTP, 16 clients", "intake through HTTP, 16 clients, beside the plain service",
    "processor per intake, web and PostgreSQL",
)  # fmt: skip


@dataclass
class _Three:
    site: Site
    url: str
    line: Line
    node: Deployment
    floor: RawFloor
    plain: Plain
    plain_url: str

    def round(self) -> Iterator[Measured]:
        """Each of the three in turn, first with one client and then with sixteen."""
        alone = self._alone()
        yield Measured(FIGURES[0], alone["node"], alone["floor"])
        yield Measured("intake of the plain service, one client, p50", alone["plain"], unit="ms")
        rates, cost = self._saturated()
        yield Measured(FIGURES[1], rates["node"], rates["floor"])
        yield Measured(FIGURES[2], rates["node"], rates["plain"])
        yield Measured(FIGURES[3], cost["web"] + cost["postgres"], cost["floor"])
        yield Measured("processor per intake, web alone", cost["web"], unit="ms")
        yield Measured("processor per intake, PostgreSQL alone", cost["postgres"], cost["floor, PostgreSQL"], unit="ms")
        yield Measured("processor per intake of the plain service", cost["plain"], unit="ms")

    def _alone(self) -> dict[str, float]:
        node, other = Filer(self.node.port, self.site.key), Filer(self.plain.port, KEY, "/reports")
        insert, own = self.floor.connect()
        taken: dict[str, list[float]] = {"node": [], "plain": [], "floor": []}
        for _ in range(self.site.many(10)):
            taken["floor"] += times(insert, 10)
            taken["node"] += times(node.file, 5)
            taken["plain"] += times(other.file, 5)
        for each in (node, other, own):
            each.close()
        return {name: statistics.median(each) for name, each in taken.items()}

    def _saturated(self) -> tuple[dict[str, float], dict[str, float]]:
        seconds = 1.5 if self.site.quick else 4.0
        rates, cost = dict[str, float](), dict[str, float]()
        connections: list[Line] = []

        def insert() -> Callable[[], None]:
            call, own = self.floor.connect()
            connections.append(own)
            return call

        backend, ours = self.site.spent(self.line, self.url, list), time.process_time()
        done, lasted = saturated(insert, CLIENTS, seconds / 2)
        cost["floor, PostgreSQL"] = backend.so_far() / done * 1000
        cost["floor"] = cost["floor, PostgreSQL"] + (time.process_time() - ours) / done * 1000
        rates["floor"] = done / lasted
        for each in connections:
            each.close()
        backend, web = self.site.spent(self.line, self.url, list), self._of_the_web()
        done, lasted = saturated(lambda: Filer(self.node.port, self.site.key).file, CLIENTS, seconds)
        done += CLIENTS  # the first of each was not timed, but took its share of the processor
        rates["node"] = (done - CLIENTS) / lasted
        cost["postgres"], cost["web"] = backend.so_far() / done * 1000, web.so_far() / done * 1000
        other = self.site.spent(self.line, self.plain_url, self.plain.pids)
        done, lasted = saturated(lambda: Filer(self.plain.port, KEY, "/reports").file, CLIENTS, seconds)
        rates["plain"], cost["plain"] = done / lasted, other.so_far() / (done + CLIENTS) * 1000
        return rates, cost

    def _of_the_web(self) -> Spent:
        return Spent(lambda: family(pids(self.node)))


@contextmanager
def intake(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of the three."""
    with ExitStack() as parts:
        url, plain_url = parts.enter_context(site.database()), parts.enter_context(site.database("template1"))
        line = parts.enter_context(site.line(url))
        node = parts.enter_context(site.processes(url, "web"))
        saturated(lambda: Filer(node.port, site.key).file, CLIENTS, WARMING)  # over many connections, so that every process is warm
        floor = RawFloor(line, url)
        other = parts.enter_context(plain(site, plain_url, shape_of(line), ["http://127.0.0.1:1/"] * 3, worker=False))
        yield _Three(site, url, line, node, floor, other, plain_url).round


def shape_of(line: Line) -> dict[str, int]:
    """How many rows of each kind the newest report left."""
    tables = {"obligations": "obligation", "timers": "timer", "notices": "notice"}
    newest = "(select id from demarche.incident order by filed_at desc limit 1)"
    found = {
        name: line.execute(f"select count(*) from demarche.{each} where case_id = {newest}").fetchone() for name, each in tables.items()
    }
    audit = line.execute(f"select count(*) from demarche.evidence_entry where stream = {newest}").fetchone()
    return {name: int(str((row or (0,))[0])) for name, row in {**found, "audit": audit}.items()}
