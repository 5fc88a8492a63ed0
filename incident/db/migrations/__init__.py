"""Migrations: roles first (they belong to the cluster), then the schema, by Alembic, in one transaction each."""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

import sqlalchemy as sa

from incident.db import again
from incident.db.engine import engine
from incident.errors import Unavailable

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_LOGIN = ("demarche_web", "demarche_worker")
_NO_LOGIN = ("demarche_owner", "demarche_definer")
_LOCK_TIMEOUT = "2s"
_TRIES, _LONGEST_WAIT = 20, 2.0  # about a minute of tables that others hold; then the operator is told
_LOOK = "select to_regclass('demarche.heartbeat') is not null, has_table_privilege(to_regclass('public.schema_version'), 'select')"
_TABLES = "select relname from pg_class where relnamespace = to_regnamespace('demarche') and relkind in ('r', 'p')"
_LOCK = 7_301_001  # one migration at a time per database
_HELD = (
    "Others held tables that the migration needs for about a minute, so it changed nothing. A transaction that stays open, a backup for"
    " one, holds what it read (pg_stat_activity names them): end it, or run `demarche migrate` again after it."
)


def migrate(admin_url: str, *, web_password: str | None = None, worker_password: str | None = None, tries: int = _TRIES) -> list[str]:
    """Bring roles and schema up to date; harmless to repeat and to run twice at once.

    `admin_url` is a role that may create roles. Passwords are set when given; without them the roles log in as the server's
    own rules allow. Returns the revisions applied, oldest first. Of the `tries` each waits two seconds at most for what others hold.

    Raises:
        Unavailable: others held a table that it needs all the while, about a minute; nothing was changed.
    """
    made = engine(admin_url, pool_size=1, application="demarche migrate")
    try:
        with made.begin() as connection:
            _make_roles(connection, {"demarche_web": web_password, "demarche_worker": worker_password})
        return again.whole(partial(_bring_up_to_date, made), tries=tries, states=again.LOCKED, longest=_LONGEST_WAIT)
    except sa.exc.OperationalError as error:
        if not again.undone(error, again.LOCKED):
            raise
        raise Unavailable(_HELD, code="schema_in_use") from error
    finally:
        made.dispose()


def _bring_up_to_date(made: sa.Engine) -> list[str]:
    """All that is missing in one transaction. It waits for its locks no longer than others can wait behind it; then it begins again."""
    with made.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(%s)", (_LOCK,))
        missing = _missing(connection)
        if missing:
            connection.exec_driver_sql(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
            _take_tables(connection, missing)
            _upgrade(connection)
            connection.exec_driver_sql("grant select on public.schema_version to demarche_web, demarche_worker")
        return missing


def _take_tables(connection: sa.Connection, revisions: list[str]) -> None:
    """Lock whatever the SQL of these revisions names, all in one statement that is given two seconds.

    Taken when the SQL comes to each, each may take that long to get, and whoever needs one that is taken already waits all the while.
    """
    there = set(connection.exec_driver_sql(_TABLES).scalars())
    if not there:
        return
    said = [each.read_text(encoding="utf-8") for each in _files() if each.name.endswith(".sql") and each.name[:4] in revisions]
    text = re.sub(r"--.*", "", "\n".join(said))
    altered = there & set(re.findall(r"(?:alter table|drop table|policy \w+ on|drop trigger \w+ on) (\w+)", text))
    named = there & set(re.findall(r"\w+", text)) - altered
    modes = {"access exclusive": altered, "share row exclusive": named}
    locks = [f"lock table {', '.join(sorted(tables))} in {mode} mode;" for mode, tables in modes.items() if tables]
    connection.exec_driver_sql("set local role demarche_owner; set local search_path = demarche")
    connection.exec_driver_sql(f"set local statement_timeout = '{_LOCK_TIMEOUT}'")
    connection.exec_driver_sql(f"do $$ begin {' '.join(locks)} end $$")
    connection.exec_driver_sql("set local statement_timeout = 0; set local search_path = default; reset role")


def pending(connection: sa.Connection) -> list[str]:
    """The revisions that this program expects and the database lacks."""
    return _missing(connection)


def lacking(connection: sa.Connection) -> list[str] | None:
    """The same for any role; None where this one may not ask, and there is a schema."""
    made, readable = connection.exec_driver_sql(_LOOK).one()
    if readable:
        return _missing(connection)
    return None if made else ["all"]


def _upgrade(connection: sa.Connection) -> None:
    from alembic.command import upgrade  # nine megabytes that a node which is up to date need not carry
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "incident.db:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    upgrade(config, "head")


def _missing(connection: sa.Connection) -> list[str]:
    known = sorted(each.name.split("_")[0] for each in _files() if each.name.endswith(".py"))
    here = None
    if connection.exec_driver_sql("select to_regclass('public.schema_version')").scalar() is not None:
        here = connection.exec_driver_sql("select version_num from public.schema_version").scalar()
    return known if here is None else [each for each in known if each > here]


def _files() -> list[Traversable]:
    return [*(files(__package__) / "versions").iterdir()]


def _make_roles(connection: sa.Connection, passwords: dict[str, str | None]) -> None:
    for role in (*_LOGIN, *_NO_LOGIN):
        login = "login" if role in _LOGIN else "nologin"
        connection.exec_driver_sql(  # two nodes on one server may start at once
            f"do $$ begin create role {role} {login} nobypassrls; exception when duplicate_object or unique_violation then null; end $$"
        )
    for role in _NO_LOGIN:
        if not connection.exec_driver_sql("select rolsuper from pg_roles where rolname = current_user").scalar():
            connection.exec_driver_sql(f"grant {role} to current_user")
    for role, password in passwords.items():
        if password:
            quoted = connection.exec_driver_sql("select quote_literal(%s)", (password,)).scalar()
            connection.exec_driver_sql(f"alter role {role} password {quoted}".replace("%", "%%"))
