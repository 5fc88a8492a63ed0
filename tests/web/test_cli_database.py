"""The commands of whoever looks after a node, against a real database: migrate, demo, evidence, outbox, key, agreement render."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from incident.db.embedded import FORGETFUL, WEB, WORKER, EmbeddedPostgres
from incident.evidence import check
from incident.records.parties import people
from incident.settings import Settings
from tests import servers
from tests.world import World, drop_database, empty_template, new_database, url_of
from web.cli import cli, database

EVERY = [f"{number:04}" for number in range(1, 17)]
"""Every migration there is."""


def run(url: str | None, *words: str, home: Path | None = None, **environment: str | None) -> Result:
    nothing_set = dict.fromkeys(("REDIS_URL", "DEMARCHE_API_KEY", "DEMARCHE_BASE_URL", "DEMARCHE_WEB_PASSWORD", "DEMARCHE_WORKER_PASSWORD"))
    where = {"DATABASE_URL": url, "DEMARCHE_HOME": str(home or "/nonexistent/demarche")}
    return CliRunner().invoke(cli, list(words), env=nothing_set | where | environment, catch_exceptions=False)


def document(result: Result) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)


def execute(database: str, statement: str, **values: Any) -> None:
    """As the owner of the database, past every wall."""
    engine = sa.create_engine(url_of("admin", database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)


@pytest.fixture
def empty() -> Iterator[str]:
    """A migrated database without rows."""
    name = new_database(empty_template())
    yield name
    drop_database(name)


@pytest.fixture
def filed(world: World) -> World:
    """A world with one case, told to everybody."""
    world.files()
    world.sweep()
    return world


def url(world: World, role: str = WORKER) -> str:
    return url_of(role, world.database)


# -- reaching the database ---------------------------------------------------------------------------------------------------

NEEDS_ONE = [
    ("migrate",), ("evidence", "check"), ("outbox", "list"), ("outbox", "retry", "--dead"), ("key", "list"),
    ("key", "create", "--party", "cert-ee", "--name", "n"), ("demo", "--load"), ("agreement", "render", "sovereign-ai-assurance"),
]  # fmt: skip


@pytest.mark.parametrize("words", NEEDS_ONE, ids=" ".join)
def test_without_a_node_a_command_says_how_to_start_one_and_starts_none(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run(None, *words, "--json", home=tmp_path / "home")
    assert result.exit_code == 3
    assert document(result)["error"]["code"] == "nothing_runs"
    assert "start it with make up" in result.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("words", NEEDS_ONE, ids=" ".join)
def test_a_database_that_does_not_answer_is_unreachable_and_the_password_is_not_told(words: tuple[str, ...]) -> None:
    gone = f"postgresql://demarche_worker:hunter2@127.0.0.1:{servers.free_port()}/demarche"
    result = run(gone, *words, "--json")
    assert result.exit_code == 3
    assert document(result)["error"]["code"] == "database_unavailable"
    assert "hunter2" not in result.output


def test_a_role_that_would_see_nothing_is_refused_rather_than_believed(filed: World) -> None:
    result = run(url(filed, WEB), "evidence", "check", "--json")
    assert result.exit_code == 2
    assert "reached as demarche_web; expected demarche_worker" in document(result)["error"]["message"]


def test_a_database_without_the_schema_is_named_as_such() -> None:
    name = new_database()
    empty_template()  # the roles belong to the server and are there
    result = run(url_of(WORKER, name), "outbox", "list", "--json")
    drop_database(name)
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "not_migrated"


def test_the_embedded_node_of_the_home_is_reached_while_it_runs_and_left_as_it_was(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", FORGETFUL)
    server.start()
    try:
        pid = server.pid
        assert document(run(None, "migrate", "--check", "--json", home=server.home)) == {"pending": EVERY}
        assert document(run(None, "migrate", "--json", home=server.home)) == {"applied": EVERY}
        assert document(run(None, "evidence", "check", "--json", home=server.home))["streams"] == 0
        assert server.pid == pid
    finally:
        server.stop()
    assert run(None, "evidence", "check", home=server.home).exit_code == 3


# -- migrate and demo ----------------------------------------------------------------------------------------------------------


def test_migrating_applies_what_is_missing_once() -> None:
    with servers.database() as admin:
        assert run(admin, "migrate", "--check").exit_code == 1
        assert document(run(admin, "migrate", "--json")) == {"applied": EVERY}
        assert document(run(admin, "migrate", "--json")) == {"applied": []}
        assert run(admin, "migrate", "--check").exit_code == 0


def test_a_role_that_may_not_make_roles_cannot_migrate(empty: str) -> None:
    result = run(url_of(WORKER, empty), "migrate", "--json")
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "database_refused"


def test_the_demo_is_loaded_into_an_empty_node_and_printed_as_scripts_read_it(empty: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run(None, "demo", "--json", home=home).exit_code == 1
    result = run(url_of(WORKER, empty), "demo", "--load", "--json", home=home)
    world = document(result)
    assert result.exit_code == 0
    assert set(world) == {"base_url", "parties", "deployments", "people", "agreements"}
    assert {"slug", "uri", "kind", "jurisdiction", "api_key"} == set(world["parties"][0])
    assert {"slug", "operator", "suppliers", "jurisdiction"} == set(world["deployments"][0])
    assert {"email", "password", "party"} == set(world["people"][0])
    assert {"name", "version"} == set(world["agreements"][0])
    assert document(run(None, "demo", "--json", home=home)) == world
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600


def test_the_demo_is_kept_off_a_node_that_others_can_reach(empty: str, tmp_path: Path) -> None:
    result = run(url_of(WORKER, empty), "demo", "--load", home=tmp_path / "home", DEMARCHE_BASE_URL="https://demarche.example.ee")
    assert result.exit_code == 1
    assert "not a loopback address" in result.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"base_url": "http://127.0.0.1:1", "parties": {}}'])
def test_a_demo_file_that_is_something_else_is_said_to_be(content: str, tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(content)
    result = run(None, "demo", "--json", home=tmp_path)
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "bad_demo_file"


# -- evidence -------------------------------------------------------------------------------------------------------------------


def test_evidence_that_is_whole_is_said_to_be(filed: World) -> None:
    result = run(url(filed), "evidence", "check", "--json")
    assert result.exit_code == 0
    found = document(result)
    assert found["broken"] == []
    assert found["streams"] >= 2
    assert found["entries"] == filed.rows("select count(*) from demarche.evidence_entry")[0][0]


def test_the_first_broken_entry_of_a_chain_is_named(filed: World) -> None:
    case, ref = filed.rows("select id, ref from demarche.incident")[0]
    forged = "update demarche.evidence_payload set payload = :forged where stream = :case and seq = 2"
    execute(filed.database, forged, forged=b'{"by":"nobody"}', case=case)
    execute(filed.database, "update demarche.evidence_entry set actor = 'x' where stream = :case and seq = 3", case=case)
    result = run(url(filed), "evidence", "check", "--json")
    assert result.exit_code == 1
    broken = document(result)["broken"]
    assert [(each["stream"], each["of"], each["seq"]) for each in broken] == [(str(case), f"case {ref}", 2)]
    assert broken[0]["why"] == "its payload is not the one it was committed to"
    assert broken[0]["kind"]
    assert broken[0]["at"].endswith("Z")


def test_a_broken_chain_is_named_for_people_too(filed: World) -> None:
    case, ref = filed.rows("select id, ref from demarche.incident")[0]
    execute(filed.database, "update demarche.evidence_entry set kind = 'report.forged' where stream = :case and seq = 1", case=case)
    result = run(url(filed), "evidence", "check")
    assert result.exit_code == 1
    assert f"{case}\tcase {ref}\t1\treport.forged\t" in result.stdout


def test_a_node_at_work_does_not_look_broken(filed: World) -> None:
    settings = Settings.from_environment(database_url=url(filed), home=Path("/nonexistent/demarche"))
    with database.worker_node(settings, snapshot=True) as node, node.engine.connect() as connection:
        walking = check(connection)
        before = next(walking)
        filed.files(stage="incident_notification")
        *_, checked = before, *walking
    assert checked.broken == ()


def test_erasing_an_entry_leaves_its_chain_whole_and_is_recorded(filed: World) -> None:
    case = filed.rows("select id from demarche.incident")[0][0]
    words = ("evidence", "erase", str(case), "1", "--reason", "Request 14", "--yes", "--json")
    assert document(run(url(filed), *words)) == {"stream": str(case), "seq": 1, "erased": True}
    checked = document(run(url(filed), "evidence", "check", "--json"))
    assert (checked["broken"], checked["erased"]) == ([], 1)
    assert (
        filed.rows("select kind from demarche.evidence_entry where stream = :c order by seq desc limit 1", c=case)[0][0]
        == "evidence.erased"
    )
    again = run(url(filed), *words)
    assert again.exit_code == 1
    assert document(again)["error"]["code"] == "not_found"


def test_nothing_is_erased_without_a_yes(filed: World) -> None:
    case = filed.rows("select id from demarche.incident")[0][0]
    result = run(url(filed), "evidence", "erase", str(case), "1", "--reason", "Request 14")
    assert result.exit_code == 2
    assert document(run(url(filed), "evidence", "check", "--json"))["erased"] == 0


# -- outbox -----------------------------------------------------------------------------------------------------------------------


COPIES = """insert into demarche.notification
  (id, case_id, notice_id, party_id, channel_id, contact, kind, address, effect_key, state, attempt, created_at, cause, last_error)
  select gen_random_uuid(), case_id, notice_id, party_id, channel_id, contact, kind, address, {what}, 'dead', 1, created_at, 'gone', 'gone'
  from (select * from demarche.notification {which}) one"""


def kill(world: World, number: int) -> list[str]:
    """Dead letters like some of those in an inbox; their ids, in order."""
    execute(
        world.database,
        COPIES.format(what="'dead ' || id", which="where kind = 'inbox' and case_id is not null order by id limit :n"),
        n=number,
    )
    return [str(row.id) for row in world.rows("select id from demarche.notification where state = 'dead' order by id")]


def test_the_outbox_lists_states_and_no_addresses(filed: World) -> None:
    dead = kill(filed, 2)
    result = run(url(filed), "outbox", "list", "--json")
    assert result.exit_code == 0
    found = document(result)
    assert found["states"]["dead"] == 2
    assert sum(found["states"].values()) == len(found["notifications"])
    assert "@" not in result.stdout
    only = document(run(url(filed), "outbox", "list", "--state", "dead", "--json"))["notifications"]
    assert sorted(each["id"] for each in only) == dead
    assert {each["last_error"] for each in only} == {"gone"}


def test_a_list_longer_than_a_page_is_given_whole_and_a_limit_is_kept(filed: World) -> None:
    execute(filed.database, COPIES.format(what="'copy-' || n", which="limit 1") + ", generate_series(1, 450) n")
    found = document(run(url(filed), "outbox", "list", "--state", "dead", "--limit", "1000", "--json"))["notifications"]
    assert len({each["id"] for each in found}) == 450
    assert len(document(run(url(filed), "outbox", "list", "--limit", "7", "--json"))["notifications"]) == 7


def test_what_was_dead_is_due_again_with_evidence_and_delivered(filed: World) -> None:
    dead = kill(filed, 2)
    assert document(run(url(filed), "outbox", "retry", dead[0], "--json")) == {"retried": [dead[0]]}
    assert document(run(url(filed), "outbox", "retry", "--dead", "--json")) == {"retried": [dead[1]]}
    assert document(run(url(filed), "outbox", "retry", "--dead", "--json")) == {"retried": []}
    assert filed.rows("select count(*) from demarche.evidence_entry where kind = 'notification.retried'")[0][0] == 2
    filed.clock.forward(timedelta(days=3650))  # the command goes by the database's own clock
    filed.sweep()
    states = {str(row.id): row.state for row in filed.rows("select id, state from demarche.notification")}
    assert [states[each] for each in dead] == ["sent", "sent"]


def test_naming_one_that_is_not_dead_does_nothing_at_all(filed: World) -> None:
    dead = kill(filed, 1)
    stranger = str(uuid.uuid4())
    result = run(url(filed), "outbox", "retry", dead[0], stranger, "--json")
    assert result.exit_code == 1
    assert stranger in document(result)["error"]["faults"][0]["message"]
    assert document(run(url(filed), "outbox", "list", "--json"))["states"]["dead"] == 1


@pytest.mark.parametrize("words", [(), ("--dead", "9d7a3e8a-0182-4882-b6bb-08e7d172d5cc"), ("not-an-id",)], ids=str)
def test_retrying_says_which(words: tuple[str, ...]) -> None:
    assert run(None, "outbox", "retry", *words).exit_code == 2


# -- keys -------------------------------------------------------------------------------------------------------------------------


def holder(world: World, key: str) -> str | None:
    """The slug of whoever the node takes the holder of `key` for."""
    with world.web.work() as work:
        found = people.holder_of_key(work.connection, key)
    return found.slug if found else None


def test_a_new_key_is_printed_alone_and_opens_the_door_until_it_is_revoked(world: World) -> None:
    made = run(url(world), "key", "create", "--party", "cert-ee", "--name", "ticket system")
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n"
    assert holder(world, key) == "cert-ee"
    prefix = key.split("_")[1]
    assert document(run(url(world), "key", "revoke", prefix, "--json"))["revoked"] is True
    assert holder(world, key) is None
    again = run(url(world), "key", "revoke", prefix)
    assert again.exit_code == 1
    kinds = [row.kind for row in world.rows("select kind from demarche.evidence_entry where kind like 'key.%' order by seq")]
    assert kinds == ["key.created", "key.revoked"]


def test_a_list_of_keys_shows_none(world: World) -> None:
    made = document(run(url(world), "key", "create", "--party", "cert-ee", "--name", "script", "--json"))
    result = run(url(world), "key", "list", "--party", "cert-ee", "--json")
    assert {each["name"] for each in document(result)["keys"]} == {"demo", "script"}
    assert made["key"] not in result.stdout
    assert made["prefix"] in result.stdout


def test_a_key_is_for_a_party_that_there_is(world: World) -> None:
    result = run(url(world), "key", "create", "--party", "cert-xx", "--name", "n", "--json")
    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "not_found"


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[2Jb", "x" * 101])
def test_a_key_has_a_name_that_can_be_shown(name: str) -> None:
    assert run(None, "key", "create", "--party", "cert-ee", "--name", name).exit_code == 2


# -- agreements on record -----------------------------------------------------------------------------------------------------------


def test_a_version_on_record_is_shown_by_name_by_version_and_by_id(world: World) -> None:
    id_, version = world.rows("select id, version from demarche.agreement_version where name = 'sovereign-ai-assurance'")[0]
    found = [
        document(run(url(world), "agreement", "render", which, "--json"))
        for which in ("sovereign-ai-assurance", f"sovereign-ai-assurance@{version}", str(id_))
    ]
    assert found[0] == found[1] == found[2]
    assert found[0]["version"] == version
    missing = run(url(world), "agreement", "render", "sovereign-ai-assurance@9.9", "--json")
    assert missing.exit_code == 1
    assert document(missing)["error"]["code"] == "not_found"


def test_the_owner_may_do_what_the_worker_may(filed: World) -> None:
    assert make_url(url(filed, "admin")).username != WORKER
    assert run(url(filed, "admin"), "evidence", "check").exit_code == 0
