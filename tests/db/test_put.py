"""`put` writes what it was given, whatever it is, or refuses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from incident import db
from incident.db.columns import BIGINT, BOOL, BYTES, DATE, INSTANT, INT, JSON, TEXT, TEXTS, UUID, UUIDS
from tests.examples import examples
from tests.world import empty_template, url_of

META = sa.MetaData()
NOTE = sa.Table(
    "note", META, *(sa.Column(name, type_) for name, type_ in {
        "id": INT, "who": UUID, "text": TEXT, "raw": BYTES, "words": TEXTS, "others": UUIDS, "document": JSON, "at": INSTANT, "day": DATE,
        "sure": BOOL, "big": BIGINT,
    }.items())
)  # fmt: skip
LABEL = sa.Table("label", META, sa.Column("note_id", INT), sa.Column("colour", TEXT), sa.Column("weight", INT))

HOSTILE = [
    "", "'", '"', "\\", "\\x41", "'); drop table note; --", "%s %(rows)s %%", "{}", '{"a": [1]}', "$1 :name", "a\nb\tc\r",
    "\u202eright to left", "Ärger 東京 \U0001f600", "\x7f\x01", "null", "NULL",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    made = db.engine(url_of("admin", empty_template()), pool_size=1)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as made:
        made.exec_driver_sql(
            "create temp table note (id int, who uuid, text text, raw bytea, words text[], others uuid[], document jsonb, at timestamptz,"
            " day date, sure bool, big bigint)"
        )
        made.exec_driver_sql("create temp table label (note_id int, colour text not null default 'grey', weight int)")
        yield made
        made.rollback()


def written(connection: sa.Connection, **values: Any) -> dict[str, Any]:
    """The row as it is read back, without its number."""
    savepoint = connection.begin_nested()
    try:
        db.put(connection, {NOTE: [{"id": 1, **values}]})
        row = connection.execute(sa.select(*(NOTE.c[name] for name in values)).where(NOTE.c.id == 1)).one()
        return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row._mapping.items()}
    finally:
        savepoint.rollback()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(connection: sa.Connection, text: str) -> None:
    values = {"text": text, "words": [text, "x", text], "document": {"a": text, text: [text]}}
    assert written(connection, **values) == values


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_text(connection: sa.Connection, text: str) -> None:
    assert written(connection, text=text, words=[text]) == {"text": text, "words": [text]}


@pytest.mark.parametrize("raw", [b"", b"\x00", bytes(range(256)), b"\\x41"])
def test_bytes_are_bytes(connection: sa.Connection, raw: bytes) -> None:
    assert written(connection, raw=raw) == {"raw": raw}
    assert written(connection, raw=bytearray(raw)) == {"raw": raw}


def test_arrays_keep_their_order_their_emptiness_and_their_nulls(connection: sa.Connection) -> None:
    ids = [uuid.uuid4(), uuid.uuid4()]
    assert written(connection, words=["b", "a,b", '"', "{}"], others=ids) == {"words": ["b", "a,b", '"', "{}"], "others": ids}
    assert written(connection, words=[], others=()) == {"words": [], "others": []}
    assert written(connection, words=[None, "x"], others=None) == {"words": [None, "x"], "others": None}


def test_instants_dates_and_numbers_arrive_exactly(connection: sa.Connection) -> None:
    at = datetime.fromisoformat("2026-11-23T17:30:00.123456+05:30")
    values = {"at": at, "day": date(2026, 2, 28), "sure": False, "big": 2**62, "who": uuid.uuid4()}
    assert written(connection, **values) == values | {"at": at.astimezone(UTC)}


def test_a_null_document_is_null_and_a_null_inside_one_stays(connection: sa.Connection) -> None:
    assert written(connection, document=None) == {"document": None}
    assert written(connection, document={"a": None, "b": [None]}) == {"document": {"a": None, "b": [None]}}
    db.put(connection, {NOTE: [{"id": 7, "document": None}]})
    assert connection.exec_driver_sql("select document is null from note where id = 7").scalar() is True


def test_a_nul_character_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(DBAPIError, match="unsupported Unicode escape sequence"):
        written(connection, text="a\0b")


def test_several_tables_and_rows_go_in_one_statement(connection: sa.Connection) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    savepoint = connection.begin_nested()
    db.put(connection, {NOTE: [{"id": 10}, {"id": 11}], LABEL: [{"note_id": 10, "weight": 1}, {"note_id": 11, "weight": None}]})
    writes = [each for each in seen if "insert" in each]
    rows = connection.exec_driver_sql("select n.id, l.colour, l.weight from note n join label l on l.note_id = n.id order by 1").all()
    savepoint.rollback()
    sa.event.remove(connection, "before_cursor_execute", note)
    assert len(writes) == 1
    assert [tuple(row) for row in rows] == [(10, "grey", 1), (11, "grey", None)]


def test_nothing_to_write_asks_nothing_of_the_database() -> None:
    connection = sa.Connection.__new__(sa.Connection)  # every use of it would fail
    db.put(connection, {})
    db.put(connection, {NOTE: [], LABEL: []})


def test_rows_that_name_different_columns_are_refused(connection: sa.Connection) -> None:
    with pytest.raises(KeyError, match=r"rows for note name different columns: \['text'\]"):
        db.put(connection, {NOTE: [{"id": 1, "text": "a"}, {"id": 2}]})


def test_a_column_that_the_table_does_not_have_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(KeyError, match="colour"):
        db.put(connection, {NOTE: [{"id": 1, "colour": "red"}]})


@pytest.mark.parametrize("value", [object(), 1j, lambda: None])
def test_a_value_of_no_known_kind_is_refused_by_name(connection: sa.Connection, value: object) -> None:
    with pytest.raises(TypeError, match=f"{type(value).__name__} cannot be written"):
        db.put(connection, {NOTE: [{"id": 1, "document": value}]})
