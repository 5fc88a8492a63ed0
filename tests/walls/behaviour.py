"""What the walls do: each check looks or writes as somebody, in every table that the catalogue has, and returns faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.walls.doors import DEFINER, OWNER, UNSET, WEB, WORKER, Doors, OneTransaction, Who, attempt
from tests.walls.populated import Populated

Check = Callable[[Doors, Populated], list[str]]
Keys = set[tuple[Any, ...]]

OPEN_TO_ALL = {"heartbeat", "evidence_checkpoint"}
"""No party's business is in them: that the node lives, and the signed heads that outsiders compare."""

DIRECTORY = {"party"}
"""Whoever signs in sees who there is."""

SHARED = {*OPEN_TO_ALL, *DIRECTORY, "profile_fact", "agreement_version", "agreement_party", "evidence_head", "evidence_entry", "evidence_payload", "evidence_order"}
"""Two parties to one agreement see that agreement and its evidence; two customers of one supplier see what the supplier is."""

OWN_TIMELINE = {"notice": "recipient", "notification": "party_id", "act": "by_party", "line": "party_id"}
"""What a told recipient sees of a case, and whose column says that it is its own. Obligations are compared with its notices."""

LOOKED_AT_BY_DEFINER = {
    "incident", "obligation", "notice", "deployment_party", "deployment", "agreement_party", "agreement_version", "api_key", "person",
    "signed_in", "notification", "party", "visibility", "line", "timer",
}  # fmt: skip


def tables(doors: Doors) -> list[str]:
    """Every relation of the schema that holds or shows rows."""
    with doors.enter("admin") as connection:
        question = "select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by 1"
        return list(connection.exec_driver_sql(question).scalars())


def columns(doors: Doors, condition: str = "true") -> dict[str, list[str]]:
    """The columns of each relation, those that `condition` holds for."""
    with doors.enter("admin") as connection:
        rows = connection.exec_driver_sql(
            "select relname, attname from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace = 'demarche'::regnamespace "
            f"and relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped and ({condition}) order by relname, attnum"
        ).all()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def of_a_case(doors: Doors) -> dict[str, str]:
    """Each relation that hangs on a case, and the column that says on which."""
    named = columns(doors)
    hang = {table: "case_id" for table, names in named.items() if "case_id" in names}
    return {**hang, **{table: "stream" for table, names in named.items() if "stream" in names}, "incident": "id"}


def keys_of(doors: Doors) -> dict[str, list[str]]:
    """The primary key of each relation; every column, as text, where it has none."""
    with doors.enter("admin") as connection:
        rows = connection.exec_driver_sql(
            "select c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid "
            "join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey) "
            "where i.indisprimary and c.relnamespace = 'demarche'::regnamespace order by 1, 2"
        ).all()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return {table: [f"{name}::text" for name in named] for table, named in columns(doors).items()} | found


def seen(doors: Doors, role: str, party: Who) -> dict[str, Keys]:
    """The keys of every row that somebody sees, by table."""
    keys = keys_of(doors)
    with doors.enter(role, party) as connection:
        found: dict[str, Keys] = {}
        for table, key in keys.items():
            came = attempt(connection, f"select {', '.join(key)} from demarche.{table}")
            found[table] = set() if isinstance(came, str) else set(came)
        return found


def belonging(doors: Doors, case: UUID) -> dict[str, Keys]:
    """The keys of every row that hangs on the case, as the worker sees it."""
    keys, hang = keys_of(doors), of_a_case(doors)
    with doors.enter(WORKER) as connection:
        return {
            table: {tuple(row) for row in connection.execute(
                sa.text(f"select {', '.join(keys[table])} from demarche.{table} where {column} = :case"), {"case": case})}
            for table, column in hang.items()
        }  # fmt: skip


def there_is_something_to_hide(doors: Doors, who: Populated) -> list[str]:
    """A wall around an empty table shows nothing; also of the filer's own, in every table that it sees one in."""
    everything = seen(doors, WORKER, UNSET)
    return [f"{table} is empty: make something in tests/walls/populated.py" for table in tables(doors) if not everything[table]]


