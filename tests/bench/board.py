"""The board of a party with very many open clocks: the statements of one read, and their time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from incident import board as reads
from incident.actor import Actor
from incident.db.embedded import WEB
from incident.records.parties import directory
from incident.work import Node
from tests.bench.client import Filer
from tests.bench.figures import Measured
from tests.bench.processor import Spent
from tests.bench.site import FILER, Line, Site

FIGURES = ("board, first 50 of 100,000 clocks, SQL statements", "board, first 50 of 100,000 clocks, database time")
CLOCKS, SHOWN, TIMES = 100_000, 50, 40


@contextmanager
def board(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of reading it."""
    with ExitStack() as parts:
        url = parts.enter_context(site.database())
        line = parts.enter_context(site.line(url))
        with site.processes(url, "web") as web:
            Filer(web.port, site.key).file()
        _fill(line, CLOCKS // 10 if site.quick else CLOCKS)
        node = parts.enter_context(site.node(url, WEB))
        with site.node(url) as worker, worker.work() as work:
            party = directory.by_slug(work.connection, FILER)
        actor = Actor("key", party.id, party.slug, party.uri, "liaison")
        yield lambda: _round(node, actor)


def _fill(line: Line, count: int) -> None:
    """So many lines, each a copy of one of a filed case, spread over a year."""
    names = [str(row[0]) for row in line.execute(
        "select attname from pg_attribute where attrelid = 'demarche.line'::regclass and attnum > 0 and not attisdropped"
        " and attgenerated = '' order by attnum"
    ).fetchall()]  # fmt: skip
    changed = {
        "obligation_id": "gen_random_uuid()",
        "sort_at": "l.sort_at + n * interval '5 minutes'",
        "target_at": "l.target_at + n * interval '5 minutes'",
        "due_at": "l.due_at + n * interval '5 minutes'",
    }  # fmt: skip
    line.execute("set session_replication_role = replica")  # no obligations stand behind them
    line.execute(
        f"insert into demarche.line ({', '.join(names)}) select {', '.join(changed.get(name, 'l.' + name) for name in names)}"
        " from (select l.* from demarche.line l join demarche.party p on p.id = l.party_id"
        f" where l.target_at is not null and p.slug = '{FILER}' order by l.sort_at limit 1) l, generate_series(1, {count}) n"
    )
    line.execute("set session_replication_role = origin")
    line.execute("vacuum analyze demarche.line")


def _round(node: Node, actor: Actor) -> Iterator[Measured]:
    taken, asked = list[float](), [0, 0.0]

    def before(*_: object) -> None:
        asked[0] += 1
        asked[1] -= time.perf_counter()

    def after(*_: object) -> None:
        asked[1] += time.perf_counter()

    with node.work(actor) as work:
        pid = int(work.connection.scalar(sa.text("select pg_backend_pid()")) or 0)
        reads.lines(work, limit=SHOWN)
        sa.event.listen(work.connection, "before_cursor_execute", before)
        sa.event.listen(work.connection, "after_cursor_execute", after)
        backend = Spent(lambda: {pid})
        for _ in range(TIMES):
            asked[:] = [0, 0.0]
            reads.lines(work, limit=SHOWN)
            taken.append(asked[1] * 1000)
        cost = backend.so_far() / TIMES * 1000
    yield Measured(FIGURES[0], asked[0])
    yield Measured(FIGURES[1], statistics.median(taken))
    yield Measured("board, first 50 of 100,000 clocks, processor of PostgreSQL", cost, unit="ms")
