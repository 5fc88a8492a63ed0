"""The walls of the real schema, tried through the real logins in every table that the catalogue has."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from incident import db
from incident.errors import Conflict, NotFound
from incident.work import Work
from tests.walls import behaviour, structure, writing
from tests.walls.doors import WEB, WORKER, OneTransaction, OwnLogins, attempt
from tests.walls.populated import Populated
from tests.world import url_of

STRUCTURE = [
    structure.every_table_is_forced,
    structure.nothing_goes_around,
    structure.no_role_is_above_the_walls,
    structure.definers_are_pinned_and_known,
    structure.policies_are_the_golden_ones,
    structure.grants_are_the_golden_ones,
]
BEHAVIOUR: list[behaviour.Check] = [
    behaviour.there_is_something_to_hide,
    behaviour.nobody_and_strangers_see_nothing,
    behaviour.filer_and_operator_see_the_case,
    behaviour.neighbours_see_only_their_own,
    behaviour.recipients_see_what_they_were_told,
    writing.foreign_rows_cannot_be_inserted,
    writing.foreign_rows_cannot_be_changed,
    writing.evidence_is_never_rewritten,
    writing.nobody_takes_rights,
    behaviour.the_owner_sees_nothing,
    behaviour.definer_functions_answer_only_for_the_caller,
    behaviour.a_junk_party_is_an_error,
]


@pytest.mark.parametrize("check", STRUCTURE, ids=lambda check: check.__name__)
def test_the_walls_are_made_as_written_down(check, logins: OwnLogins) -> None:
    assert check(logins) == []


@pytest.mark.parametrize("check", BEHAVIOUR, ids=lambda check: check.__name__)
def test_the_walls_hold(check: behaviour.Check, logins: OwnLogins, who: Populated) -> None:
    assert check(logins, who) == []


@pytest.mark.parametrize("check", BEHAVIOUR, ids=lambda check: check.__name__)
def test_the_checks_find_the_same_inside_one_transaction(check: behaviour.Check, sabotage: OneTransaction, who: Populated) -> None:
    """Else the sabotages would be judged by other checks than the real walls."""
    assert check(sabotage, who) == []


def test_own_rows_cannot_be_given_away(sabotage: OneTransaction, who: Populated) -> None:
    assert writing.own_rows_cannot_be_given_away(sabotage, who) == []


def test_nobody_becomes_another_role(logins: OwnLogins, who: Populated) -> None:
    for role in (WEB, WORKER):
        for wanted in ("demarche_owner", "demarche_definer", WORKER if role == WEB else WEB):
            with logins.enter(role, who.filer) as connection:
                assert "permission denied" in attempt(connection, f"set role {wanted}")


def test_a_bare_connection_of_the_pool_sees_nothing(who: Populated) -> None:
    with who.world.web.engine.connect() as connection:
        assert connection.execute(sa.text("select demarche.me()")).scalar() is None
        assert connection.execute(sa.text("select count(*) from demarche.incident")).scalar() == 0


def test_the_party_does_not_leak_into_the_next_transaction_of_the_same_connection(who: Populated) -> None:
    pool_of_one = db.engine(url_of(WEB, who.world.database), pool_size=1)
    try:
        with pool_of_one.begin() as connection:
            backend = connection.execute(sa.text("select pg_backend_pid()")).scalar()
            connection.execute(sa.text("select set_config('app.party', :p, true)"), {"p": str(who.filer)})
            assert connection.execute(sa.text("select count(*) from demarche.incident")).scalar() == 1
        with pool_of_one.begin() as connection:
            assert connection.execute(sa.text("select pg_backend_pid()")).scalar() == backend
            assert connection.execute(sa.text("select demarche.me()")).scalar() is None
            assert connection.execute(sa.text("select count(*) from demarche.incident")).scalar() == 0
    finally:
        pool_of_one.dispose()


def test_a_unit_of_work_that_fails_leaves_no_party_behind(who: Populated) -> None:
    with pytest.raises(NotFound), who.world.work("cert-in") as work:
        work.widen(who.case)
    with who.world.web.engine.connect() as connection:
        assert connection.execute(sa.text("select demarche.me()")).scalar() is None


def test_an_attempt_that_is_refused_leaves_no_other_name_and_no_evidence(who: Populated) -> None:
    def goes_on_as_the_holder_and_is_refused(work: Work) -> None:
        with work.attempt():
            work.widen(who.case)
            work.record("act", who.case, {})
            assert work.connection.execute(sa.text("select demarche.me()")).scalar() == who.filer
            raise Conflict("Somebody was faster.")

    with who.world.work("meridian-models") as work:
        with pytest.raises(Conflict):
            goes_on_as_the_holder_and_is_refused(work)
        assert work.connection.execute(sa.text("select demarche.me()")).scalar() == who.told
        assert not work.recorded


def test_a_case_and_its_children_cannot_come_in_one_statement(logins: OwnLogins, who: Populated) -> None:
    """Siblings of one statement share a snapshot, so the child's check does not see the case: why filing takes two statements."""
    columns = ", ".join(name for name in behaviour.columns(logins)["incident"] if name not in ("id", "ref"))
    sql = (
        f"with c as (insert into demarche.incident (id, ref, {columns}) select cast(:new as uuid), 'INC-X', {columns}"
        " from demarche.incident where id = :case returning id) insert into demarche.withholding (notice_id, case_id, field, rule, why)"
        " select n.id, cast(:new as uuid), 'f', 'r', 'w' from demarche.notice n limit 1"
    )
    with logins.enter(WEB, who.filer) as connection:
        came = attempt(connection, sql, case=who.case, new="00000000-0000-4000-8000-000000000001")
    assert isinstance(came, str)
    assert 'violates row-level security policy for table "withholding"' in came


def test_a_notice_that_was_withdrawn_before_it_left_is_gone_for_its_recipient(sabotage: OneTransaction, who: Populated) -> None:
    counted = ", ".join(f"(select count(*) from demarche.{table})" for table in ("notice", "obligation", "line"))
    question = f"select {counted}"
    with sabotage.enter(WEB, who.told) as connection:
        assert all(count > 0 for count in connection.execute(sa.text(question)).one())
    sabotage.connection.execute(
        sa.text("update demarche.notice set cancelled_at = now(), cancelled_because = 'withdrawn' where recipient = :p"), {"p": who.told}
    )
    with sabotage.enter(WEB, who.told) as connection:
        assert tuple(connection.execute(sa.text(question)).one()) == (0, 0, 0)
        assert connection.execute(sa.text("select demarche.holder_of(:c)"), {"c": who.case}).scalar() is None
