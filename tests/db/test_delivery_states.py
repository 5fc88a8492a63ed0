"""The migration that renamed the states of notifications, on rows as nodes had them before it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.command import upgrade
from alembic.config import Config

from incident import db
from tests.world import drop_database, empty_template, new_database, url_of

NOTICE = (
    "insert into demarche.notice (id, case_id, recipient, kind, title, obligations, items, digest, tlp, channels, created_at, released_at,"
    " routed_at, acknowledged_at, acknowledged_by, effect_key) values (:id, :id, :id, 'duties', 't', '{}', '{}', 'd', 'AMBER', '{}',"
    " now(), now(), now(), :acknowledged, case when cast(:acknowledged as timestamptz) is not null then 'Kari' end, cast(:id as text))"
)
PARTY = (
    "insert into demarche.party (id, uri, slug, name, kind, jurisdiction, zone, calendar, created_at) values (:id, cast(:id as text),"
    " 'p' || cast(:id as text), 'P', 'cert', 'EE', 'UTC', 'EE:public', now())"
)
INCIDENT = (
    "insert into demarche.incident (id, ref, filed_by, operator_id, deployment_id, reference, summary, severity, tlp, exercise, stage,"
    " origin, filed_at, bound_at) values (:id, cast(:id as text), :id, :id, :id, 'R', 's', 'low', 'AMBER', false, 'early_warning', 'n',"
    " now(), now())"
)
NOTIFICATION = (
    "insert into demarche.notification (id, notice_id, case_id, party_id, contact, kind, address, effect_key, state, look_at, leased_until,"
    " created_at, delivered_at, last_error) select :id, :notice, :notice, :notice, 'duty_desk', :kind, 'a', cast(:id as text), :state,"
    " case when :state in ('due', 'leased') then now() end, case when :state = 'leased' then now() end, now(),"
    " case when :state = 'delivered' then now() end, case when :state = 'dead' then 'no such host' end"
)


@pytest.fixture
def before() -> Iterator[sa.Connection]:
    """A database as it was before the migration, with foreign keys asleep."""
    empty_template()  # the roles of the cluster
    name = new_database()
    engine = sa.create_engine(url_of("admin", name), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", "incident.db:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        upgrade(config, "0006")
        connection.exec_driver_sql("set session_replication_role = replica")
        yield connection
    drop_database(name)


def stands(connection: sa.Connection, *, kind: str, state: str, acknowledged: str | None = None) -> UUID:
    """A notification in that state, of a notice of its own."""
    notice, id_ = uuid4(), uuid4()
    for question in (PARTY, INCIDENT):
        connection.execute(sa.text(question), {"id": notice})
    connection.execute(sa.text(NOTICE), {"id": notice, "acknowledged": acknowledged})
    connection.execute(sa.text(NOTIFICATION), {"id": id_, "notice": notice, "kind": kind, "state": state})
    return id_


CASES = (
    ("webhook", "due", None, "pending", ""),
    ("webhook", "leased", None, "claimed", ""),
    ("webhook", "delivered", None, "delivered", ""),
    ("email", "delivered", None, "sent", ""),
    ("email", "dead", None, "dead", "no such host"),
    ("inbox", "cancelled", None, "cancelled", "The notice was cancelled."),
    ("email", "delivered", "2026-11-20T10:00Z", "acknowledged", "Acknowledged by Kari."),
    ("webhook", "due", "2026-11-20T10:00Z", "cancelled", "Acknowledged by Kari."),
)


def test_every_state_of_before_becomes_the_one_that_says_the_same(before: sa.Connection) -> None:
    ids = [stands(before, kind=kind, state=state, acknowledged=acknowledged) for kind, state, acknowledged, _, _ in CASES]
    assert db.migrate(before.engine.url.render_as_string(hide_password=False))[0] == "0007"
    found = {row.id: (row.state, row.cause) for row in before.exec_driver_sql("select id, state, cause from demarche.notification")}
    assert [found[each] for each in ids] == [(state, cause) for *_, state, cause in CASES]
    steps = before.exec_driver_sql("select notification_id, was, became from demarche.notification_step").all()
    assert sorted((row.notification_id, row.became) for row in steps) == sorted((id_, found[id_][0]) for id_ in ids)
    assert {row.was for row in steps} == {None}


def test_rows_are_behind_their_walls_again(before: sa.Connection) -> None:
    db.migrate(before.engine.url.render_as_string(hide_password=False))
    forced = before.exec_driver_sql(
        "select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind = 'r' and not relforcerowsecurity"
    )
    assert forced.scalars().all() == []
