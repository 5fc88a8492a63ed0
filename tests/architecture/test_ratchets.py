"""Rules of the house that a reader would otherwise have to trust. Each exception is data with its reason, and goes when not needed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping

import pytest

from tests.architecture import source

LONGEST_FILE, LONGEST_FUNCTION = 400, 40

COMMITS = {
    ("incident/work.py", "begin"): "the unit of work",
    ("incident/db/migrations/__init__.py", "begin"): "roles, then the schema, each in one transaction",
    (
        "incident/work.py",
        "begin_nested",
    ): "what is refused, or only tried, leaves nothing behind: a savepoint, which commits nothing",
    ("incident/actions/register_deployment.py", "begin_nested"): "a name that is taken must not end the unit of work: a savepoint",
}
AUTOCOMMITS = {
    "incident/db/embedded.py": "creates roles and the database, which cannot be done in a transaction",
    "incident/db/signals.py": "LISTEN and NOTIFY, outside every unit of work",
}
RAW = {
    "incident/work.py": "says who is asking, at the beginning of every transaction",
    "incident/db/put.py": "the one set-based write",
    "incident/db/migrations/__init__.py": "roles are no tables",
    "incident/evidence/seal.py": "two statements whose form is the proof that nothing is lost",
    "web/cli/database.py": "asks the server whether it is there",
    "web/cli/outbox.py": "asks who is connected",
    "web/demo/loader.py": "one lock, so that two loaders do not meet",
}
CELERY = {
    "workers/tasks.py": "the app: one task a sweep",
    "web/wake.py": "sends a task by its name",
    "web/one_process.py": "runs worker and beat inside the one process",
}
SAYS_CELERY = {
    "workers/tasks.py": "configures it",
    "web/processes.py": "names the commands of production",
    "web/one_process.py": "names its threads",
    "incident/logs.py": "quietens its loggers",
}
TOO_LONG: Mapping[tuple[str, str], str] = {
    ("incident/evidence/check.py", "_walk"): "one straight line over the entries; each fault returns on four lines",
}
TOO_LARGE: Mapping[str, str] = {}
SEES_ROWS: Mapping[str, str] = {}
NO_ACTIONS = {"__init__.py", "commands.py", "permission.py"}
ASKS_NOBODY = {
    "sign_in": "nobody is signed in yet; the password is the permission, and it is checked first",
}
BESIDE_THE_ACTION = {
    "file_report": {"preview", "tell_again", "answer_of"},  # the preview is the filing undone; re-planning tells in the same way
    "set_channel": {"public_key"},  # also shown with the list of channels
}


def excess(found: Iterable[object], allowed: Iterable[object]) -> tuple[list[object], list[object]]:
    """What is there without being allowed, and what is allowed without being there: both must be empty."""
    return sorted(set(found) - set(allowed), key=str), sorted(set(allowed) - set(found), key=str)


NONE: tuple[list[object], list[object]] = ([], [])


def test_rules_load_nothing_that_knows_a_database_a_queue_or_a_clock() -> None:
    code = """
import importlib, pkgutil, sys
import incident.rules
for each in pkgutil.walk_packages(incident.rules.__path__, "incident.rules."):
    importlib.import_module(each.name)
outside = ("sqlalchemy", "celery", "kombu", "flask", "psycopg", "redis", "alembic", "httpx")
ours = ("db", "work", "records", "evidence", "settings", "clock", "actions", "board", "reach")
print(sum(name.startswith("incident.rules.") for name in sys.modules))
print(*sorted(n for n in sys.modules if n.split(".")[0] in outside or n.startswith(tuple(f"incident.{each}" for each in ours))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=source.ROOT)
    count, found = done.stdout.split("\n")[:2]
    assert int(count) > 50
    assert found == ""


def test_only_the_unit_of_work_commits() -> None:
    found = {
        (path, name.rpartition(".")[2])
        for path in source.files()
        for name, _ in source.calls(path)
        if name.rpartition(".")[2] in ("commit", "begin", "begin_nested", "begin_twophase")
    }
    assert excess(found, COMMITS) == NONE


def test_autocommit_is_for_what_cannot_be_in_a_transaction() -> None:
    found = {
        path
        for path in source.files()
        for _, call in source.calls(path)
        if any(word.arg == "autocommit" for word in call.keywords) or "AUTOCOMMIT" in ast.dump(call)
    }
    assert excess(found, AUTOCOMMITS) == NONE


def test_only_the_clock_asks_the_time() -> None:
    asking = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?|func\.(now|current_timestamp))$")
    in_sql = re.compile(r"\b(now\s*\(\s*\)|current_timestamp|current_date|localtimestamp|(clock|statement|transaction)_timestamp)", re.I)
    found = {path for path in source.files() for name, _ in source.calls(path) if asking.search(name)}
    found |= {path for path in source.files() for text in source.strings(path) if in_sql.search(text)}
    scripts = {
        str(path.relative_to(source.ROOT)) for path in (source.ROOT / "incident").rglob("*.sql") if in_sql.search(path.read_text("utf-8"))
    }
    assert excess(found | scripts, {"incident/clock.py"}) == NONE


