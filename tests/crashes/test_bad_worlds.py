"""A full disk, an answer of the database that never came, a migration while others work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from incident import db
from incident.db.embedded import WEB, WORKER, EmbeddedPostgres
from incident.work import open_node
from tests.chaos.proxy import CutAtCommit
from tests.disks import let_go, small_disk
from tests.web.callers import Callers, a_body, at_the_door, problem_of
from tests.world import World, drop_database, empty_template, new_database, settings, url_of
from web import create_app
from web.demo import loader

# -- the answer to a commit that never came ----------------------------------------------------------------------------------


@pytest.mark.parametrize("committed", [True, False])
def test_when_nobody_knows_whether_it_was_committed_the_same_key_finds_out(world: World, tmp_path: Path, committed: bool) -> None:
    there = make_url(url_of(WEB, world.database))
    if "host" not in there.query:
        pytest.skip("the wire is laid to a socket in the file system, and DATABASE_URL is elsewhere")
    wire = CutAtCommit(lambda: f"{there.query['host']}/.s.PGSQL.{there.query.get('port', 5432)}", tmp_path / ".s.PGSQL.5432", committed)
    url = there.set(query={"host": str(tmp_path), "port": "5432"}).render_as_string(hide_password=False)
    node = open_node(world.web.settings, url, clock=world.clock, pool_size=1)
    api = Callers(world, create_app(node))
    again = {"Idempotency-Key": "the same"}
    try:
        wire.armed.set()
        assert problem_of(api.post("/reports", a_body(), headers=again), 503)["code"] == "database_unavailable"
        assert api.count("report") == (1 if committed else 0)  # which is what the caller cannot know
        answer = api.post("/reports", a_body(), headers=again)
        assert answer.status_code == (200 if committed else 201)
        assert answer.headers.get("Idempotency-Replayed") == ("true" if committed else None)
        assert api.count("report") == api.count("incident") == 1
        assert api.post("/reports", a_body()).status_code == 200  # without the key the identity of the report says the same
    finally:
        node.close()
        wire.close()


# -- a full disk --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory of 512 MB; tests that need one are skipped where this user may not mount it."""
    folder = tmp_path / "d"
    if not small_disk(folder, 512):
        pytest.skip("a small file system cannot be mounted here: it takes root")
    yield folder
    let_go(folder)


@pytest.mark.processes
def test_with_the_disk_full_reports_are_refused_whole_and_when_there_is_room_all_goes_on(disk: Path) -> None:
    server = EmbeddedPostgres(disk / "home")
    server.start()
    nodes = [open_node(settings(), server.url(role)) for role in (WORKER, WEB)]
    try:
        db.migrate(server.url())
        key = next(each["api_key"] for each in loader.ensure(nodes[0]).parties if each["slug"] == "cert-ee")
        api = create_app(nodes[1]).test_client()
        headers = {"Authorization": f"Bearer {key}"}

        def file(number: int) -> int:
            body = a_body(reference=f"D-{number}", summary="s" * 4000)
            return api.post("/api/v1/reports", json=body, headers=headers | {"Idempotency-Key": f"D-{number}"}).status_code

        assert file(0) == 201
        fill(disk / "ballast")
        answers = refused_soon(file)
        assert answers[max(answers)] == 503
        (disk / "ballast").unlink()
        if not server.running():
            server.start()
        assert {file(number) for number in answers} == {201}
        with sa.create_engine(server.url(WORKER), poolclass=sa.NullPool).connect() as connection:
            counts = [connection.execute(sa.text(f"select count(*) from demarche.{table}")).scalar() for table in ("incident", "report")]
            assert counts == [len(answers) + 1] * 2
            torn = "select count(*) from demarche.incident i where not exists (select from demarche.evidence_head h where h.stream = i.id)"
            assert connection.execute(sa.text(torn)).scalar() == 0
    finally:
        for node in nodes:
            node.close()
        server.stop()


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def refused_soon(file: Callable[[int], int]) -> dict[int, int]:
    """File until one is refused; what is free in pages that exist takes a few."""
    answers: dict[int, int] = {}
    for number in range(1, 2000):
        answers[number] = file(number)
        if answers[number] != 201:
            return answers
    raise AssertionError("the disk was never full")


# -- a migration while others work --------------------------------------------------------------------------------------------


@pytest.fixture
def behind() -> Iterator[str]:
    """A database without the schema: every migration is still to come."""
    empty_template()
    name = new_database()
    yield name
    drop_database(name)


def test_a_migration_that_has_to_wait_lets_others_pass_and_comes_in_when_it_can(behind: str) -> None:
    admin = sa.create_engine(url_of("admin", behind), poolclass=sa.NullPool)
    with admin.begin() as connection:  # something that the first migration needs, in the hands of others
        connection.execute(sa.text("create table public.schema_version (version_num varchar(32) not null primary key)"))
    use = sa.text("lock table public.schema_version in row exclusive mode")
    want = sa.text("lock table public.schema_version in access exclusive mode")
    with ThreadPoolExecutor(2) as threads, admin.connect() as holder:
        holder.execute(use)
        migrating = threads.submit(db.migrate, url_of("admin", behind))
        behind_it = threads.submit(_passes, admin, want, use)
        assert behind_it.result(timeout=30)
        holder.rollback()
        assert migrating.result(timeout=90)[-1] == max(migrating.result())


def _passes(admin: sa.Engine, want: sa.TextClause, use: sa.TextClause) -> bool:
    """Whether somebody comes through although somebody else wanted the table for themselves and could not have it."""
    with admin.connect() as strict, suppress(sa.exc.OperationalError):
        strict.execute(sa.text("set local lock_timeout = '200ms'"))
        strict.execute(want)
    with admin.connect() as connection:
        connection.execute(use)
    return True


def test_reports_come_in_while_the_schema_is_brought_up_to_date(world: World) -> None:
    with at_the_door(world) as api, ThreadPoolExecutor(1) as threads:
        url = url_of("admin", world.database)
        migrating = threads.submit(lambda: [db.migrate(url) for _ in range(5)])
        answers = Counter(api.post("/reports", a_body(reference=f"M-{number}")).status_code for number in range(20))
        assert migrating.result(timeout=60) == [[]] * 5
    assert answers == {201: 20}
