"""The tables as the application knows them are the tables that the migrations make."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

import incident.records
import incident.work
from incident import db
from incident.db.columns import METADATA
from tests.world import empty_template, url_of

for _each in pkgutil.walk_packages(incident.records.__path__, "incident.records."):
    importlib.import_module(_each.name)
importlib.import_module("incident.evidence.tables")
assert incident.work.reply.metadata is METADATA

NOT_DEFINED = {
    "heartbeat": "written by one upsert and read by people",
    "audited": "one row of the audit's own",
}
OTHERWISE = {
    ("incident", "changed"): "xid8",
    ("obligation", "changed"): "xid8",
    ("notice", "changed"): "xid8",
    ("notification", "changed"): "xid8",
}
"""A transaction's number: the application only reads and compares it."""


@pytest.fixture(scope="module")
def real() -> dict[str, dict[str, str]]:
    """Every table of the schema: its columns and their types, in PostgreSQL's words."""
    engine = db.engine(url_of("admin", empty_template()), pool_size=1)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a join pg_class c on c.oid = a.attrelid "
            "where c.relnamespace = 'demarche'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
            " order by 1, a.attnum"
        ).all()
    engine.dispose()
    found: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows:
        found.setdefault(table, {})[column] = type_
    return found


def test_every_table_is_defined(real: dict[str, dict[str, str]]) -> None:
    assert set(real) - {table.name for table in METADATA.tables.values()} == set(NOT_DEFINED)


@pytest.mark.parametrize("table", METADATA.tables.values(), ids=lambda table: table.name)
def test_a_tables_columns_and_types_are_the_databases(table: sa.Table, real: dict[str, dict[str, str]]) -> None:
    dialect = postgresql.dialect()
    said = {column.name: OTHERWISE.get((table.name, column.name)) or column.type.compile(dialect).lower() for column in table.c}
    assert said == real[table.name]


def test_the_exceptions_are_still_needed(real: dict[str, dict[str, str]]) -> None:
    assert [place for place, type_ in OTHERWISE.items() if real[place[0]].get(place[1]) != type_] == []
    assert set(NOT_DEFINED) <= set(real)