def test_raw_statements_are_few_and_known() -> None:
    found = {path for path in source.files() for name, _ in source.calls(path) if name.endswith("exec_driver_sql")}
    assert excess(found, RAW) == NONE


def actions() -> list[str]:
    return [path for path in source.files("incident/actions") if path.count("/") == 2 and path.rpartition("/")[2] not in NO_ACTIONS]


def name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


@pytest.mark.parametrize("path", actions(), ids=name_of)
def test_an_action_file_has_one_public_function_of_its_name(path: str) -> None:
    public = {node.name for node in source.tree(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    assert public == {name_of(path)} | BESIDE_THE_ACTION.get(name_of(path), set())


@pytest.mark.parametrize("path", [each for each in actions() if name_of(each) not in ASKS_NOBODY], ids=name_of)
def test_an_action_asks_permission_first(path: str) -> None:
    """At most the row that permission is asked for is found before it; a row that the walls hide is not found."""
    action = next(each for each in source.functions(path) if each.name == name_of(path))
    before: list[str] = []
    for statement in source.body(action):
        text = ast.unparse(statement)
        if re.match(r"([\w, ]+ = )?permission\.\w+\(", text):
            break
        before.append(text)
    else:
        pytest.fail(f"{name_of(path)} never asks permission")
    assert all(
        re.fullmatch(r"row = (cases|outbox|obligations)\.find\(work\.connection, \w+(, for_update=True)?\)", each) for each in before
    ), before
    assert len(before) <= 1


def test_the_exceptions_among_actions_are_still_there() -> None:
    known = {name_of(path) for path in actions()}
    assert known >= {*ASKS_NOBODY, *BESIDE_THE_ACTION}


def test_a_task_is_one_statement() -> None:
    tasks = [each for each in source.functions("workers/tasks.py") if any("app.task" in ast.unparse(d) for d in each.decorator_list)]
    assert len(tasks) >= 5
    assert [each.name for each in tasks if len(source.body(each)) != 1] == []


def test_views_and_schemas_know_no_rows() -> None:
    found = {
        path
        for path in source.files("web/views", "web/schemas")
        if any(name.split(".")[0] in ("sqlalchemy", "psycopg") or name.startswith("incident.records") for name in source.imported(path))
    }
    assert excess(found, SEES_ROWS) == NONE


def test_celery_is_imported_in_three_places() -> None:
    outside = ("celery", "kombu", "billiard")
    found = {path for path in source.files() if any(name.split(".")[0] in outside for name in source.imported(path))}
    assert excess(found, CELERY) == NONE


def test_celery_is_named_where_it_must_be() -> None:
    found = {path for path in source.files() if any(re.search(r"\bcelery\b", text, re.I) for text in source.strings(path))}
    assert excess(found, SAYS_CELERY) == NONE


def test_only_the_one_process_sees_both_sides() -> None:
    found = {path for path in source.files("web") if any(name.split(".")[0] == "workers" for name in source.imported(path))}
    assert excess(found, {"web/one_process.py"}) == NONE


def test_every_package_says_what_it_is() -> None:
    packages = [path for path in source.files() if path.endswith("__init__.py")]
    assert [path for path in packages if not ast.get_docstring(source.tree(path))] == []


def test_files_are_short() -> None:
    found = {
        path for path in source.files(*source.PACKAGES, "tests") if len((source.ROOT / path).read_text("utf-8").splitlines()) > LONGEST_FILE
    }
    assert excess(found, TOO_LARGE) == NONE


def test_functions_are_short() -> None:
    found = {
        (path, each.name)
        for path in source.files()
        for each in source.functions(path)
        if (each.end_lineno or 0) - each.lineno + 1 > LONGEST_FUNCTION
    }
    assert excess(found, TOO_LONG) == NONE


@pytest.mark.parametrize("name", ["utils", "util", "helpers", "helper", "common", "manager", "misc"])
def test_nothing_is_named_after_nothing(name: str) -> None:
    stems = {part.removesuffix(".py"): path for path in source.files(*source.PACKAGES, "tests") for part in path.split("/")}
    assert stems.get(name) is None


def test_a_migration_takes_nothing_from_the_program_before_it() -> None:
    """So that the program of the schema before goes on while, and after, the next one comes: what it reads and writes stays."""
    taken = re.compile(
        r"drop (?:table|column|function|view|schema)|rename |set not null|alter column \S+ type|revoke (?!create|all on function)"
    )
    found = {
        (path.name, match)
        for path in (source.ROOT / "incident/db/migrations/versions").glob("*.sql")
        if path.name[:4] > FREE_UNTIL
        for match in taken.findall(re.sub(r"--.*", "", path.read_text(encoding="utf-8")))
    }
    assert found == set()


FREE_UNTIL = "0009"
"""Migrations up to here belong to no program that could be running beside the next."""
