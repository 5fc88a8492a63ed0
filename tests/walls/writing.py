"""What the walls let somebody write: each check tries it in every table that the catalogue has, and returns faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.walls.behaviour import SHARED, Keys, belonging, columns, keys_of, of_a_case, seen, tables
from tests.walls.doors import UNSET, WEB, WORKER, Doors, OneTransaction, Who, attempt
from tests.walls.populated import Populated


def foreign_rows_cannot_be_inserted(doors: Doors, who: Populated) -> list[str]:
    """A row like one of the filer's, said by somebody else; in every table."""
    faults = []
    writable = columns(doors, "attgenerated = '' and attidentity = ''")
    for table in tables(doors):
        row = _a_row_of_the_filers(doors, who, table)
        names = ", ".join(writable[table])
        like = f"jsonb_populate_record(null::demarche.{table}, cast(:row as jsonb))"
        sql = f"insert into demarche.{table} ({names}) select {names} from {like}"
        for name, party in (("nobody", UNSET), ("stranger", who.stranger), ("told", who.told), ("neighbour", who.neighbour)):
            with doors.enter(WEB, party) as connection:
                came = attempt(connection, sql, row=row)
            if not isinstance(came, str) or not ("row-level security" in came or "permission denied" in came):
                faults.append(f"{name} inserts the filer's row into {table}: {came}")
    return faults


def _a_row_of_the_filers(doors: Doors, who: Populated, table: str) -> str:
    column = of_a_case(doors).get(table)
    named = columns(doors)[table]
    owner = next((each for each in ("party_id", "registered_by", "published_by") if each in named), None)
    condition = f"{column} = :case" if column else f"{owner} = :filer" if owner else "true"
    with doors.enter("admin") as connection:
        found = connection.execute(
            sa.text(f"select to_jsonb(t) from demarche.{table} t where {condition} limit 1"), {"case": who.case, "filer": who.filer}
        ).scalar()
    return json.dumps(found or {})


def foreign_rows_cannot_be_changed(doors: Doors, who: Populated) -> list[str]:
    """USING: an update or a delete without a condition reaches no row of the filer's case, and no row of the filer's own."""
    faults = []
    filers = seen(doors, WEB, who.filer)
    case = belonging(doors, who.case)
    for name, party in (("unset", UNSET), ("stranger", who.stranger), ("told", who.told), ("neighbour", who.neighbour)):
        for table, what, reached in _reached(doors, party):
            protected = case.get(table, filers[table] if table not in SHARED else set())
            if reached & protected:
                faults.append(f"{name} can {what} {len(reached & protected)} rows of {table} that are the filer's")
    for name, party in (("unset", UNSET), ("stranger", who.stranger)):
        faults += [f"{name} can blindly {what} rows of {table}: {came}" for table, what, came in _blindly(doors, party) if came]
    return faults


def _blindly(doors: Doors, party: Who) -> Iterator[tuple[str, str, str | list[tuple[Any, ...]]]]:
    """Statements that read no column are not asked for the right to see the rows that they write."""
    may_update = columns(doors, f"has_column_privilege('{WEB}', attrelid, attname, 'update')")
    may_delete = columns(doors, f"has_table_privilege('{WEB}', attrelid, 'delete')")
    with doors.enter(WEB, party) as connection:
        for table, named in may_update.items():
            yield table, "update", attempt(connection, f"update demarche.{table} set {named[0]} = default")
        for table in may_delete:
            yield table, "delete", attempt(connection, f"delete from demarche.{table}")


def _reached(doors: Doors, party: Who) -> Iterator[tuple[str, str, Keys]]:
    keys = keys_of(doors)
    may_update = columns(doors, f"has_column_privilege('{WEB}', attrelid, attname, 'update')")
    may_delete = columns(doors, f"has_table_privilege('{WEB}', attrelid, 'delete')")
    with doors.enter(WEB, party) as connection:
        for table, named in may_update.items():
            settable = ", ".join(f"{column} = {column}" for column in named[:1])
            yield table, "update", _keys(attempt(connection, f"update demarche.{table} set {settable} returning {', '.join(keys[table])}"))
        for table in may_delete:
            yield table, "delete", _keys(attempt(connection, f"delete from demarche.{table} returning {', '.join(keys[table])}"))


def _keys(came: str | list[tuple[Any, ...]]) -> Keys:
    return set() if isinstance(came, str) else set(came)


