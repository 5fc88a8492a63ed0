"""How late timers fire: many at one instant, and spread ones; and what it costs to find the next among millions.

Late is from the instant in the row to the transaction that takes the row, as the database sees it: a trigger of this bench notes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from incident.db import signals
from incident.work import Node
from tests.bench.client import Filer, times
from tests.bench.figures import Measured, percentile
from tests.bench.site import Line, Site, quiet, until, webhooks_only
from workers import sweeps

FIGURES = ("200 timers due at one instant, p99 lateness", "spread timers, p50 lateness", "spread timers, p99 lateness")
CLAIM_FIGURES = ("claiming the next 100 due of 5 million timers",)
AT_ONCE, SPREAD, APART = 200, 80, 0.1
LARGE, SMALL = 5_000_000, 100_000

_NOTE = """
create table public.fired (late double precision not null);
create function public.note_fired() returns trigger language plpgsql security definer as $$
begin
  if old.look_at <= clock_timestamp() then
    insert into public.fired values (1000 * extract(epoch from clock_timestamp() - old.look_at));
  end if;
  return null;
end $$;
create trigger note_fired after delete on demarche.timer for each row execute function public.note_fired();
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
            for _ in range(site.many(AT_ONCE)):
                filer.file()
        line.execute("update demarche.notice set routed_at = now() where released_at is not null and routed_at is null")
        line.execute("update demarche.timer set look_at = look_at + interval '1000 days'")
        line.execute(_NOTE)
        line.execute("create table public.used (id uuid primary key)")
        parts.enter_context(site.processes(url, "worker", "timekeeper", "beat"))
        _late(line, site.many(20), 0.05)  # the first firing of a process imports and connects

        def round() -> Iterator[Measured]:
            at_once = _late(line, site.many(AT_ONCE), 0)
            quiet(line)
            spread = _late(line, site.many(SPREAD), APART)
            quiet(line)
            yield Measured(FIGURES[0], percentile(at_once, 0.99))
            yield Measured("200 timers due at one instant, p50 lateness", percentile(at_once, 0.5), unit="ms")
            yield Measured(FIGURES[1], percentile(spread, 0.5))
            yield Measured(FIGURES[2], percentile(spread, 0.99))

        yield round


def _late(line: Line, count: int, apart: float) -> list[float]:
    """Milliseconds by which each of so many reminders, of different cases, was late; the first is due in a second and a half."""
    chosen = line.execute(_FREE, (count,)).fetchall()
    assert len(chosen) == count, f"{len(chosen)} of {count} timers are left"
    line.execute("truncate public.fired")
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
    fired = "select count(*) from public.fired"
    until(lambda: int(str((line.execute(fired).fetchone() or (0,))[0])) >= count, 60 + count * apart, f"{count} timers did not fire")
    return [float(str(row[0])) for row in line.execute("select late from public.fired").fetchall()]


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
    """A node with so many open timers, of which 10,000 are due."""
    with site.database() as url, site.line(url) as line:
        line.execute("set session_replication_role = replica")  # no obligations stand behind them
        line.execute("alter table demarche.timer drop constraint timer_pkey")
        line.execute("drop index demarche.timer_due")
        line.execute(
            "insert into demarche.timer (obligation_id, case_id, step, look_at) select gen_random_uuid(), gen_random_uuid(), 'due',"
            " case when n <= 10000 then now() - n * interval '1 second' else now() + random() * interval '1 year' + interval '1 day' end"
            " from generate_series(1, %s) n",
            (count,),
        )
        line.execute("set maintenance_work_mem = '512MB'")
        line.execute("alter table demarche.timer add primary key (obligation_id, step)")
        line.execute("create index timer_due on demarche.timer (look_at)")
        line.execute("vacuum analyze demarche.timer")
        with site.node(url) as node:
            yield node


def _claim(node: Node) -> None:
    """The next hundred: what the watch takes at a time, twice, and what is left of them."""
    for _ in range(100 // sweeps.BATCH):
        due = sweeps._take_due(node)
        assert len(due) == sweeps.BATCH
        with node.work() as work:
            work.connection.execute(
                sa.text("delete from demarche.timer where obligation_id = any(:ids) and look_at <= now()"),
                {"ids": [each[1] for each in due]},
            )
