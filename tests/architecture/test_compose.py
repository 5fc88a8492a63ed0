"""The compose file and the image say what the program says; there is no container engine here to ask."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident.settings import _VARIABLES
from web.processes import PROCESSES, ROLES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
_NOT_OURS = {"DATABASE_URL", "REDIS_URL"}


def test_there_is_a_service_for_every_process_and_two_servers_besides() -> None:
    assert set(SERVICES) == {*PROCESSES, "postgres", "redis"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_is_started_by_the_very_words_of_its_process(name: str) -> None:
    assert tuple(SERVICES[name]["command"]) == PROCESSES[name]
    assert "entrypoint" not in SERVICES[name]
    assert "ENTRYPOINT" not in DOCKERFILE


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_logs_in_with_the_role_of_its_process_and_no_other(name: str) -> None:
    url = SERVICES[name]["environment"].get("DATABASE_URL")
    assert (url and url.split("//")[1].split(":")[0]) == ROLES[name]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    user = SERVICES[name].get("user")
    if name in PROCESSES:
        assert user is None
        assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] == "demarche"
    else:
        assert user not in (None, "root", "0")


@pytest.mark.parametrize("name", [*PROCESSES, "redis"])
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_says_how_it_is(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", sorted(set(PROCESSES) - {"migrate"}))
def test_a_process_waits_for_the_servers_and_for_the_migration(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_every_volume_used_is_named_and_every_named_one_used() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_a_secret_is_asked_for_and_never_written_down() -> None:
    for name in ("POSTGRES_PASSWORD", "DEMARCHE_WEB_PASSWORD", "DEMARCHE_WORKER_PASSWORD", "DEMARCHE_SECRET_KEY"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)
        assert uses
        assert all(use.startswith(":?") for use in uses)
    for password in re.findall(r"://\w+:([^@\s]*)@", TEXT):
        assert password.startswith("${")


def test_every_variable_asked_for_stands_in_the_example() -> None:
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == example


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_sets_only_variables_that_the_program_reads(name: str) -> None:
    known = {variable for variable, _, _ in _VARIABLES.values()}
    assert set(SERVICES[name]["environment"]) <= known | _NOT_OURS


def test_everything_that_the_image_installs_is_pinned_by_hash_or_is_ours() -> None:
    installs = re.findall(r"pip (?:install|wheel) ([^\n&]*)", DOCKERFILE)
    assert len(installs) == 4
    assert all("--require-hashes" in words or "--no-deps" in words for words in installs)


def test_what_the_image_copies_is_let_through_and_is_there() -> None:
    copied = re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE)
    names = {word for line in copied for word in line.split()[:-1]}
    let_through = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert names == let_through
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_the_first_word_of_every_process_is_a_program_that_the_package_installs() -> None:
    for words in PROCESSES.values():
        program = Path(sys.executable).with_name(words[0])
        done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
