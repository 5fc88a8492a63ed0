"""Set-based writes: a batch into each of several tables, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

Row = Mapping[str, object]
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Change:
    """An update that is written in one statement with rows, and what its named parameters are given; no two there may share a name."""

    statement: str
    given: Mapping[str, object]


def put(connection: sa.Connection, rows: Mapping[sa.Table, Sequence[Row]], *, changes: Sequence[Change] = ()) -> None:
    """Insert the rows of each table and make these changes in one statement, in no promised order.

    Every row of a table has the keys of its first row; a column that is not named takes its default. Rows of one statement
    cannot see each other, so what a wall checks against must have been written before; nor does a change see the rows.

    Raises:
        KeyError: when two rows of a table name different columns: a missing one would silently become NULL.
    """
    filled = {table: list(batch) for table, batch in rows.items() if batch}
    if not filled and not changes:
        return
    shape = tuple((table, _columns(table, batch)) for table, batch in filled.items())
    values = {name: value for each in changes for name, value in each.given.items()}
    values |= {"rows": document({str(table.name): batch for table, batch in filled.items()})}
    connection.exec_driver_sql(_statement(shape, tuple(each.statement for each in changes)), values)


def document(rows: object) -> str:
    """Rows as one JSON document, from which a statement reads them: instants, UUIDs and bytes as PostgreSQL reads them.

    Quickly where that is possible; what is odd goes the way of the standard library, so that PostgreSQL judges it.
    """
    try:
        return orjson.dumps(rows, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    except orjson.JSONEncodeError:
        return json.dumps(rows, default=_plain)


def put_once(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, key: str) -> set[object]:
    """Insert those rows that are not there by their `key`, a column that is unique; the keys of those that were new.

    Raises:
        KeyError: as `put`.
    """
    if not rows:
        return set()
    statement = f"{_insert(table, _columns(table, list(rows)))} on conflict ({key}) do nothing returning {key}"
    return set(connection.exec_driver_sql(statement, {"rows": document({str(table.name): list(rows)})}).scalars())


def _columns(table: sa.Table, batch: list[Row]) -> tuple[str, ...]:
    columns = tuple(batch[0])
    for row in batch:
        if row.keys() != batch[0].keys():
            raise KeyError(f"rows for {table.name} name different columns: {sorted(row.keys() ^ batch[0].keys())}")
    return columns


@lru_cache(maxsize=256)
def _statement(shape: tuple[tuple[sa.Table, tuple[str, ...]], ...], changes: tuple[str, ...]) -> str:
    parts = [*(_insert(table, columns) for table, columns in shape), *changes]
    ahead = ", ".join(f"w{number} as ({part})" for number, part in enumerate(parts[:-1]))
    return f"with {ahead} {parts[-1]}" if ahead else parts[-1]


def _insert(table: sa.Table, columns: tuple[str, ...]) -> str:
    typed = ", ".join(f"{name} {table.c[name].type.compile(_DIALECT)}" for name in columns)
    names = ", ".join(columns)
    return (
        f"insert into {table.fullname} ({names}) "  # noqa: S608 - names come from our own table definitions
        f"select {', '.join('r.' + name for name in columns)} from jsonb_to_recordset(%(rows)s::jsonb -> '{table.name}') as r({typed})"
    )


def _plain(value: object) -> object:
    if isinstance(value, (UUID, date, datetime)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written; rows hold plain values, UUIDs, instants and bytes")