MOVES = {
    "report": "case_id", "fact": "case_id", "obligation": "case_id", "act": "case_id", "timer": "case_id", "notice": "case_id",
    "withholding": "case_id", "notification": "case_id", "attempt": "case_id", "evidence_head": "stream", "evidence_entry": "stream",
    "evidence_payload": "stream", "incident": "filed_by", "contact": "party_id", "channel": "party_id", "api_key": "party_id",
    "signed_in": "party_id", "reply": "party_id", "agreement_party": "party_id", "arming": "party_id",
    "claim": "case_id", "ask": "case_id", "word": "case_id", "link_use": "case_id",
    "party_key": "party_id",
    "agreement_draft": "party_id",
    "rota": "party_id",
    "turn": "party_id",
    "reach": "party_id",
}  # fmt: skip
"""Where the web role may update rows of its own: the column that says whose they are."""


def own_rows_cannot_be_given_away(doors: Doors, who: Populated) -> list[str]:
    """WITH CHECK: even if the column were granted, a row does not move to a foreign case or party. Needs one transaction."""
    assert isinstance(doors, OneTransaction)
    faults = [f"{table} may be updated by the web role and is not in MOVES" for table in _updatable(doors) if table not in MOVES]
    savepoint = doors.connection.begin_nested()
    doors.connection.exec_driver_sql("update demarche.agreement_party set accepted_at = null")  # what is accepted cannot be updated at all
    for table, column in MOVES.items():
        doors.connection.exec_driver_sql(f"grant update ({column}) on demarche.{table} to {WEB}")
        to = who.case if column in ("case_id", "stream") else who.filer
        with doors.enter(WEB, who.neighbour) as connection:
            # without a condition, which would ask the SELECT policies too
            came = attempt(connection, f"update demarche.{table} set {column} = :to", to=to)
        if not isinstance(came, str) or "row-level security" not in came:
            faults.append(f"the neighbour gives a row of {table} away: {came}")
    savepoint.rollback()
    return faults


def _updatable(doors: Doors) -> list[str]:
    with doors.enter("admin") as connection:
        question = (
            "select tablename from pg_policies where schemaname = 'demarche' and 'demarche_web' = any (roles) and cmd in ('ALL', 'UPDATE')"
        )
        return sorted(set(connection.exec_driver_sql(question).scalars()))


KEPT = (
    ("evidence_entry", "kind"), ("evidence_payload", "salt"), ("evidence_order", "hash"), ("evidence_checkpoint", "signature"),
    ("evidence_head", "sealed"), ("agreement_version", "text"), ("fact", "value"), ("act", "kind"), ("attempt", "outcome"),
    ("report", "body"), ("withholding", "why"), ("profile_fact", "value"), ("arming", "source"),
    ("notification_step", "cause"), ("agreement_act", "envelope"), ("party_key", "public_key"),
    ("link_use", "what"), ("ask", "reason"), ("word", "said"),
)  # fmt: skip
"""What is written once, and a column of it."""

ON_PURPOSE = {
    (WORKER, "evidence_payload", "delete from {table}"): "a payload can be erased; the chain stays valid",
    (WORKER, "evidence_head", "update {table} set {column} = {column}"): "the sequencer counts what it has sealed",
}


def evidence_is_never_rewritten(doors: Doors, who: Populated) -> list[str]:
    """Nor what was agreed, said, done or tried: not by the web, and not by the worker."""
    faults = []
    for role in (WEB, WORKER):
        for table, column in KEPT:
            for verb in ("update {table} set {column} = {column}", "delete from {table}", "truncate {table} cascade"):
                with doors.enter(role, who.filer) as connection:
                    came = attempt(connection, verb.format(table=f"demarche.{table}", column=column))
                if "permission denied" not in came and (role, table, verb) not in ON_PURPOSE:
                    faults.append(f"{role} may {verb.format(table=table, column=column)}: {came}")
    return faults


