"""Migrations: roles first (they belong to the cluster), then the schema, by Alembic, in one transaction each."""

from __future__ import annotations

from functools import partial
from importlib.resources import files

import sqlalchemy as sa

from incident.db import again
from incident.db.engine import engine

_LOGIN = ("demarche_web", "demarche_worker")
_NO_LOGIN = ("demarche_owner", "demarche_definer")
_LOCK_TIMEOUT = "2s"
_TRIES = 30  # a minute of a lock that others hold; then the operator is told
_LOCK = 7_301_001  # one migration at a time per database


def migrate(admin_url: str, *, web_password: str | None = None, worker_password: str | None = None) -> list[str]:
    """Bring roles and schema up to date; harmless to repeat and to run twice at once.

    `admin_url` is a role that may create roles. Passwords are set when given; without them the roles log in as the server's
    own rules allow. Returns the revisions applied, oldest first.
    """
    made = engine(admin_url, pool_size=1, application="demarche migrate")
    try:
        with made.begin() as connection:
            _make_roles(connection, {"demarche_web": web_password, "demarche_worker": worker_password})
        return again.whole(partial(_bring_up_to_date, made), tries=_TRIES, states=again.LOCKED)
    finally:
        made.dispose()


def _bring_up_to_date(made: sa.Engine) -> list[str]:
    """All that is missing in one transaction. It waits for no lock longer than others can wait behind it; then it begins again."""
    with made.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(%s)", (_LOCK,))
        missing = _missing(connection)
        if missing:
            connection.exec_driver_sql(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
            _upgrade(connection)
            connection.exec_driver_sql("grant select on public.schema_version to demarche_web, demarche_worker")
        return missing


def pending(connection: sa.Connection) -> list[str]:
    """The revisions that this program expects and the database lacks."""
    return _missing(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic.command import upgrade  # nine megabytes that a node which is up to date need not carry
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "incident.db:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    upgrade(config, "head")


def _missing(connection: sa.Connection) -> list[str]:
    known = sorted(each.name.split("_")[0] for each in (files(__package__) / "versions").iterdir() if each.name.endswith(".py"))
    here = None
    if connection.exec_driver_sql("select to_regclass('public.schema_version')").scalar() is not None:
        here = connection.exec_driver_sql("select version_num from public.schema_version").scalar()
    return known if here is None else [each for each in known if each > here]


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
