"""How late timers fire: many at one instant, and spread ones; and what it costs to find the next among millions.

Late is from the instant in the row to the commit of the transaction that did what the timer asked for, by the database's own clock and
record of commits. What the node itself keeps and shows, the instant at which it began that transaction, stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from incident.db import signals
from incident.db.embedded import WEB
from incident.records import obligations
from incident.work import Node
from tests.bench import counts
from tests.bench.client import Filer, times
from tests.bench.figures import Measured, percentile
from tests.bench.site import Line, Site, quiet, until, webhooks_only

FIGURES = ("200 timers due at one instant, p99 lateness", "spread timers, p50 lateness", "spread timers, p99 lateness")
CLAIM_FIGURES = ("claiming the next 100 due of 5 million timers",)
AT_ONCE, SPREAD, APART = 200, 80, 0.1
SPARE = 100  # cases more than are asked for at once: in every round some come to their last reminder
LARGE, SMALL = 5_000_000, 100_000

_FIRED = """
select 1000 * extract(epoch from pg_xact_commit_timestamp(f.xmin) - f.look_at) as done,
       1000 * extract(epoch from f.fired_at - f.look_at) as taken
  from demarche.firing f join unnest(%s::uuid[], %s::text[]) as c(id, step) on c.id = f.obligation_id and c.step = f.step
 where f.look_at > now() - interval '1 hour'
"""
_FREE = """
select distinct on (t.case_id) t.obligation_id, t.step from demarche.timer t join demarche.obligation o on o.id = t.obligation_id
 where t.step in ('remind_half', 'remind_last') and o.settled_as is null
   and not exists (select from public.used u where u.id = t.obligation_id)
 order by t.case_id, t.obligation_id limit %s
"""


@contextmanager
def timers(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds under the processes of production."""
    with ExitStack() as parts:
        url, receivers = parts.enter_context(site.database()), parts.enter_context(site.receivers(12))
        line = parts.enter_context(site.line(url))
        webhooks_only(line, receivers.urls())
        with site.processes(url, "web") as web:
            filer = Filer(web.port, site.key)
            for _ in range(site.many(AT_ONCE + SPARE)):
                filer.file()
        line.execute("update demarche.notice set routed_at = now() where released_at is not null and routed_at is null")
        line.execute("update demarche.timer set look_at = look_at + interval '1000 days'")
        line.execute("create table public.used (id uuid primary key)")
        parts.enter_context(site.processes(url, "worker", "timekeeper", "beat"))
        _late(line, site.many(20), 0.05)  # the first firing of a process imports and connects

        def round() -> Iterator[Measured]:
            at_once = _late(line, site.many(AT_ONCE), 0)
            quiet(line)
            spread = _late(line, site.many(SPREAD), APART)
            quiet(line)
            yield Measured(FIGURES[0], percentile((done for done, _ in at_once), 0.99))
            yield Measured("200 timers due at one instant, p50 lateness", percentile((done for done, _ in at_once), 0.5), unit="ms")
            yield Measured("200 timers due at one instant, p99 until begun", percentile((taken for _, taken in at_once), 0.99), unit="ms")
            yield Measured(FIGURES[1], percentile((done for done, _ in spread), 0.5))
            yield Measured(FIGURES[2], percentile((done for done, _ in spread), 0.99))
            yield Measured("spread timers, p50 until begun", percentile((taken for _, taken in spread), 0.5), unit="ms")

        yield round