def nobody_and_strangers_see_nothing(doors: Doors, who: Populated) -> list[str]:
    """The party unset, empty, unknown, and one that has nothing."""
    faults = []
    for name, party in (("unset", UNSET), ("empty", ""), ("stranger", who.stranger)):
        allowed = OPEN_TO_ALL | (DIRECTORY if party else set())
        for table, rows in seen(doors, WEB, party).items():
            if rows and table not in allowed:
                faults.append(f"{name} sees {len(rows)} rows of {table}")
    return faults


def filer_and_operator_see_the_case(doors: Doors, who: Populated) -> list[str]:
    """All of it, but of lines and visibility their own alone."""
    faults = []
    whole = belonging(doors, who.case)
    for name, party in (("filer", who.filer), ("operator", who.operator)):
        mine = seen(doors, WEB, party)
        for table, rows in whole.items():
            missing = rows - mine[table]
            if table in ("line", "visibility"):
                if not rows & mine[table] or len(missing) == 0:
                    faults.append(f"the {name} sees {len(rows & mine[table])} of {len(rows)} rows of {table}")
            elif missing:
                faults.append(f"the {name} does not see {len(missing)} of {len(rows)} rows of {table} of its case")
    return faults


def neighbours_see_only_their_own(doors: Doors, who: Populated) -> list[str]:
    """Two filers share the directory and the agreements that both are party to; nothing of a case."""
    faults = []
    filer, neighbour = seen(doors, WEB, who.filer), seen(doors, WEB, who.neighbour)
    for table in neighbour:
        both = filer[table] & neighbour[table]
        if both and table not in SHARED:
            faults.append(f"filer and neighbour see the same {len(both)} rows of {table}")
    for table, rows in belonging(doors, who.case).items():
        if rows & neighbour[table]:
            faults.append(f"the neighbour sees {len(rows & neighbour[table])} rows of {table} of the case")
    if not neighbour["incident"]:
        faults.append("the neighbour does not see its own case")
    return faults


def recipients_see_what_they_were_told(doors: Doors, who: Populated) -> list[str]:
    """Their released notices, the notifications and obligations of those, their own acts and lines; of the rest of the case nothing."""
    return _told(doors, who, who.told, must_see=True) + _told(doors, who, who.awaiting, must_see=False)


def _told(doors: Doors, who: Populated, party: UUID, *, must_see: bool) -> list[str]:
    with doors.enter(WORKER) as connection:
        ask = {"case": who.case, "party": party}
        allowed: dict[str, Keys] = {
            table: {tuple(row) for row in connection.execute(
                sa.text(f"select {', '.join(keys_of(doors)[table])} from demarche.{table} where case_id = :case and {column} = :party"
                        + (" and released_at is not null and cancelled_at is null" if table == "notice" else "")), ask)}
            for table, column in OWN_TIMELINE.items()
        }  # fmt: skip
        allowed["obligation"] = {tuple(row) for row in connection.execute(sa.text(
            "select distinct unnest(obligations) from demarche.notice where case_id = :case and recipient = :party"
            " and released_at is not null and cancelled_at is null"), ask)}  # fmt: skip
    mine, whole = seen(doors, WEB, party), belonging(doors, who.case)
    faults = []
    for table, rows in whole.items():
        sees, may = rows & mine[table], allowed.get(table, set())
        if sees - may:
            faults.append(f"a recipient sees {len(sees - may)} rows of {table} that it was not told of")
        if must_see and may and not may <= mine[table]:
            faults.append(f"a recipient does not see {len(may - mine[table])} rows of {table} that it was told of")
        if must_see and table in (*OWN_TIMELINE, "obligation") and not may:
            faults.append(f"the recipient was told nothing in {table}: there is nothing to compare")
    return faults


def foreign_rows_cannot_be_inserted(doors: Doors, who: Populated) -> list[str]:
    """A row like one of the filer's, said by somebody else; in every table."""
    faults = []
    writable = columns(doors, "attgenerated = '' and attidentity = ''")
    for table in tables(doors):
        row = _a_row_of_the_filers(doors, who, table)
        names = ", ".join(writable[table])
        sql = f"insert into demarche.{table} ({names}) select {names} from jsonb_populate_record(null::demarche.{table}, cast(:row as jsonb))"
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
    "signed_in": "party_id", "reply": "party_id", "agreement_party": "party_id",
}  # fmt: skip
"""Where the web role may update rows of its own: the column that says whose they are."""


