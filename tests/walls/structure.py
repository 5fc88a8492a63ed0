"""What the walls are made of, as the catalogue has it: checks that return faults, and the golden texts they compare with."""

from __future__ import annotations

import difflib
from pathlib import Path

import sqlalchemy as sa

from tests.walls.doors import Doors

GOLDEN = Path(__file__).with_name("golden")

DEFINERS = {
    "agreement_is_accepted", "case_becomes_visible", "channel_learns", "holder_of", "key_holder", "lines_appear", "lines_follow_the_case",
    "lines_move", "lateness_since", "linked_notice", "my_agreements", "my_deployments", "my_partners", "my_versions_among", "person_of",
    "put_lines", "signed_in_as", "step_begins", "step_follows",
    "the_recipient_is_told", "versions_among",
}  # fmt: skip
"""The functions that may look behind a wall, all of demarche_definer's."""

PINNED = "search_path=demarche, pg_temp"

_POLICIES = """
select format('%s | %s | %s | %s | %s | using %s | check %s', tablename, policyname, array_to_string(roles, ','), cmd, lower(permissive),
              coalesce(regexp_replace(qual, '\\s+', ' ', 'g'), '-'), coalesce(regexp_replace(with_check, '\\s+', ' ', 'g'), '-'))
  from pg_policies where schemaname = 'demarche' order by tablename, policyname, roles
"""
_GRANTS = """
select format('table %s | %s | %s', relname, grantee::regrole, string_agg(lower(privilege_type), ' ' order by privilege_type))
  from pg_class c, aclexplode(c.relacl) a
 where relnamespace = 'demarche'::regnamespace and grantee <> relowner and grantee <> 0 group by relname, grantee
union all
select format('table %s | public | %s', relname, string_agg(lower(privilege_type), ' ' order by privilege_type))
  from pg_class c, aclexplode(c.relacl) a where relnamespace = 'demarche'::regnamespace and grantee = 0 group by relname
union all
select format('column %s | %s | %s (%s)', relname, case grantee when 0 then 'public' else grantee::regrole::text end, lower(privilege_type),
              string_agg(attname, ', ' order by attnum))
  from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
 where relnamespace = 'demarche'::regnamespace group by relname, grantee, privilege_type
union all
select format('function %s | %s | execute', p.oid::regprocedure, case grantee when 0 then 'public' else grantee::regrole::text end)
  from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
 where pronamespace = 'demarche'::regnamespace and grantee <> proowner
union all
select format('schema demarche | %s | %s', case grantee when 0 then 'public' else grantee::regrole::text end, lower(privilege_type))
  from pg_namespace n, aclexplode(n.nspacl) a where nspname = 'demarche' and grantee <> nspowner
order by 1
"""


def policies(doors: Doors) -> list[str]:
    """Every policy, word for word."""
    return _lines(doors, _POLICIES)


def grants(doors: Doors) -> list[str]:
    """Every right on a table, a column, a function or the schema that anybody but its owner has."""
    return _lines(doors, _GRANTS)


def policies_are_the_golden_ones(doors: Doors) -> list[str]:
    """Policies are or-ed, so one more can open a table: the whole set is compared."""
    return _against("policies.txt", policies(doors))


def grants_are_the_golden_ones(doors: Doors) -> list[str]:
    """A right more, or one less."""
    return _against("grants.txt", grants(doors))


def every_table_is_forced(doors: Doors) -> list[str]:
    """Also for its owner."""
    return _lines(doors, """
        select format('%s has no forced row-level security', relname) from pg_class
         where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity) order by 1
    """)  # fmt: skip


def nothing_goes_around(doors: Doors) -> list[str]:
    """A view runs with its owner's rights unless it says otherwise; a materialized view or a foreign table has no walls at all."""
    return _lines(doors, """
        select format('%s is a view without security_invoker', relname) from pg_class
         where relnamespace = 'demarche'::regnamespace and relkind = 'v'
           and not coalesce('security_invoker=true' = any (reloptions), false)
        union all
        select format('%s cannot be walled (relkind %s)', relname, relkind) from pg_class
         where relnamespace = 'demarche'::regnamespace and relkind in ('m', 'f')
    """)  # fmt: skip


def no_role_is_above_the_walls(doors: Doors) -> list[str]:
    """Not by an attribute and not by membership."""
    return _lines(doors, """
        select format('%s may go past the walls', rolname) from pg_roles
         where rolname ~ '^demarche_(web|worker|owner|definer)$'
           and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
        union all
        select format('%s may log in', rolname) from pg_roles where rolname in ('demarche_owner', 'demarche_definer') and rolcanlogin
        union all
        select format('%s is a member of %s', member::regrole, roleid::regrole) from pg_auth_members
         where member::regrole::text in ('demarche_web', 'demarche_worker', 'demarche_owner', 'demarche_definer')
        union all
        select format('%s belongs to %s', relname, relowner::regrole) from pg_class
         where relnamespace = 'demarche'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relowner <> 'demarche_owner'::regrole
    """)  # fmt: skip


def definers_are_pinned_and_known(doors: Doors) -> list[str]:
    """A definer function whose search_path is the caller's runs what the caller has put there."""
    with doors.enter("admin") as connection:
        rows = connection.execute(sa.text(
            "select proname, prosecdef, proconfig, proowner::regrole::text as owner from pg_proc"
            " where pronamespace = 'demarche'::regnamespace order by proname"
        )).all()  # fmt: skip
    made = {row.proname for row in rows if row.prosecdef}
    faults = [f"{name} is a security definer function that is not in the list" for name in sorted(made - DEFINERS)]
    faults += [f"{name} is in the list and not a security definer function" for name in sorted(DEFINERS - made)]
    for row in rows:
        if row.prosecdef and PINNED not in (row.proconfig or []):
            faults.append(f"{row.proname} has the settings {row.proconfig}, expected {PINNED} among them")
        if row.prosecdef and row.owner != "demarche_definer":
            faults.append(f"{row.proname} runs as {row.owner}, expected demarche_definer")
    return faults


def _lines(doors: Doors, question: str) -> list[str]:
    with doors.enter("admin") as connection:
        connection.exec_driver_sql("set local search_path = pg_catalog")
        return list(connection.exec_driver_sql(question.replace("%", "%%")).scalars())


def _against(name: str, now: list[str]) -> list[str]:
    golden = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    changed = difflib.unified_diff(golden, now, lineterm="", n=0)
    return [line for line in changed if not line.startswith(("---", "+++", "@@"))]
