"""Whatever is changed in the log afterwards is found, and the first entry that does not fit is named."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from incident import evidence
from incident.canonical import instant
from incident.evidence import Broken, Checked
from incident.evidence.seal import checkpoint_bytes
from incident.evidence.tables import checkpoint, entry, head, order, payload
from incident.rules.proof import chained, leaf_bytes, leaf_hash
from tests.evidence.conftest import ENTRIES, STREAMS, Log

VICTIM = {"s": STREAMS[1], "q": 2}
TABLES = (entry, payload, head, order, checkpoint)
THIS = "where stream = :s and seq = :q"

OTHER = {
    "UUID": "gen_random_uuid()", "INTEGER": "{column} + 70", "BIGINT": "{column} + 70", "TEXT": "{column} || ' '",
    "TIMESTAMP WITH TIME ZONE": "{column} - interval '1 microsecond'",
}  # fmt: skip
"""The smallest change to a value of each type; bytes are flipped one by one."""

OUTSIDE_THE_CHAINS = {
    ("evidence_checkpoint", "key_id"): "says which key to try; the signature covers the rest",
    ("evidence_payload", "stream"): "a payload without its entry is an erased one; a foreign key forbids it",
    ("evidence_payload", "seq"): "the same",
}


def last(connection: sa.Connection, key: Ed25519PublicKey | None = None) -> Checked:
    return list(evidence.check(connection, key=key))[-1]


def broken(connection: sa.Connection, key: Ed25519PublicKey | None = None) -> tuple[Broken, ...]:
    return last(connection, key).broken


def changes() -> list[tuple[str, str]]:
    return [
        (table.name, column.name) for table in TABLES for column in table.c
        if (table.name, column.name) not in OUTSIDE_THE_CHAINS
    ]  # fmt: skip


def test_an_untouched_log_is_whole(forger: sa.Connection) -> None:
    assert last(forger) == Checked(len(STREAMS), len(STREAMS) * ENTRIES, 0, ())


def test_progress_is_told_stream_by_stream(forger: sa.Connection) -> None:
    assert [each.streams for each in evidence.check(forger)] == [1, 2, 3, 3]


@pytest.mark.parametrize(("table", "column"), changes())
def test_a_change_of_any_column_is_found_and_the_first_broken_entry_named(forger: sa.Connection, log: Log, table: str, column: str) -> None:
    type_ = next(each for each in TABLES if each.name == table).c[column].type.compile(sa.dialects.postgresql.dialect())
    where = {"evidence_head": "where stream = :s", "evidence_checkpoint": "where position = 6"}.get(table, THIS)
    changed = OTHER[type_].format(column=column) if type_ != "BYTEA" else f"set_byte({column}, :n, get_byte({column}, :n) # 1)"
    bytes_ = forger.execute(sa.text(f"select length({column}) from {table} {where}"), VICTIM).scalar_one() if type_ == "BYTEA" else 1
    for number in range(bytes_):
        savepoint = forger.begin_nested()
        bound = VICTIM | ({"n": number} if type_ == "BYTEA" else {})
        assert forger.execute(sa.text(f"update {table} set {column} = {changed} {where}"), bound).rowcount == 1
        faults = broken(forger, log.key.public_key())
        savepoint.rollback()
        assert faults, f"byte {number} of {table}.{column}"
        if table in ("evidence_entry", "evidence_payload"):
            assert (faults[0].stream, faults[0].seq) == (VICTIM["s"], VICTIM["q"])


def test_payloads_that_change_places_are_found(forger: sa.Connection) -> None:
    for from_, to in ((2, 99), (3, 2), (99, 3)):
        forger.execute(sa.text(f"update evidence_payload set seq = :to {THIS}"), {"s": STREAMS[1], "q": from_, "to": to})
    assert broken(forger) == (Broken(STREAMS[1], 2, "its payload is not the one it was committed to"),)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seq", range(1, ENTRIES + 1))
def test_a_dropped_entry_is_named(forger: sa.Connection, stream: object, seq: int) -> None:
    for table in ("evidence_payload", "evidence_order", "evidence_entry"):
        forger.execute(sa.text(f"delete from {table} {THIS}"), {"s": stream, "q": seq})
    assert (broken(forger)[0].stream, broken(forger)[0].seq) == (stream, seq)


def test_entries_that_change_places_are_found(forger: sa.Connection) -> None:
    for from_, to in ((2, 99), (3, 2), (99, 3)):
        for table in ("evidence_entry", "evidence_payload"):
            forger.execute(sa.text(f"update {table} set seq = :to {THIS}"), {"s": STREAMS[1], "q": from_, "to": to})
    assert (broken(forger)[0].stream, broken(forger)[0].seq) == (STREAMS[1], 2)


def test_a_stream_without_its_head_is_found(forger: sa.Connection) -> None:
    forger.execute(sa.text("delete from evidence_head where stream = :s"), VICTIM)
    assert broken(forger) == (Broken(STREAMS[1], 1, "the stream has entries and no head"),)


def test_back_dating_the_last_entry_with_every_hash_of_its_stream_made_anew_is_found_in_the_order(forger: sa.Connection) -> None:
    where = {"s": STREAMS[0], "q": ENTRIES}
    row = forger.execute(sa.text(f"select * from evidence_entry {THIS}"), where).one()
    before = forger.execute(sa.text(f"select hash from evidence_entry {THIS}"), {"s": STREAMS[0], "q": ENTRIES - 1}).scalar_one()
    earlier = row.at.replace(year=2025)
    leaf = leaf_bytes(
        id=str(row.id), stream=str(row.stream), seq=row.seq, kind=row.kind, at=instant(earlier), actor=row.actor, commitment=row.commitment
    )
    forged = chained(before, leaf_hash(leaf))
    forger.execute(sa.text(f"update evidence_entry set at = :at, hash = :h {THIS}"), where | {"at": earlier, "h": forged})
    forger.execute(sa.text("update evidence_head set hash = :h where stream = :s"), where | {"h": forged})
    assert [(each.stream, each.seq) for each in broken(forger)] == [(STREAMS[0], ENTRIES)]


def test_a_cut_off_end_with_the_head_mended_is_found_in_the_order(forger: sa.Connection) -> None:
    where = {"s": STREAMS[2], "q": ENTRIES}
    for table in ("evidence_payload", "evidence_entry"):
        forger.execute(sa.text(f"delete from {table} {THIS}"), where)
    forger.execute(
        sa.text(
            "update evidence_head h set seq = e.seq, hash = e.hash from evidence_entry e"
            " where h.stream = :s and e.stream = h.stream and e.seq = :b"
        ),
        {"s": STREAMS[2], "b": ENTRIES - 1},
    )
    assert [(each.stream, each.seq) for each in broken(forger)] == [(STREAMS[2], ENTRIES)]


def test_a_hole_in_the_order_is_found(forger: sa.Connection) -> None:
    forger.exec_driver_sql("delete from evidence_order where position = 3")
    assert "position 3 of the global order is missing" in broken(forger)[0].why


def test_an_order_cut_off_before_a_signed_position_is_found(forger: sa.Connection) -> None:
    forger.exec_driver_sql("delete from evidence_order where position > 10")
    forger.exec_driver_sql("update evidence_head h set sealed = (select count(*) from evidence_order o where o.stream = h.stream)")
    assert [each.why for each in broken(forger)] == ["position 12 of the global order was signed and is missing"]


def test_an_erased_payload_leaves_the_chain_valid_and_is_counted(forger: sa.Connection) -> None:
    forger.execute(sa.text(f"delete from evidence_payload {THIS}"), VICTIM)
    assert last(forger) == Checked(len(STREAMS), len(STREAMS) * ENTRIES, 1, ())


def test_every_checkpoint_is_the_orders_head_signed(forger: sa.Connection, log: Log) -> None:
    rows = forger.execute(
        sa.select(checkpoint, order.c.running.label("of_order")).join(order, order.c.position == checkpoint.c.position)
    ).all()
    assert [row.position for row in sorted(rows, key=lambda row: row.position)] == [6, 12]
    for row in rows:
        assert row.running == row.of_order
        log.key.public_key().verify(bytes(row.signature), checkpoint_bytes(row.position, bytes(row.running), row.at))


def test_the_same_thing_said_twice_has_two_commitments(forger: sa.Connection) -> None:
    said = {"answer": True}
    stream = STREAMS[0]
    evidence.append(
        forger, [evidence.Recorded(stream, "act.noted", said)] * 2, at=forger.execute(sa.select(sa.func.now())).scalar_one(), actor="a"
    )
    rows = forger.execute(sa.select(entry.c.commitment).where(entry.c.stream == stream, entry.c.seq > ENTRIES)).scalars().all()
    assert len({bytes(row) for row in rows}) == 2
    assert broken(forger) == ()