def own_rows_cannot_be_given_away(doors: Doors, who: Populated) -> list[str]:
    """WITH CHECK: even if the column were granted, a row does not move to a foreign case or party. Needs one transaction."""
    assert isinstance(doors, OneTransaction)
    faults = [f"{table} may be updated by the web role and is not in MOVES" for table in _updatable(doors) if table not in MOVES]
    savepoint = doors.connection.begin_nested()
    for table, column in MOVES.items():
        doors.connection.exec_driver_sql(f"grant update ({column}) on demarche.{table} to {WEB}")
        to = who.case if column in ("case_id", "stream") else who.filer
        with doors.enter(WEB, who.neighbour) as connection:
            came = attempt(connection, f"update demarche.{table} set {column} = :to", to=to)  # a condition would ask the SELECT policies too
        if not isinstance(came, str) or "row-level security" not in came:
            faults.append(f"the neighbour gives a row of {table} away: {came}")
    savepoint.rollback()
    return faults


def _updatable(doors: Doors) -> list[str]:
    with doors.enter("admin") as connection:
        question = f"select distinct tablename from pg_policies where schemaname = 'demarche' and '{WEB}' = any (roles) and cmd in ('ALL', 'UPDATE')"
        return sorted(connection.exec_driver_sql(question).scalars())


def evidence_is_never_rewritten(doors: Doors, who: Populated) -> list[str]:
    """Not by the web, and not by the worker, which may erase payloads and nothing else."""
    asked = [
        (role, f"{verb.format(table=f'demarche.{table}')}")
        for role in (WEB, WORKER)
        for table, column in (("evidence_entry", "kind"), ("evidence_payload", "salt"), ("evidence_order", "hash"), ("evidence_checkpoint", "signature"))
        for verb in (f"update {{table}} set {column} = {column}", "delete from {table}", "truncate {table} cascade")
        if (role, table, verb) != (WORKER, "evidence_payload", "delete from {table}")
    ]  # fmt: skip
    asked += [(WEB, "delete from demarche.evidence_head"), (WORKER, "delete from demarche.evidence_head"), (WEB, "update demarche.evidence_head set sealed = 0")]
    asked += [(WORKER, "update demarche.agreement_version set text = text"), (WEB, "update demarche.agreement_version set text = text")]
    asked += [(role, f"update demarche.{table} set {column} = {column}") for role in (WEB, WORKER) for table, column in (("fact", "value"), ("act", "kind"), ("attempt", "outcome"))]
    faults = []
    for role, sql in asked:
        with doors.enter(role, who.filer) as connection:
            came = attempt(connection, sql)
        if not isinstance(came, str) or "permission denied" not in came:
            faults.append(f"{role} may: {sql} ({came})")
    return faults


