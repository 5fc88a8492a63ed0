"""The checks are worth what they find: each sabotage of the walls, undone afterwards, must turn the named checks red."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.walls import behaviour, structure, writing
from tests.walls.doors import OneTransaction
from tests.walls.populated import Populated

CHECKS = {
    name: getattr(module, name) for module in (structure, behaviour, writing) for name in dir(module) if callable(getattr(module, name))
}


@dataclass(frozen=True, slots=True)
class Sabotage:
    name: str
    sql: str
    red: tuple[str, ...]


SABOTAGES = [
    Sabotage(
        "a policy that lets everything through",
        "alter policy of_the_case on demarche.fact using (true)",
        (
            "policies_are_the_golden_ones",
            "nobody_and_strangers_see_nothing",
            "neighbours_see_only_their_own",
            "recipients_see_what_they_were_told",
        ),
    ),
    Sabotage(
        "walls switched off",
        "alter table demarche.report disable row level security",
        ("every_table_is_forced", "nobody_and_strangers_see_nothing", "foreign_rows_cannot_be_inserted", "foreign_rows_cannot_be_changed"),
    ),
    Sabotage(
        "the owner let through",
        "alter table demarche.notice no force row level security",
        ("every_table_is_forced", "the_owner_sees_nothing"),
    ),
    Sabotage(
        "one more permissive policy",
        "create policy convenient on demarche.withholding for select to demarche_web using (true)",
        ("policies_are_the_golden_ones", "nobody_and_strangers_see_nothing"),
    ),
    Sabotage(
        "one more policy for whoever is signed in",
        "create policy convenient on demarche.evidence_payload for select to public using (demarche.me() is not null)",
        ("policies_are_the_golden_ones", "nobody_and_strangers_see_nothing", "recipients_see_what_they_were_told"),
    ),
    Sabotage(
        "evidence that can be updated",
        "grant update (kind) on demarche.evidence_entry to demarche_worker",
        ("grants_are_the_golden_ones", "evidence_is_never_rewritten"),
    ),
    Sabotage(
        "evidence that can be deleted",
        "grant delete on demarche.evidence_order to demarche_worker",
        ("grants_are_the_golden_ones", "evidence_is_never_rewritten"),
    ),
    Sabotage(
        "a role above the walls",
        "alter role demarche_web bypassrls",
        ("no_role_is_above_the_walls", "nobody_and_strangers_see_nothing"),
    ),
    Sabotage("a membership", "grant demarche_definer to demarche_web", ("no_role_is_above_the_walls",)),
    Sabotage(
        "a view with the rights of its owner",
        "create view demarche.overview as select * from demarche.incident; grant select on demarche.overview to demarche_web",
        ("nothing_goes_around", "nobody_and_strangers_see_nothing"),
    ),
    Sabotage(
        "a new table without walls",
        "create table demarche.note (id uuid primary key, case_id uuid); grant select on demarche.note to demarche_web",
        ("every_table_is_forced", "there_is_something_to_hide", "grants_are_the_golden_ones", "no_role_is_above_the_walls"),
    ),
    Sabotage(
        "filing in another's name",
        "alter policy files on demarche.incident with check (true)",
        ("policies_are_the_golden_ones", "foreign_rows_cannot_be_inserted"),
    ),
    Sabotage(
        "a check that checks nothing",
        "alter policy of_the_case on demarche.obligation with check (true)",
        ("policies_are_the_golden_ones", "foreign_rows_cannot_be_inserted", "own_rows_cannot_be_given_away"),
    ),
    Sabotage(
        "updates of anybody's rows",
        "alter policy changes on demarche.incident using (true) with check (true)",
        ("policies_are_the_golden_ones", "foreign_rows_cannot_be_changed"),
    ),
    Sabotage(
        "notices seen before their release",
        "alter policy recipient on demarche.notice using (recipient = demarche.me())",
        ("policies_are_the_golden_ones", "recipients_see_what_they_were_told"),
    ),
    Sabotage(
        "visibility for the asking",
        "grant insert on demarche.visibility to demarche_web;"
        " create policy asks on demarche.visibility for insert to demarche_web with check (party_id = demarche.me())",
        ("policies_are_the_golden_ones", "grants_are_the_golden_ones", "nobody_takes_rights"),
    ),
    Sabotage(
        "passwords within reach",
        "grant select on demarche.person to demarche_web",
        ("grants_are_the_golden_ones", "nobody_takes_rights"),
    ),
    Sabotage(
        "a party by default",
        "create or replace function demarche.me() returns uuid language sql stable parallel safe"
        " return coalesce(nullif(current_setting('app.party', true), '')::uuid, '{filer}'::uuid)",
        ("nobody_and_strangers_see_nothing", "definer_functions_answer_only_for_the_caller"),
    ),
    Sabotage(
        "a party that fails open on junk",
        "create or replace function demarche.me() returns uuid language sql stable parallel safe"
        " return case when current_setting('app.party', true) ~ '^[0-9a-f-]{{36}}$' then current_setting('app.party', true)::uuid end",
        ("a_junk_party_is_an_error",),
    ),
    Sabotage(
        "a definer function that answers for everybody",
        "create or replace function demarche.my_agreements() returns table (id uuid) language sql stable security definer"
        " set search_path = demarche, pg_temp as $$ select v.id from agreement_version v $$",
        ("nobody_and_strangers_see_nothing", "definer_functions_answer_only_for_the_caller"),
    ),
    Sabotage(
        "versions that bind, of anybody",
        "create or replace function demarche.my_versions_among(given uuid[]) returns table (name text, digest text,"
        " accepted_at timestamptz, in_force_from timestamptz, in_force_until timestamptz, published_at timestamptz,"
        " by_party boolean, survives boolean, members jsonb, acts jsonb)"
        " language sql stable security definer set search_path = demarche, pg_temp"
        " as $$ select * from versions_among(given, null) $$",
        ("definer_functions_answer_only_for_the_caller",),
    ),
    Sabotage(
        "what anybody agreed, to be asked by all",
        "grant execute on function demarche.versions_among(uuid[], uuid) to demarche_web",
        ("grants_are_the_golden_ones", "definer_functions_answer_only_for_the_caller"),
    ),
    Sabotage(
        "a definer function on the caller's search_path",
        "alter function demarche.holder_of(uuid) reset search_path",
        ("definers_are_pinned_and_known",),
    ),
    Sabotage(
        "a new definer function, for the public",
        "create function demarche.peek() returns bigint language sql security definer as $$ select count(*) from demarche.fact $$",
        ("definers_are_pinned_and_known", "grants_are_the_golden_ones"),
    ),
]


@pytest.mark.parametrize("done", SABOTAGES, ids=lambda each: each.name)
def test_a_sabotage_is_found(done: Sabotage, sabotage: OneTransaction, who: Populated) -> None:
    sabotage.connection.exec_driver_sql(done.sql.format(filer=who.filer))
    found = {name: _faults(CHECKS[name], sabotage, who) for name in done.red}
    assert [name for name, faults in found.items() if not faults] == []


def _faults(check, doors: OneTransaction, who: Populated) -> list[str]:
    return check(doors) if check.__module__ == structure.__name__ else check(doors, who)