ACCEPTED = (
    "insert into demarche.agreement_version (id, name, version, title, digest, text, document, in_force_from, published_by, published_at,"
    " accepted_at) values (gen_random_uuid(), 'n', '1', 't', 'd', 't', '{}', now(), :me, now(), now())"
)
FOR_ANOTHER = "update demarche.agreement_party set accepted_at = now() where party_id <> :me returning party_id"
A_TEST = (
    "insert into demarche.notification (id, party_id, channel_id, contact, kind, address, effect_key, state, look_at, created_at)"
    " select gen_random_uuid(), {party}, c.id, 'duty_desk', c.kind, {address}, 'x', 'pending', now(), now() from demarche.channel c"
    " where c.party_id = :me and c.kind = 'email' limit 1"
)
TO_ANOTHER, ELSEWHERE = A_TEST.format(party=":other", address="c.address"), A_TEST.format(party=":me", address="'anybody@example.org'")
OVER_ANOTHERS = (
    "insert into demarche.notification (id, party_id, channel_id, contact, kind, address, effect_key, state, look_at, created_at)"
    " values (gen_random_uuid(), :me, :channel, 'duty_desk', 'email', 'x', 'x', 'pending', now(), now())"
)
ACT_FOR_ANOTHER = (
    "insert into demarche.agreement_act (id, version_id, party_id, kind, digest, reserved, reason, key, public_key, envelope, issued_at,"
    " recorded_at) select gen_random_uuid(), v.id, :other, 'sign', 'd', '[]', '', 'k', decode(repeat('00', 32), 'hex'), '{}', now(), now()"
    " from demarche.agreement_version v limit 1"
)
ACT_OUTSIDE = (
    ACT_FOR_ANOTHER.replace(":other", ":me")
    .replace("v.id,", "gen_random_uuid(),")
    .replace(" from demarche.agreement_version v limit 1", "")
)
A_KEY = (
    "insert into demarche.party_key (party_id, fingerprint, public_key, name, added_by, added_at) select :other, 'sha256:' ||"
    " encode(sha256(k), 'hex'), k, 'n', 'b', now() from (select decode(repeat('01', 32), 'hex') as k) as made"
)
REVOKE = (
    "update demarche.party_key set revoked_at = now(), revoked_by = 'n', revoked_because = 'b' where party_id <> :me returning party_id"
)
TAKE_BACK = "update demarche.agreement_party set accepted_at = null where party_id = :me and accepted_at is not null returning party_id"
DENIED, WALLED, NO_ROW = "permission denied", "row-level security", "no row"
OFF = "set local row_security = off; select 1 from demarche.fact"


def nobody_takes_rights(doors: Doors, who: Populated) -> list[str]:
    """Forging a filer, granting oneself visibility or a line, accepting for another, reading a password, switching the walls off."""
    asked: list[tuple[str, UUID, str, str]] = [
        ("forge the filer", who.filer, "update demarche.incident set filed_by = :other where id = :case", DENIED),
        ("see a case by saying so", who.stranger, "insert into demarche.visibility values (:case, :me, 'filer')", DENIED),
        ("see a case by an update", who.stranger, "update demarche.visibility set party_id = :me", DENIED),
        ("hide a line", who.filer, "delete from demarche.line", DENIED),
        ("register a party", who.stranger, "insert into demarche.party select * from demarche.party limit 1", DENIED),
        ("read a password", who.filer, "select password_hash from demarche.person", DENIED),
        ("switch the walls off", who.stranger, OFF, "affected by row-level security"),
        ("put lines", who.stranger, "select demarche.put_lines('{}', null)", DENIED),
        ("drop a policy", who.stranger, "drop policy of_the_case on demarche.fact", "must be owner"),
        ("change me()", who.stranger, "create or replace function demarche.me() returns uuid return null", DENIED),
        ("publish what nobody accepted", who.filer, ACCEPTED, WALLED),
        ("accept for another", who.filer, FOR_ANOTHER, NO_ROW),
        ("take an acceptance back", who.filer, TAKE_BACK, NO_ROW),
        ("sign for another", who.filer, ACT_FOR_ANOTHER, WALLED),
        ("act about what is not theirs", who.filer, ACT_OUTSIDE, WALLED),
        ("give another a key", who.filer, A_KEY, WALLED),
        ("revoke another's key", who.filer, REVOKE, NO_ROW),
        ("send a test to another party", who.filer, TO_ANOTHER, WALLED),
        ("send a test to any address", who.filer, ELSEWHERE, WALLED),
        ("send a test over another's channel", who.filer, OVER_ANOTHERS, WALLED),
    ]  # fmt: skip
    with doors.enter(WORKER) as connection:
        channel = connection.execute(sa.text("select id from demarche.channel where party_id = :p"), {"p": who.told}).scalars().first()
    faults = []
    for what, party, sql, expected in asked:
        with doors.enter(WEB, party) as connection:
            given = {"case": who.case, "me": party, "other": who.told, "channel": channel}
            bound = {name: value for name, value in given.items() if f":{name}" in sql}
            came = attempt(connection, sql, **bound)
        refused = came == [] if expected == NO_ROW else isinstance(came, str) and expected in came
        if not refused:
            faults.append(f"somebody may {what}: {came}")
    return faults