def nobody_takes_rights(doors: Doors, who: Populated) -> list[str]:
    """Forging a filer, granting oneself visibility or a line, accepting for another, reading a password, switching the walls off."""
    asked: list[tuple[str, UUID, str, str]] = [
        ("forge the filer of its own case", who.filer, "update demarche.incident set filed_by = :other where id = :case", "permission denied"),
        ("see a case by saying so", who.stranger, "insert into demarche.visibility values (:case, :me, 'filer')", "permission denied"),
        ("see a case by an update", who.stranger, "update demarche.visibility set party_id = :me", "permission denied"),
        ("hide a line", who.filer, "delete from demarche.line", "permission denied"),
        ("register a party", who.stranger, "insert into demarche.party select * from demarche.party limit 1", "permission denied"),
        ("rewrite its profile", who.filer, "update demarche.profile_fact set value = 'true'", "permission denied"),
        ("read a password", who.filer, "select password_hash from demarche.person", "permission denied"),
        ("switch the walls off", who.stranger, "set local row_security = off; select count(*) from demarche.fact", "affected by row-level security"),
        ("put lines", who.stranger, "select demarche.put_lines('{}', null)", "permission denied"),
        ("drop a policy", who.stranger, "drop policy of_the_case on demarche.fact", "must be owner"),
        ("change me()", who.stranger, "create or replace function demarche.me() returns uuid language sql return null", "permission denied"),
        ("publish what is accepted", who.filer,
         "insert into demarche.agreement_version (id, name, version, title, digest, text, document, in_force_from, published_by, published_at, accepted_at)"
         " values (gen_random_uuid(), 'n', '1', 't', 'd', 't', '{}', now(), :me, now(), now())", "row-level security"),
        ("accept for another", who.filer,
         "with a as (update demarche.agreement_party set accepted_at = now() where party_id <> :me returning 1) select count(*) filter (where false) from a"
         " having count(*) > 0", "nothing"),
        ("test another's channel", who.stranger,
         "insert into demarche.notification (id, party_id, contact, kind, address, effect_key, state, look_at, created_at)"
         " values (gen_random_uuid(), :other, 'duty_desk', 'email', 'x', 'x', 'due', now(), now())", "row-level security"),
    ]  # fmt: skip
    faults = []
    for what, party, sql, expected in asked:
        with doors.enter(WEB, party) as connection:
            bound = {name: value for name, value in {"case": who.case, "me": party, "other": who.told}.items() if f":{name}" in sql}
            came = attempt(connection, sql, **bound)
        refused = came == [] if expected == "nothing" else isinstance(came, str) and expected in came
        if not refused:
            faults.append(f"somebody may {what}: {came}")
    return faults


def the_owner_sees_nothing(doors: Doors, who: Populated) -> list[str]:
    """demarche_owner owns the tables and has no policy; the definer sees the tables that its functions need, and no others."""
    faults = [f"the owner sees {len(rows)} rows of {table}" for table, rows in seen(doors, OWNER, who.filer).items() if rows]
    looked = {table for table, rows in seen(doors, DEFINER, UNSET).items() if rows}
    return faults + [f"the definer and its list differ in {table}" for table in sorted(looked ^ LOOKED_AT_BY_DEFINER)]


def definer_functions_answer_only_for_the_caller(doors: Doors, who: Populated) -> list[str]:
    """Each gives a stranger nothing, and an insider its own."""
    nothing = (UNSET, ""), [
        "select id from demarche.my_deployments()", "select id from demarche.my_agreements()",
        "select id from demarche.my_partners() where id is not null", "select 1 where demarche.holder_of(:case) is not null",
    ]  # fmt: skip
    unknown = [
        "select key_id from demarche.key_holder('\\x00')", "select person_id from demarche.person_of('nobody@example.org')",
        "select id from demarche.signed_in_as('\\x00')", "select notice_id from demarche.linked_notice(gen_random_uuid())",
    ]  # fmt: skip
    asked: list[tuple[Who, str, list[tuple[Any, ...]]]] = [(party, sql, []) for party in nothing[0] for sql in nothing[1]]
    asked += [(party, sql, []) for party in (UNSET, who.stranger, who.filer) for sql in unknown]
    asked += [(who.stranger, sql, []) for sql in (nothing[1][0], nothing[1][1], nothing[1][3])]
    asked += [(who.stranger, "select id from demarche.my_partners()", [(who.stranger,)])]
    asked += [(party, "select demarche.holder_of(:case)", [(who.filer,)]) for party in (who.filer, who.operator, who.told)]
    asked += [(party, "select demarche.holder_of(:case)", [(None,)]) for party in (who.neighbour, who.awaiting)]
    faults = []
    for party, sql, expected in asked:
        with doors.enter(WEB, party) as connection:
            came = attempt(connection, sql, **({"case": who.case} if ":case" in sql else {}))
        if came != expected:
            faults.append(f"as {party}: {sql} gives {came}, expected {expected}")
    return faults


def a_junk_party_is_an_error(doors: Doors, who: Populated) -> list[str]:
    """Not an empty answer, which would hide the mistake, and not a full one."""
    faults = []
    for table, key in keys_of(doors).items():
        with doors.enter(WEB, "junk") as connection:
            came = attempt(connection, f"select {key[0]} from demarche.{table}")
        if table not in OPEN_TO_ALL and not (isinstance(came, str) and "invalid input syntax for type uuid" in came):
            faults.append(f"{table} answers a party that is no UUID: {came}")
    return faults