def _late(line: Line, count: int, apart: float) -> list[tuple[float, float]]:
    """Milliseconds by which each of so many reminders, of different cases, was late when done and when begun.

    The first is due in a second and a half.
    """
    chosen = line.execute(_FREE, (count,)).fetchall()
    assert len(chosen) == count, f"{len(chosen)} of {count} timers are left"
    with line.transaction(), line.cursor() as cursor:
        cursor.execute("insert into public.used select unnest(%s::uuid[])", ([row[0] for row in chosen],))
        cursor.executemany(
            "update demarche.timer set look_at = clock_timestamp() + interval '1.5 seconds' where obligation_id = %s and step = %s", chosen
        )
        cursor.execute(
            "with due as (select obligation_id, row_number() over () as place from demarche.timer where look_at < now() + interval '1 day')"
            " update demarche.timer t set look_at = now() + interval '1.5 seconds' + (due.place - 1) * make_interval(secs => %s)"
            " from due where due.obligation_id = t.obligation_id and t.look_at < now() + interval '1 day'",
            (apart,),
        )
    signals.say(line)
    asked = ([row[0] for row in chosen], [row[1] for row in chosen])
    until(lambda: len(line.execute(_FIRED, asked).fetchall()) >= count, 60 + count * apart, f"{count} timers did not fire")
    return [(float(str(done)), float(str(taken))) for done, taken in line.execute(_FIRED, asked).fetchall()]


@contextmanager
def claims(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of the question that the watch asks, among few timers and among many."""
    large = LARGE // 20 if site.quick else LARGE
    with ExitStack() as parts:
        nodes = [parts.enter_context(_with_timers(site, count)) for count in (SMALL, large)]

        def round() -> Iterator[Measured]:
            small, many = list[float](), list[float]()
            for _ in range(15):
                small += times(lambda: _claim(nodes[0]), 1)
                many += times(lambda: _claim(nodes[1]), 1)
            yield Measured(CLAIM_FIGURES[0], percentile(many, 0.5), percentile(small, 0.5))

        yield round


@contextmanager
def _with_timers(site: Site, count: int) -> Iterator[Node]:
    """A node with so many open timers, of which 10,000 are due, each of an obligation of a case of its own."""
    with site.database() as url, site.line(url) as line, site.node(url, WEB) as web, site.node(url) as node:
        counts.filing(site, web)("high")
        line.execute("set session_replication_role = replica")  # triggers and foreign keys would take an hour
        line.execute(_DUE)
        _copy(line, "incident", "'id', d.case_id, 'ref', d.n, 'reference', d.n")
        _copy(line, "obligation", "'id', d.id, 'case_id', d.case_id")
        _copy(line, "evidence_head", "'stream', d.case_id")
        line.execute("alter table demarche.timer drop constraint timer_pkey")
        line.execute("drop index demarche.timer_due")
        line.execute("truncate demarche.timer")
        line.execute(
            "insert into demarche.timer (obligation_id, case_id, step, look_at)"
            " select id, case_id, 'due', now() - n * interval '1 second' from public.due union all"
            " select gen_random_uuid(), gen_random_uuid(), 'due', now() + random() * interval '1 year' + interval '1 day'"
            " from generate_series(10001, %s)",
            (count,),
        )
        line.execute("set maintenance_work_mem = '512MB'")
        line.execute("alter table demarche.timer add primary key (obligation_id, step)")
        line.execute("create index timer_due on demarche.timer (look_at)")
        for table in ("timer", "incident", "obligation", "evidence_head"):
            line.execute(f"vacuum analyze demarche.{table}")
        yield node


_DUE = """
create table public.due as select n, gen_random_uuid() as case_id, gen_random_uuid() as id from generate_series(1, 10000) n
"""
_WRITTEN = """
select string_agg(attname, ', ') from pg_attribute
 where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""


def _copy(line: Line, table: str, but: str) -> None:
    """One row of it for each that is due, the same `but` for these columns."""
    columns = str((line.execute(_WRITTEN, (f"demarche.{table}",)).fetchone() or [""])[0])
    line.execute(
        f"insert into demarche.{table} ({columns}) select {', '.join(f'(c.row).{each}' for each in columns.split(', '))} from ("
        f"select jsonb_populate_record(null::demarche.{table}, to_jsonb(t) || jsonb_build_object({but})) as row from public.due d"
        f" cross join (select * from demarche.{table} limit 1) t offset 0) c"
    )


def _claim(node: Node) -> None:
    """The next hundred: their cases are held, and their timers taken, as the watch does."""
    with node.work() as work:
        rows = obligations.take_most_urgent(work.connection, work.now, 100)
        assert len(obligations.fire(work.connection, [row.obligation_id for row in rows], work.now)) == 100
