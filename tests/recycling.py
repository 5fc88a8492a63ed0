"""Databases of the demo world, used again: emptying one takes a tenth of the time that making one takes.

A database whose shape a test has changed (policies, grants, triggers, functions) is dropped instead, and so is every one where
the role of the tests may not switch triggers off.
"""

from __future__ import annotations

import atexit
from functools import cache

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests import world

_SHAPE = """
select md5(string_agg(said, '' order by said)) from (
  select 'policy ' || tablename || policyname || cmd || roles::text || coalesce(qual, '') || coalesce(with_check, '') as said
    from pg_policies where schemaname = 'demarche'
  union all select 'table ' || relname || relrowsecurity || relforcerowsecurity || coalesce(relacl::text, '') || relnatts
    from pg_class where relnamespace = 'demarche'::regnamespace
  union all select 'column ' || attrelid::regclass::text || attname || coalesce(attacl::text, '')
    from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'demarche'::regnamespace and attnum > 0
  union all select 'trigger ' || tgrelid::regclass::text || tgname || tgenabled::text from pg_trigger
  union all select 'function ' || proname || prosrc || coalesce(proacl::text, '') from pg_proc where pronamespace = 'demarche'::regnamespace
  union all select 'constraint ' || conrelid::regclass::text || conname || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'demarche'::regnamespace) s
"""
_spare: list[str] = []


def take() -> str:
    """The name of a database that is a copy of the demo template."""
    while _spare:
        name = _spare.pop()
        if _emptied(name):
            return name
        world.drop_database(name)
    return world.new_database(world.demo_template()[0])


def give_back(name: str) -> None:
    """To be taken again by this process, or dropped when it ends; every connection of it is ended."""
    _at_the_end()
    with _connected("postgres") as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
    _spare.append(name)


@cache
def _at_the_end() -> None:
    """Registered once, and after the server, so that it runs before the server stops."""
    atexit.register(lambda: [world.drop_database(name) for name in _spare])


def _emptied(name: str) -> bool:
    """Whether it holds again what the template holds, and is shaped as it is."""
    shape, rows, may = _template()
    if not may:
        return False
    with _connected(name) as connection, connection.transaction(), connection.cursor() as cursor:
        if cursor.execute("select to_regnamespace('demarche') is null").fetchone() == (True,) or cursor.execute(_SHAPE).fetchone() != (
            shape,
        ):
            return False
        cursor.execute("set local session_replication_role = replica")
        for table in rows:
            cursor.execute(sql.SQL("delete from demarche.{}").format(sql.Identifier(table)))
        for table, copied in rows.items():
            if copied:
                with cursor.copy(sql.SQL("copy demarche.{} from stdin").format(sql.Identifier(table))) as copy:
                    copy.write(copied)
    return True


@cache
def _template() -> tuple[str, dict[str, bytes], bool]:
    """The shape of the demo template, every table with its rows as COPY says them, and whether the role may do all this."""
    with _connected(world.demo_template()[0]) as connection, connection.cursor() as cursor:
        [may] = cursor.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() or (False,)
        [shape] = cursor.execute(_SHAPE).fetchone() or ("",)
        tables = cursor.execute(
            "select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind = 'r' order by 1"
        ).fetchall()
        rows = {}
        for (table,) in tables:
            with cursor.copy(sql.SQL("copy demarche.{} to stdout").format(sql.Identifier(table))) as copy:
                rows[table] = b"".join(bytes(part) for part in copy)
    return shape, rows, bool(may)


def _connected(name: str) -> psycopg.Connection[tuple[object, ...]]:
    url = make_url(world.url_of("admin", name)).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
