"""Two ways to come to the database as somebody: by a login of one's own, or by changing role inside one transaction of the
administrator's, which sees what that transaction has sabotaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from tests.world import url_of

UNSET = None
Who = UUID | str | None
WEB, WORKER, OWNER, DEFINER = "demarche_web", "demarche_worker", "demarche_owner", "demarche_definer"


class Doors(Protocol):
    """Where checks go in. Whatever is done inside is undone when the door closes."""

    def enter(self, role: str, party: Who = UNSET) -> AbstractContextManager[sa.Connection]:
        """A transaction as `role`, with `app.party` set to `party`; not set at all for UNSET."""
        ...


class OwnLogins:
    """Each role by its own login, as the processes of a node come in; the administrator for the two that cannot log in."""

    def __init__(self, database: str) -> None:
        roles = {WEB: url_of(WEB, database), WORKER: url_of(WORKER, database), "admin": url_of("admin", database)}
        self._engines = {role: sa.create_engine(url, poolclass=sa.NullPool) for role, url in roles.items()}

    @contextmanager
    def enter(self, role: str, party: Who = UNSET) -> Iterator[sa.Connection]:
        with self._engines.get(role, self._engines["admin"]).connect() as connection:
            if role in (OWNER, DEFINER):
                connection.exec_driver_sql(f"set local role {role}")
            say(connection, party)
            yield connection
            connection.rollback()


@dataclass(frozen=True, slots=True)
class OneTransaction:
    """Everybody inside one open transaction of the administrator's, each in a savepoint."""

    connection: sa.Connection

    @contextmanager
    def enter(self, role: str, party: Who = UNSET) -> Iterator[sa.Connection]:
        savepoint = self.connection.begin_nested()
        try:
            if role != "admin":
                self.connection.exec_driver_sql(f"set local role {role}")
            say(self.connection, party)
            yield self.connection
        finally:
            savepoint.rollback()


def say(connection: sa.Connection, party: Who) -> None:
    """Set who is asking, for this transaction."""
    if party is not UNSET:
        connection.exec_driver_sql("select set_config('app.party', %s, true)", (str(party),))


def attempt(connection: sa.Connection, sql: str, **parameters: Any) -> str | list[tuple[Any, ...]]:
    """What came of it: the server's message when it refused, else the rows it returned. Undone in either case."""
    savepoint = connection.begin_nested()
    try:
        result = connection.execute(sa.text(sql), parameters)
        return [tuple(row) for row in result] if result.returns_rows else [()] * max(result.rowcount, 0)
    except sa.exc.DBAPIError as error:
        return str(error.orig)
    finally:
        savepoint.rollback()
