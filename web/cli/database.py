"""How a command reaches the node's database: DATABASE_URL when it is set, else the embedded node of the home while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from incident import db
from incident.clock import DatabaseClock
from incident.db.embedded import ADMIN, WORKER, EmbeddedPostgres
from incident.errors import Refused, Unavailable
from incident.settings import Settings
from incident.work import Node


class NothingRuns(Unavailable):
    """Neither is there a DATABASE_URL nor does an embedded node run; nothing was started."""

    code = "nothing_runs"

    def __init__(self, settings: Settings) -> None:
        super().__init__(f"Nothing runs on this home ({settings.home}); start it with make up, or set DATABASE_URL.")


class WrongRole(Refused):
    """The role of DATABASE_URL is not the one that this command needs."""

    code = "bad_setting"


def owner_url(settings: Settings) -> str:
    """Where a role that may create roles and schema logs in.

    Raises:
        NothingRuns: there is no database to reach.
    """
    return _url(settings, ADMIN)


@contextmanager
def worker_node(settings: Settings, *, snapshot: bool = False) -> Iterator[Node]:
    """The node with the rights of the worker, who sees every party's rows.

    Args:
        settings: where the database is.
        snapshot: every transaction sees the database as it was at its beginning, and changes nothing.

    Raises:
        Unavailable: the database cannot be reached, at once or later.
        Refused: its schema is not there or not of this program, or the role may not do this.
    """
    isolation = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if snapshot else {}
    with reaching():
        engine = db.engine(_url(settings, WORKER), pool_size=1, application="demarche cli").execution_options(**isolation)
        try:
            with engine.connect() as connection:
                _check_role(connection)
                _check_schema(connection)
            yield Node(settings, engine, DatabaseClock())  # without the signing key: none of this signs
        finally:
            engine.dispose()


@contextmanager
def reaching() -> Iterator[None]:
    """Say in our own words what the database did not let us do.

    Raises:
        Unavailable: it cannot be reached.
        Refused: it was reached and did not let us.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable(f"The database does not answer: {_why(error)}", code="database_unavailable") from error
    except SQLAlchemyError as error:
        raise Refused(f"The database refused: {_why(error)}", code="database_refused") from error


def _url(settings: Settings, role: str) -> str:
    if settings.database_url is not None:
        return settings.database_url
    embedded = EmbeddedPostgres(settings.home)
    if embedded.pid is None:
        raise NothingRuns(settings)
    return embedded.url(role)


def _check_role(connection: sa.Connection) -> None:
    """Anybody else would see an empty database and report that all is well."""
    may = "select exists (select from pg_roles where rolname = %s and pg_has_role(current_user, oid, 'usage'))"
    if not connection.exec_driver_sql(may, (WORKER,)).scalar():
        who = connection.exec_driver_sql("select current_user").scalar()
        raise WrongRole(f"The database is reached as {who}; expected {WORKER}, or the owner (after `demarche migrate`).")


def _check_schema(connection: sa.Connection) -> None:
    """The worker may not read the version of the schema; that the last table is there has to do."""
    if connection.exec_driver_sql("select to_regclass('demarche.evidence_checkpoint')").scalar() is None:
        raise Refused("The database has no schema yet; run `demarche migrate` first.", code="not_migrated")


def _why(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(cause).strip().split("\n", 1)[0]
