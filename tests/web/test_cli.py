"""The command line itself: help, exit codes, settings, agreement documents. None of this needs a node."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incident.settings import _VARIABLES
from web.cli import COMMANDS, cli, load
from web.processes import PROCESSES

AGREEMENTS = Path(__file__).parents[2] / "web" / "demo" / "agreements"
GOOD = AGREEMENTS / "sovereign-ai-assurance.yaml"


def run(*words: str, stdin: str | bytes | None = None, **environment: str | None) -> Result:
    nothing_set = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "DEMARCHE_API_KEY", "DEMARCHE_BASE_URL"))
    return CliRunner().invoke(cli, list(words), input=stdin, env=nothing_set | environment, catch_exceptions=False)


def document(result: Result) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)


def commands() -> list[tuple[str, ...]]:
    """Every command and subcommand by its words."""
    return [words for name in COMMANDS for words in _within((name,), load(name))]


def _within(words: tuple[str, ...], command: Any) -> list[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    return [words] if not inner else [deeper for name, each in inner.items() for deeper in _within((*words, name), each)]


def test_the_list_says_of_each_command_what_the_command_says_of_itself() -> None:
    for name, (_, line) in COMMANDS.items():
        assert (load(name).help or "").strip().replace("\n", " ").startswith(line), name


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_its_exit_codes(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert "Exit codes:" in result.stdout


@pytest.mark.parametrize("words", [each for each in commands() if each[0] not in ("up", "replay")], ids=" ".join)
def test_every_command_shows_how_it_is_used(words: tuple[str, ...]) -> None:
    assert "Examples:" in run(*words, "--help").stdout


@pytest.mark.parametrize("words", [each for each in commands() if each[0] not in ("up", "web", "timekeeper")], ids=" ".join)
def test_every_command_that_ends_by_itself_can_answer_in_json(words: tuple[str, ...]) -> None:
    assert "--json" in run(*words, "--help").stdout


def test_help_names_every_command_and_the_exit_codes() -> None:
    said = run("--help").stdout
    assert all(name in said for name in COMMANDS)
    for meaning in ("done", "refused, or something wrong was found", "cannot be used", "could not be reached", "interrupted"):
        assert meaning in said


def test_help_loads_no_database_no_web_and_no_http() -> None:
    script = "import sys; from web.cli import cli; cli(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "flask", "celery", "httpx", "marshmallow", "psycopg", "yaml", "granian"}
    assert heavy & set(done.stderr.split()) == set()


def test_the_processes_of_production_that_are_ours_are_commands() -> None:
    assert {words[1] for words in PROCESSES.values() if words[0] == "demarche"} <= set(COMMANDS)


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"demarche {version('demarche')}\n"


def test_a_mistyped_command_is_wrong_usage_and_the_right_one_is_suggested() -> None:
    result = run("evidance")
    assert result.exit_code == 2
    assert "evidence" in result.stderr


# -- settings ------------------------------------------------------------------------------------------------------------


def test_config_prints_no_secret(tmp_path: Path) -> None:
    secrets = {
        "DATABASE_URL": "postgresql://demarche_web:hunter2hunter2@db:5432/demarche",
        "REDIS_URL": "redis://:redispassword@redis:6379/0",
        "DEMARCHE_SMTP_URL": "smtp://desk:smtppassword@mail.example.ee:587?starttls=1",
        "DEMARCHE_SECRET_KEY": "averysecretkeyofmorethan32characters",
        "DEMARCHE_WEB_PASSWORD": "webpasswordwebpassword",
        "DEMARCHE_WORKER_PASSWORD": "workerpasswordworkerpassword",
    }
    for words in (["config"], ["config", "--json"]):
        result = run(*words, DEMARCHE_HOME=str(tmp_path / "home"), **secrets)
        assert result.exit_code == 0
        for secret in ("hunter2", "redispassword", "smtppassword", "averysecretkey", "webpassword", "workerpassword"):
            assert secret not in result.output
        assert "demarche_web:***@db:5432" in result.stdout
    assert not (tmp_path / "home").exists()


def test_config_in_json_is_one_object_of_settings() -> None:
    shown = document(run("config", "--json", DEMARCHE_PORT="8765"))
    assert shown["port"] == 8765
    assert shown["database_url"] is None
    assert shown["egress_allow"] == []


def test_a_setting_that_cannot_be_used_is_named_and_is_wrong_usage() -> None:
    result = run("config", "--json", DEMARCHE_PORT="eighty")
    assert result.exit_code == 2
    assert "DEMARCHE_PORT" in document(result)["error"]["message"]
    assert "DEMARCHE_PORT" in result.stderr


@pytest.mark.parametrize("command", ["web", "timekeeper"])
def test_a_process_without_a_database_says_so_at_once(command: str) -> None:
    result = run(command, REDIS_URL="redis://127.0.0.1:1/0")
    assert result.exit_code == 2
    assert "DATABASE_URL is not set" in result.stderr


def test_the_web_does_not_listen_on_a_port_that_nobody_knows() -> None:
    result = run("web", "--port", "0", DATABASE_URL="postgresql://demarche_web@127.0.0.1/demarche")
    assert result.exit_code == 2
    assert "number from 1 to 65535" in result.stderr


def test_the_web_says_in_a_line_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        words = [sys.executable, "-c", "from web.cli import main; main()", "web", "--port", port]
        nowhere = {"DATABASE_URL": "postgresql://demarche_web@127.0.0.1:1/demarche", "DEMARCHE_HOME": str(tmp_path / "home")}
        done = subprocess.run(words, env=os.environ | nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_web_does_not_start_with_a_key_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("not a key")
    result = run("web", DATABASE_URL="postgresql://demarche_web@127.0.0.1:1/demarche", DEMARCHE_SIGNING_KEY_FILE=str(tmp_path / "key.pem"))
    assert result.exit_code == 2
    assert "DEMARCHE_SIGNING_KEY_FILE" in result.stderr


# -- agreement documents ----------------------------------------------------------------------------------------------------


def test_the_agreements_of_the_demo_have_no_errors() -> None:
    files = sorted(str(each) for each in AGREEMENTS.iterdir())
    result = run("agreement", "lint", *files, "--json")
    assert result.exit_code == 0
    assert [each["file"] for each in document(result)["files"]] == files
    assert all(each["digest"].startswith("sha256:") for each in document(result)["files"])


def test_a_clause_that_cannot_work_is_an_error_at_its_pointer(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.read_text().replace("fact: severity", "fact: severety", 1))
    result = run("agreement", "lint", str(bad), "--json")
    assert result.exit_code == 1
    found = document(result)
    assert found["errors"] == 1
    assert found["files"][0]["findings"][0]["code"] == "unknown_fact"
    assert found["files"][0]["findings"][0]["pointer"].startswith("/commitments/")


def test_every_fault_of_form_is_named_and_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: agreement/1\nname: Not A Slug\n")
    result = run("agreement", "lint", str(bad), str(GOOD), "--json")
    assert result.exit_code == 1
    faults, good = (each["findings"] for each in document(result)["files"])
    assert {"", "/name", "/version", "/parties"} <= {each["pointer"] for each in faults}
    assert [each for each in good if each["level"] == "error"] == []


def test_with_strict_a_warning_counts(tmp_path: Path) -> None:
    warned = tmp_path / "warned.yaml"
    warned.write_text(GOOD.read_text().replace("severity, tlp]", "severity]", 1).replace("severity, tlp, stage", "severity, stage", 1))
    loose, strict = (run("agreement", "lint", str(warned), "--json", *more) for more in ((), ("--strict",)))
    assert document(loose)["warnings"] >= 1
    assert (loose.exit_code, strict.exit_code) == (0, 1)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: [1", b"a: &x 1\nb: *x", b"\x00", b"", b"[" * 5000], ids=repr)
def test_a_file_that_is_no_document_is_an_error_and_no_crash(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    result = run("agreement", "lint", str(path), "--json")
    assert result.exit_code == 1
    assert document(result)["files"][0]["findings"][0]["level"] == "error"


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    for words in (["agreement", "lint", str(tmp_path / "none.yaml")], ["agreement", "render", str(tmp_path / "none.yaml")]):
        result = run(*words)
        assert result.exit_code == 2
        assert "none.yaml" in re.sub(r"[\s│]", "", result.stderr)  # the box may break a long path


def test_a_document_is_said_in_plain_language() -> None:
    result = run("agreement", "render", str(GOOD))
    assert result.exit_code == 0
    assert "Between:" in result.stdout
    shown = document(run("agreement", "render", str(GOOD), "--json"))
    assert shown["clauses"]
    assert all(each["text"] in result.stdout for each in shown["clauses"])


def test_two_documents_are_compared_in_sentences_and_as_json(tmp_path: Path) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(GOOD.read_text().replace('version: "3.1"', 'version: "3.2"').replace("within: {hours: 1}", "within: {hours: 2}"))
    result = run("agreement", "diff", str(GOOD), str(later))
    assert result.exit_code == 0
    assert "period: 1 hour → 2 hours; weaker: the national CERT of the deployment's country gains, each supplier loses" in result.stdout
    found = document(run("agreement", "diff", str(GOOD), str(later), "--json"))
    assert (found["old"]["version"], found["new"]["version"]) == ("3.1", "3.2")
    assert [(each["clause"], each["effect"]) for each in found["changes"]] == [("supplier_notice", "weaker")]
    assert "The two say the same." in run("agreement", "diff", str(GOOD), str(GOOD)).stdout
    assert run("agreement", "diff", str(GOOD), str(tmp_path / "none.yaml")).exit_code == 2


def test_the_json_schema_is_one_document_with_and_without_json() -> None:
    found = document(run("agreement", "schema", "--json"))
    assert found == document(run("agreement", "schema"))
    assert "commitments" in found["properties"]
    assert "parties" in found["required"]


def test_a_document_with_faults_is_refused_with_each_of_them() -> None:
    result = run("agreement", "render", "-", "--json", stdin="name: x\n")
    assert result.exit_code == 1
    assert {"/version", "/parties"} <= {each["pointer"] for each in document(result)["error"]["faults"]}


# -- how it is printed ---------------------------------------------------------------------------------------------------------


def test_a_table_in_a_pipe_is_lines_with_tabs(tmp_path: Path) -> None:
    lines = run("config", DEMARCHE_HOME=str(tmp_path)).stdout.splitlines()
    assert lines[0] == "setting\tvalue"
    assert lines[1] == f"home\t{tmp_path}"


def test_colours_are_left_out_when_they_are_not_wanted() -> None:
    words = [sys.executable, "-c", "from web.cli import main; main()", "agreement", "lint", str(GOOD)]
    wanted = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    plain = {**wanted, "NO_COLOR": "1"}
    coloured, uncoloured = (subprocess.run(words, env=env, capture_output=True, text=True, check=True).stdout for env in (wanted, plain))
    assert "\x1b[3" in coloured or "\x1b[2" in coloured
    assert "\x1b[3" not in uncoloured


def test_words_of_others_cannot_command_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text('format: agreement/1\n"na\\u001b[2Jme\\u202e": x\n')
    said = run("agreement", "lint", str(path)).stdout
    assert "\x1b" not in said
    assert "\u202e" not in said


# -- the guide ----------------------------------------------------------------------------------------------------------------


def test_the_guide_names_every_command_every_setting_and_the_exit_codes() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    assert [words for words in commands() if f"`{' '.join(words)}`" not in guide] == []
    assert [variable for variable, _, _ in _VARIABLES.values() if f"`{variable}`" not in guide] == []
    assert all(f"| {code} | " in guide for code in (0, 1, 2, 3, 130))
