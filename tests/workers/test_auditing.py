"""The audit finds what is not as it has to be, says it until it is mended, and reads no more than was due or touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url

from incident import board
from tests.world import World, a_world, url_of
from workers import sweeps
from workers.auditing_questions import OF_CLOCKS, TO_DO

TABLES = ("evidence_entry", "evidence_order", "evidence_checkpoint", "evidence_head", "act", "notice", "notification", "attempt", "timer",
          "obligation")  # fmt: skip


def findings(world: World) -> dict[str, Any]:
    """Every finding by its kind, after an audit."""
    sweeps.audit(world.worker)
    rows = world.rows("select * from demarche.finding where gone_at is null order by subject desc")
    return {row.kind: row for row in rows}


def spoil(world: World, statement: str, **values: Any) -> None:
    """As the owner of the server, past triggers and walls."""
    engine = sa.create_engine(url_of("admin", world.database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(sa.text("delete from demarche.audited"))  # the next audit looks at everything, as the first one did
        assert connection.execute(sa.text(statement), values).rowcount
    engine.dispose()


@pytest.fixture(scope="module")
def told() -> Iterator[World]:
    """A case of which everybody was told and one duty is missed. Whoever spoils it puts it back."""
    with a_world() as world:
        world.files(severity="high", affected_countries=("FR",))
        world.sweep()
        world.forward(days=9)
        world.sweep()
        yield world


@contextmanager
def as_it_was(world: World) -> Iterator[None]:
    """At the end of the block the tables hold what they held at its beginning."""
    url = make_url(url_of("admin", world.database)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        kept = {}
        for table in TABLES:
            with cursor.copy(sql.SQL("copy demarche.{} to stdout").format(sql.Identifier(table))) as copy:
                kept[table] = b"".join(bytes(part) for part in copy)
        try:
            yield
        finally:
            with connection.transaction():
                cursor.execute("set local session_replication_role = replica")
                for table, rows in kept.items():
                    cursor.execute(sql.SQL("delete from demarche.{}").format(sql.Identifier(table)))
                    with cursor.copy(sql.SQL("copy demarche.{} from stdin").format(sql.Identifier(table))) as copy:
                        copy.write(rows)


def test_of_a_node_in_order_nothing_is_found(told: World) -> None:
    assert findings(told) == {}
    told.files(reference="another")
    told.sweep()
    assert findings(told) == {}


SPOILT: dict[str, str] = {
    "report.unproven": "delete from demarche.evidence_entry where kind = 'report.filed'",
    "miss.early": "update demarche.act set recorded_at = occurred_at - interval '1 second' where kind = 'missed'",
    "miss.unsaid": "delete from demarche.act where kind = 'missed'",
    "act.doubled": "insert into demarche.act overriding system value select "
    "(jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'position', 1000000))).*"
    " from demarche.act a where kind = 'missed' limit 1",
    "delivery.unreleased": "update demarche.notice set released_at = null where routed_at is not null",
    "delivery.unrecorded": "delete from demarche.attempt",
    "dead.untold": "update demarche.notification set state = 'dead', cause = 'c', look_at = null, leased_until = null where kind = 'email'",
    "notice.altered": 'update demarche.notice set items = items || \'{"summary": "other"}\'',
    "late.sending": "update demarche.notification set state = 'pending', look_at = '2026-11-23T09:00Z' where kind = 'inbox'",
    "late.looking": "insert into demarche.timer select id, case_id, 'remind_half', '2026-11-23T09:00Z' from demarche.obligation limit 1",
    "late.verdicts": "update demarche.obligation set settled_as = null, settled_at = null, predicted = false"
    " where settled_as = 'missed' and superseded_by is null",
    "late.routing": "update demarche.notice set routed_at = null where gathering_id is null",
    "late.sealing": "update demarche.evidence_head set sealed = sealed - 1 where sealed > 0",
    "evidence.broken": "update demarche.evidence_order set hash = '\\x00' where position = 3",
    "evidence.unsigned": "update demarche.evidence_checkpoint set signature = '\\x00'",
}


@pytest.mark.parametrize("kind", SPOILT)
def test_whatever_is_spoilt_is_found_and_the_finding_goes_when_it_is_mended(told: World, kind: str) -> None:
    with as_it_was(told):
        spoil(told, SPOILT[kind])
        found = findings(told)
        assert kind in found
        assert found[kind].to_do == TO_DO[kind]
        assert found[kind].since <= told.now
        told.forward(minutes=5)
        assert findings(told)[kind].since == found[kind].since  # nobody touched it meanwhile
    assert findings(told) == {}


def test_what_is_found_of_a_letter_without_a_case_stands_too_until_it_is_mended(told: World) -> None:
    with as_it_was(told):
        spoil(told, "delete from demarche.attempt where case_id is null")
        assert set(findings(told)) == {"delivery.unrecorded"}
        assert set(findings(told)) == {"delivery.unrecorded"}  # nobody touched it meanwhile
    assert findings(told) == {}


@contextmanager
def before_it_says_what_it_found(engine: sa.Engine, looked: Event, go: Event) -> Iterator[None]:
    """The first audit of this engine stands still there: `looked` from then on, until `go`."""

    def stand_still(_: object, __: object, statement: str, *___: object) -> None:
        if statement.lstrip().startswith("update demarche.finding") and not looked.is_set():
            looked.set()
            assert go.wait(60)

    sa.event.listen(engine, "before_cursor_execute", stand_still)
    try:
        yield
    finally:
        go.set()
        sa.event.remove(engine, "before_cursor_execute", stand_still)


def test_what_a_slower_audit_saw_never_replaces_what_a_later_one_said(told: World) -> None:
    looked, go = Event(), Event()
    with ThreadPoolExecutor(2) as pool, before_it_says_what_it_found(told.worker.engine, looked, go):
        with as_it_was(told):
            spoil(told, SPOILT["delivery.unrecorded"])
            slower = pool.submit(sweeps.audit, told.worker)
            assert looked.wait(60)
        later = pool.submit(sweeps.audit, told.worker)
        while not later.done() and not told.rows("select from pg_locks where locktype = 'advisory' and not granted"):
            pass
        go.set()
        slower.result(60)
        later.result(60)
    assert told.rows("select kind, what from demarche.finding where gone_at is null") == []


def test_every_kind_of_finding_is_shown_to_be_found() -> None:
    assert set(SPOILT) == set(TO_DO) - set(OF_CLOCKS)


def test_a_duty_that_lost_its_timer_gets_one_before_it_ends(world: World) -> None:
    world.files()
    world.sweep()
    lost = world.rows("select count(*) from demarche.timer where step = 'due'")[0][0]
    sweeps.audit(world.worker)
    with world.worker.work() as work:
        work.connection.execute(sa.text("delete from demarche.timer where step = 'due'"))
    assert sweeps.audit(world.worker) == 0  # nobody touched the case: only what ends within the hour is looked at
    soon = world.rows("select min(due_at) as at from demarche.obligation where settled_as is null and not predicted")[0].at
    world.clock.set(soon)
    world.forward(minutes=-30)
    assert sweeps.audit(world.worker) >= 1
    assert 1 <= world.rows("select count(*) from demarche.timer where step = 'due'")[0][0] <= lost


def test_findings_are_for_those_who_see_the_case_and_their_number_for_everybody(told: World) -> None:
    seen = {}
    with as_it_was(told):
        spoil(told, SPOILT["miss.unsaid"])
        sweeps.audit(told.worker)
        for slug in ("cert-ee", "cert-jp"):
            with told.work(slug) as work:
                seen[slug] = board.health(work)
    assert {each["kind"] for each in seen["cert-ee"]["findings"]} == {"miss.unsaid"}
    assert seen["cert-jp"]["findings"] == []
    assert seen["cert-jp"]["sweeps"]["audit"]["findings"] >= 1


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Callable[[], int]]:
    """How many rows and index entries the transactions of this engine read, as the server counts them.

    It tells what it has not yet passed on, earlier transactions of the connection included: so what is there at the first
    statement of a transaction does not count.
    """
    total = 0

    def counted(connection: sa.Connection) -> int:
        return connection.execute(
            sa.text(
                "select coalesce(sum(pg_stat_get_xact_tuples_returned(oid)), 0)::bigint from pg_class"
                " where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'i')"
            )
        ).scalar_one()

    def begin(connection: sa.Connection) -> None:
        nonlocal total
        total -= counted(connection)

    def end(connection: sa.Connection) -> None:
        nonlocal total
        total += counted(connection)

    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "commit", end)
    sa.event.listen(engine, "rollback", end)
    try:
        yield lambda: total
    finally:
        sa.event.remove(engine, "begin", begin)
        sa.event.remove(engine, "commit", end)
        sa.event.remove(engine, "rollback", end)


def read_by_an_audit_of_one_touched_case(world: World, reference: str) -> int:
    sweeps.audit(world.worker)
    world.files(reference=reference)
    world.sweep()
    with reading(world.worker.engine) as read:
        sweeps.audit(world.worker)
        return read()


def test_with_a_thousand_times_as_many_settled_duties_the_audit_reads_no_more(world: World) -> None:
    world.files(reference="the one that is copied")
    world.sweep()
    few = read_by_an_audit_of_one_touched_case(world, "few")
    assert few > 100
    names = [
        row[0]
        for row in world.rows(
            "select column_name from information_schema.columns where table_schema = 'demarche' and table_name = 'obligation'"
            " and is_generated = 'NEVER' and is_nullable = 'NO' and column_name not in"
            " ('id', 'case_id', 'occurrence', 'settled_as', 'settled_at', 'changed', 'because', 'inputs', 'spec')"
        )
    ]
    spoil(
        world,
        "insert into demarche.incident select (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'ref', 'R' || n))).*"
        " from demarche.incident i, generate_series(1, 1000) n where reference = 'the one that is copied'",
    )
    spoil(
        world,
        f"insert into demarche.obligation (id, case_id, occurrence, settled_as, settled_at, because, inputs, spec, {', '.join(names)})"
        f" select gen_random_uuid(), c.id, n::text, 'met', o.created_at, '[]', '{{}}', '{{}}', {', '.join(f'o.{each}' for each in names)}"
        " from (select * from demarche.obligation where due_at is not null limit 1) o, demarche.incident c, generate_series(1, 100) n"
        " where c.ref like 'R%'",
    )
    assert world.rows("select count(*) from demarche.obligation where settled_as = 'met'")[0][0] >= 100_000
    spoil(world, "analyze demarche.obligation, demarche.incident")
    many = read_by_an_audit_of_one_touched_case(world, "many")
    assert many < few + 2_000  # the thousand cases may be scanned, where that is cheaper than looking one up; their duties are not
