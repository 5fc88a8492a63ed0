"""What the walls let somebody see: each check looks in every table that the catalogue has, and returns faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.walls.doors import DEFINER, OWNER, UNSET, WEB, WORKER, Doors, Who, attempt
from tests.walls.populated import Populated

Check = Callable[[Doors, Populated], list[str]]
Keys = set[tuple[Any, ...]]

OPEN_TO_ALL = {"heartbeat", "audited", "evidence_checkpoint"}
"""No party's business is in them: that the node lives, how far its audit has looked, and the signed heads that outsiders compare."""

DIRECTORY = {"party", "party_key"}
"""Whoever signs in sees who there is, and by which keys they sign."""

SHARED = {
    *OPEN_TO_ALL, *DIRECTORY, "profile_fact", "reach", "agreement_version", "agreement_party", "agreement_act",
    "evidence_head", "evidence_entry", "evidence_payload",
    "evidence_order",
}  # fmt: skip
"""Two parties to one agreement see that agreement and its evidence; two customers of one supplier see what the supplier is."""

OWN_TIMELINE = {
    "notice": "recipient", "notification": "party_id", "act": "by_party", "line": "party_id", "ask": "party_id", "word": "party_id",
    "link_use": "party_id",
}  # fmt: skip
"""What a told recipient sees of a case, and whose column says that it is its own. Obligations are compared with its notices."""

LOOKED_AT_BY_DEFINER = {
    "incident", "obligation", "notice", "deployment_party", "deployment", "agreement_party", "agreement_version", "api_key", "person",
    "signed_in", "notification", "party", "visibility", "line", "timer", "agreement_act", "firing", "channel",
}  # fmt: skip


def tables(doors: Doors) -> list[str]:
    """Every relation of the schema that holds or shows rows."""
    with doors.enter("admin") as connection:
        question = "select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')"
        return sorted(connection.exec_driver_sql(question).scalars())


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
    everything, filers = seen(doors, WORKER, UNSET), seen(doors, WEB, who.filer)  # draft versions are no business of the worker's
    return [
        f"{table} is empty: make something in tests/walls/populated.py" for table in tables(doors) if not everything[table] | filers[table]
    ]


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
    """Their released notices, the notifications and obligations of those and how punctually we looked at these, their own acts and
    lines; of the rest of the case nothing."""
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
        allowed["firing"] = {tuple(row) for row in connection.execute(sa.text(
            f"select {', '.join(keys_of(doors)['firing'])} from demarche.firing where obligation_id in (select unnest(obligations)"
            " from demarche.notice where case_id = :case and recipient = :party and released_at is not null and cancelled_at is null)"),
            ask)}  # fmt: skip
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
        "select 1 from demarche.my_versions_among(array[:filer, :operator]::uuid[])",
    ]  # fmt: skip
    unknown = [
        "select key_id from demarche.key_holder('\\x00')", "select person_id from demarche.person_of('nobody@example.org')",
        "select id from demarche.signed_in_as('\\x00')", "select notice_id from demarche.linked_notice(gen_random_uuid())",
    ]  # fmt: skip
    asked: list[tuple[Who, str, list[tuple[Any, ...]]]] = [(party, sql, []) for party in nothing[0] for sql in nothing[1]]
    asked += [(party, sql, []) for party in (UNSET, who.stranger, who.filer) for sql in unknown]
    asked += [(who.stranger, sql, []) for sql in (nothing[1][0], nothing[1][1], nothing[1][3], nothing[1][4])]
    asked += [(who.stranger, "select id from demarche.my_partners()", [(who.stranger,)])]
    asked += [(party, "select demarche.holder_of(:case)", [(who.filer,)]) for party in (who.filer, who.operator, who.told)]
    asked += [(party, "select demarche.holder_of(:case)", [(None,)]) for party in (who.neighbour, who.awaiting)]
    faults, given = [], {"case": who.case, "filer": who.filer, "operator": who.operator}
    for party, sql, expected in asked:
        with doors.enter(WEB, party) as connection:
            came = attempt(connection, sql, **{name: value for name, value in given.items() if f":{name}" in sql})
        if came != expected:
            faults.append(f"as {party}: {sql} gives {came}, expected {expected}")
    return faults + _versions_among_show_what_the_wall_shows(doors, who)


def _versions_among_show_what_the_wall_shows(doors: Doors, who: Populated) -> list[str]:
    """Asked among all parties there are, as by somebody who lists others than its own case's."""
    faults, everybody = [], "(select array_agg(id) from demarche.party)"
    for party in (who.filer, who.operator, who.told, who.neighbour, who.stranger):
        with doors.enter(WEB, party) as connection:
            came = attempt(connection, f"select digest from demarche.my_versions_among({everybody}) order by digest")
            seen = attempt(connection, "select digest from demarche.agreement_version order by digest")
            others = attempt(connection, "select digest from demarche.versions_among(array[]::uuid[], null)")
        if came != seen:
            faults.append(f"as {party}: among all parties come {came}, behind the wall {seen}")
        if not (isinstance(others, str) and "permission denied" in others):
            faults.append(f"as {party}: what anybody agreed is answered: {others}")
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
