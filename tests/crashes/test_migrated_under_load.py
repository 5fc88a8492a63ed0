"""The newest migrations, applied while reports are filed and delivered: by processes that came before their schema, and past a lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from incident import db
from incident.db.embedded import WEB
from incident.errors import Unavailable
from incident.work import open_node
from tests import servers
from tests.crashes.clients import going_on
from tests.crashes.test_rolling_restart import a_report
from tests.processes import Deployment
from tests.world import behind, drop_database, settings, url_of
from web import create_app

UNSERVED, SERVED = "0010", "0013"
"""A schema on which this program can file nothing, and one on which it can, but addresses nothing."""


@pytest.fixture(params=[UNSERVED, SERVED])
def earlier(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, str]]:
    """A database with the demo world at an earlier revision: its name, the key of a filer, the revision."""
    name, demo = behind(request.param)
    yield name, next(str(each["api_key"]) for each in demo.parties if each["slug"] == "cert-ee"), request.param
    drop_database(name)


@contextmanager
def filing(url: str, key: str) -> Iterator[list[tuple[int, str, str]]]:
    """Three clients file all the while, and again with the same key what was not taken; every answer: its status, code, Retry-After."""
    answers: list[tuple[int, str, str]] = []
    ended = threading.Event()

    def file(name: str) -> None:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
            for number in range(10_000):
                taken = False
                while not taken:
                    if ended.wait(0.05):
                        return
                    reference = f"{name}-{number}"
                    answer = http.post("/api/v1/reports", json=a_report(reference), headers={"Idempotency-Key": reference})
                    taken = answer.is_success
                    answers.append((answer.status_code, "" if taken else answer.json()["code"], answer.headers.get("Retry-After", "")))

    with going_on([partial(file, f"client {number}") for number in range(3)], ended):
        yield answers


@pytest.mark.processes
def test_processes_that_are_ahead_of_the_schema_say_so_and_lose_nothing(earlier: tuple[str, str, str], tmp_path: Path) -> None:
    database, key, revision = earlier
    admin, redis = url_of("admin", database), servers.RedisServer()
    redis.start()
    refused = {(503, "schema_behind", "2")} if revision == UNSERVED else {(201, "", "")}
    try:
        with Deployment(admin, redis.url, tmp_path, DEMARCHE_EGRESS_ALLOW="127.0.0.0/8") as node:
            node.start("web", "worker", "timekeeper")
            node.until(lambda: node.status("/readyz") == 503, "the web does not say that the schema is missing")
            with filing(node.base_url, key) as answers:
                node.until(lambda: len(answers) > 20 and "schema_behind" in node.all_of("worker"), "nothing waits for the schema")
                before, filed = set(answers), len([each for each in answers if each[0] == 201])
                node.migrate()
                node.until(lambda: len([each for each in answers if each[0] == 201]) > filed + 20, "nothing more is filed")
            node.ready()
            node.until(lambda: at(admin, "select count(*) from demarche.notice where released_at is not null and routed_at is null") == 0,
                       "notices are not addressed")  # fmt: skip
            filed = len([each for each in answers if each[0] == 201])
    finally:
        redis.close()
    assert before == refused
    assert set(answers) == refused | {(201, "", "")}
    assert at(admin, "select count(*) from demarche.report") == filed
    assert at(admin, "select count(*) from demarche.notice where route_tries > 0") == 0  # nothing was stumbled over
    assert at(admin, "select count(*) from demarche.timer where tries > 0") == 0


def test_who_reads_a_table_for_long_keeps_the_migration_waiting_and_nobody_behind_it() -> None:
    name, demo = behind(SERVED)
    key = next(str(each["api_key"]) for each in demo.parties if each["slug"] == "cert-ee")
    node = open_node(settings(), url_of(WEB, name))
    api = create_app(node).test_client()
    admin = sa.create_engine(url_of("admin", name), poolclass=sa.NullPool)
    try:
        with ThreadPoolExecutor(1) as threads, admin.connect() as backup:
            backup.exec_driver_sql("select from demarche.channel")  # held to the end of the transaction, as a backup holds every table
            migrating = threads.submit(db.migrate, url_of("admin", name))
            until_waiting(admin)
            answers = [api.post("/api/v1/reports", json=a_report(f"W-{n}"), headers={"Authorization": f"Bearer {key}"}) for n in range(5)]
            assert not migrating.done()  # all of them came past it
            backup.rollback()
            assert migrating.result(timeout=90) == ["0014", "0015", "0016"]
        assert {each.status_code for each in answers} == {201}
        node.expect_schema()
    finally:
        node.close()
        drop_database(name)


def test_who_holds_a_table_for_longer_is_named_to_the_operator_and_nothing_is_changed() -> None:
    name, _ = behind(SERVED)
    admin = sa.create_engine(url_of("admin", name), poolclass=sa.NullPool)
    try:
        with admin.connect() as backup:
            backup.exec_driver_sql("select from demarche.channel")
            with pytest.raises(Unavailable, match="pg_stat_activity names them") as refused:
                db.migrate(url_of("admin", name), tries=1)
            assert refused.value.code == "schema_in_use"
            assert db.pending(backup) == ["0014", "0015", "0016"]
    finally:
        drop_database(name)


def until_waiting(admin: sa.Engine) -> None:
    """Return when the migration waits for a table."""
    with admin.connect() as connection:
        asked = "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock' and locktype = 'relation')"
        while not connection.exec_driver_sql(asked).scalar():
            connection.rollback()


def test_a_database_behind_the_program_is_named_with_what_it_lacks() -> None:
    name, _ = behind(SERVED)
    node = open_node(settings(), url_of(WEB, name))
    try:
        with pytest.raises(Unavailable, match=r"0014, 0015, 0016 missing. Run `demarche migrate`") as refused:
            node.expect_schema()
        assert refused.value.code == "schema_behind"
    finally:
        node.close()
        drop_database(name)


def at(admin: str, question: str) -> int:
    engine = sa.create_engine(admin, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(question).scalar_one())
