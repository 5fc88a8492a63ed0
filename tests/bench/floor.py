"""The floors: the least that a machine has to do for the same rows, and for the same letters.

    python -m tests.bench.floor

Prints what one insertion of a filing's rows costs here: wall time, and processor of the client and of its backend.
"""

from __future__ import annotations

import queue
import statistics
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from incident.ids import new_id
from tests.bench.client import Filer
from tests.bench.processor import Spent
from tests.bench.site import Line, Site, plain

OF_A_CASE = {
    "incident": "id", "visibility": "case_id", "report": "case_id", "fact": "case_id", "obligation": "case_id", "timer": "case_id",
    "line": "case_id", "notice": "case_id", "withholding": "case_id", "evidence_head": "stream", "evidence_entry": "stream",
    "evidence_payload": "stream",
}  # fmt: skip
"""The tables in which filing leaves rows, and by which column they are the case's. What triggers derive is among them."""


class RawFloor:
    """One prepared statement that inserts the rows of a filing into tables of the same columns and indexes.

    No walls, no triggers, no foreign keys, everything a literal but the ids and the texts that must be unique; committed with
    `synchronous_commit` on. The tables lie in a schema `floor` of a database in which at least one report is on record.
    """

    def __init__(self, line: Line, url: str) -> None:
        self._url = plain(url)
        self.rows, self._text, self._ids = _prepare(line)

    def connect(self) -> tuple[Callable[[], None], Line]:
        """A function that inserts them all once more, over a connection of its own, which is given too."""
        line = psycopg.connect(self._url, autocommit=True, cursor_factory=psycopg.RawCursor)  # a literal may hold a percent sign
        line.execute("set synchronous_commit = on")
        line.execute("set plan_cache_mode = force_generic_plan")
        line.execute("set search_path = floor")
        return (lambda: self._insert(line)), line

    def _insert(self, line: Line) -> None:
        line.execute(self._text, ([new_id() for _ in range(self._ids)],), prepare=True)


def _prepare(line: Line) -> tuple[int, str, int]:
    """How many rows there are, the statement, and how many new ids it takes."""
    found = line.execute("select id from demarche.incident order by filed_at desc limit 1").fetchone()
    assert found is not None, "the floor is made of a report that was filed"
    line.execute("drop schema if exists floor cascade")
    line.execute("create schema floor")
    fresh: dict[str, int] = {}
    parts: list[str] = []
    rows = 0
    for table, column in OF_A_CASE.items():
        line.execute(f"create table floor.{table} (like demarche.{table} including all excluding constraints)")
        names, types = _columns(line, table)
        taken = line.execute(f"select {', '.join(f'{name}::text' for name in names)} from demarche.{table} where {column} = %s", found)
        values = taken.fetchall()
        if not values:
            continue
        rows += len(values)
        parts.append(_insert(table, names, types, values, fresh, line))
    ahead = ", ".join(f"w{number} as ({part})" for number, part in enumerate(parts[:-1]))
    return rows, f"with {ahead} {parts[-1]}", len(fresh)


def _columns(line: Line, table: str) -> tuple[list[str], list[str]]:
    found = line.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' and attidentity = '' and format_type(atttypid, atttypmod) <> 'xid8' order by attnum",
        (f"demarche.{table}",),
    ).fetchall()
    return [str(row[0]) for row in found], [str(row[1]) for row in found]


NEW = {
    ("incident", "id"), ("report", "id"), ("fact", "id"), ("obligation", "id"), ("notice", "id"), ("evidence_entry", "id"),
}  # fmt: skip
UNIQUE = {("incident", "ref"), ("report", "reference"), ("notice", "effect_key")}


def _insert(table: str, names: list[str], types: list[str], values: list[tuple[Any, ...]], fresh: dict[str, int], line: Line) -> str:
    """The insertion of these rows: every id that the case made is one of the parameter's, whatever must be unique is told apart by one."""
    for row in values:
        for name, value in zip(names, row, strict=True):
            if (table, name) in NEW:
                fresh.setdefault(str(value), len(fresh) + 1)

    def literal(name: str, type_: str, value: object) -> str:
        if value is None:
            return "null"
        if type_ == "uuid" and str(value) in fresh:
            return _id(fresh[str(value)])
        text = sql.Literal(str(value)).as_string(line)
        if (table, name) in UNIQUE:
            return f"{text} || {_id(fresh[str(row[0])])}::text"
        return f"{text}::{type_}"

    lines = []
    for row in values:
        lines.append("(" + ", ".join(literal(name, type_, value) for name, type_, value in zip(names, types, row, strict=True)) + ")")
    return f"insert into {table} ({', '.join(names)}) values {', '.join(lines)}"


