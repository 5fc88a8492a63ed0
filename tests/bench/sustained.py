"""How many letters a second leave a node that has plenty to send, beside a loop that does nothing but claim and POST.

Both have as many threads, the same receivers in another process, and the same server. The node's letters are those that filed
incidents of the demo world give rise to: the acts and verdicts that follow from a receipt are settled too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.bench.client import Filer
from tests.bench.figures import Measured
from tests.bench.floor import bare_loop, fill_bare
from tests.bench.processor import Spent, backends
from tests.bench.site import Site, webhooks_only
from workers import post, stumbling

FIGURES = ("sustained delivery",)
INCIDENTS, BATCH, PLACES = 60, 50, 12


@contextmanager
def sustained(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of both."""
    with ExitStack() as parts:
        url, receivers = parts.enter_context(site.database()), parts.enter_context(site.receivers(PLACES))
        line = parts.enter_context(site.line(url))
        webhooks_only(line, receivers.urls())
        web = parts.enter_context(site.processes(url, "web"))
        filer = Filer(web.port, site.key)
        worker = parts.enter_context(site.node(url))
        parts.callback(post.close_post, worker)

        def round() -> Iterator[Measured]:
            for _ in range(site.many(INCIDENTS)):
                filer.file()
            while stumbling.route_singly(worker, BATCH):  # which sends nothing yet
                pass
            row = line.execute("select convert_to(items::text, 'UTF8') from demarche.notice limit 1").fetchone()
            assert row is not None
            receivers.take()
            own = time.process_time()
            backend, began = Spent(lambda: backends(line, str(worker.engine.url.database)) - {line.info.backend_pid}), time.perf_counter()
            post.post_of(worker).run(patience=None)
            lasted = time.perf_counter() - began
            sent, cost = len(receivers.take()), time.process_time() - own + backend.so_far()
            fill_bare(line, 3 * sent, receivers.urls(), bytes(row[0]))
            own, backend = time.process_time(), Spent(lambda: backends(line, str(worker.engine.url.database)))
            began = time.perf_counter()
            bare = bare_loop(url, post.THREADS, BATCH)
            bare_lasted = time.perf_counter() - began
            yield Measured(FIGURES[0], sent / lasted, bare / bare_lasted)
            yield Measured("processor per delivery, worker and PostgreSQL", cost / sent * 1000, unit="ms")
            yield Measured("processor per letter of the bare loop, client alone", (time.process_time() - own) / bare * 1000, unit="ms")

        yield round