def _id(number: int) -> str:
    return f"($1::uuid[])[{number}]"


def bare_loop(url: str, threads: int, batch: int) -> int:
    """Claim and POST until nothing is due: no walls, no rules, no evidence; how many were sent.

    One claim of a batch with SKIP LOCKED and its commit; then as many threads as the node has each POST over a connection that
    they keep, and settle their letter in a transaction of its own: its state, and one row for the attempt.
    """
    todo: queue.Queue[tuple[Any, ...] | None] = queue.Queue()
    sent = 0

    def work() -> None:
        hosts: dict[str, HTTPConnection] = {}
        with psycopg.connect(plain(url), autocommit=True) as line:
            while (row := todo.get()) is not None:
                id_, address, body = row
                parts = urlsplit(address)
                http = hosts.setdefault(parts.netloc, HTTPConnection(parts.netloc, timeout=15))
                http.request("POST", parts.path, body, {"Content-Type": "application/json", "webhook-id": str(id_)})
                status = http.getresponse()
                status.read()
                line.execute(_SETTLE, (id_, status.status), prepare=True)
                todo.task_done()

    crew = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for each in crew:
        each.start()
    with psycopg.connect(plain(url), autocommit=True) as line:
        while taken := line.execute(_CLAIM, (batch,), prepare=True).fetchall():
            sent += len(taken)
            for row in taken:
                todo.put(row)
            while todo.unfinished_tasks > threads:  # the next batch is claimed while the last of this one is under way
                time.sleep(0.0005)
        todo.join()
    for _ in crew:
        todo.put(None)
    for each in crew:
        each.join()
    return sent


_CLAIM = """
update floor.notification n set state = 'claimed', attempt = n.attempt + 1, look_at = now() + interval '1 minute'
  from (select id from floor.notification where look_at <= now() order by look_at limit %s for update skip locked) t
 where n.id = t.id returning n.id, n.address, n.body
"""
_SETTLE = """
with done as (update floor.notification set state = 'delivered', look_at = null, delivered_at = now() where id = %s returning id, attempt)
insert into floor.attempt (notification_id, number, at, outcome, detail)
select id, attempt, now(), 'delivered', jsonb_build_object('status', %s::int) from done
"""


def fill_bare(line: Line, letters: int, urls: list[str], body: bytes) -> None:
    """So many letters to these addresses in turn, all due."""
    line.execute("create schema if not exists floor")
    line.execute("drop table if exists floor.attempt, floor.notification")
    line.execute(
        "create table floor.notification (id uuid primary key, address text not null, body bytea not null, state text not null,"
        " attempt int not null, look_at timestamptz, delivered_at timestamptz)"
    )
    line.execute("create index on floor.notification (look_at) where look_at is not null")
    line.execute(
        "create table floor.attempt (notification_id uuid not null, number int not null, at timestamptz not null, outcome text not null,"
        " detail jsonb not null, primary key (notification_id, number))"
    )
    with line.cursor() as cursor:
        rows = [(new_id(), urls[number % len(urls)], body) for number in range(letters)]
        cursor.executemany("insert into floor.notification values (%s, %s, %s, 'pending', 0, now(), null)", rows)


def main() -> None:
    """Measure and print."""
    site = Site(quick=False)
    try:
        with site.database() as url, site.line(url) as line:
            with site.processes(url, "web") as node:
                filer = Filer(node.port, site.key)
                filer.file()
                filer.close()
            floor = RawFloor(line, url)
            insert, own = floor.connect()
            for _ in range(20):
                insert()
            backend, ours, taken = Spent(lambda: {own.info.backend_pid}), time.process_time(), []
            for _ in range(300):
                began = time.perf_counter()
                insert()
                taken.append((time.perf_counter() - began) * 1000)
            client = (time.process_time() - ours) / 300 * 1000
            server = backend.so_far() / 300 * 1000
            print(f"{floor.rows} rows: p50 {statistics.median(taken):.2f} ms; client {client:.2f} ms, backend {server:.2f} ms")
            own.close()
    finally:
        site.close()


if __name__ == "__main__":
    main()
