"""`demarche up` as a process: ready, refused, stopped, killed, adopted."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from incident.db.embedded import EmbeddedPostgres
from tests import servers

_UP = "from web.cli.up import up; up()"
PATIENCE = 60.0
pytestmark = pytest.mark.processes


@contextmanager
def up(home: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A node without a demo, from the moment when it says where it is."""
    process = start(home, port, **environment)
    try:
        assert process.stdout is not None
        assert any("Démarche is at" in line for line in process.stdout), "it ended before it was ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def start(home: Path, port: int, **environment: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-X", "faulthandler", "-c", _UP, "--home", str(home), "--port", str(port), "--no-demo"]
    return subprocess.Popen(
        words,
        cwd=home.parent,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONIOENCODING": "utf-8", "COLUMNS": "200", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ends(process: subprocess.Popen[str]) -> int:
    """Its exit code; what it said on the way is shown where that is not awaited."""
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # with `faulthandler` it says where every thread stands
        said, _ = process.communicate()
    print(said)
    return process.returncode


def is_alive(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=20) as answer:
        return bool(answer.status == 200)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_then_stops_cleanly_when_asked(tmp_path: Path, how: signal.Signals) -> None:
    port = servers.free_port()
    with up(tmp_path / "home", port) as process:
        assert is_alive(port)
        process.send_signal(how)
        assert ends(process) == 0
    assert not (tmp_path / "home" / "data" / "postmaster.pid").exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_after_a_kill_the_next_start_takes_the_database_over_and_carries_on(tmp_path: Path) -> None:
    home, port = tmp_path / "home", servers.free_port()
    with up(home, port) as process:
        stayed = EmbeddedPostgres(home).pid
        process.kill()
        process.wait()
    assert EmbeddedPostgres(home).pid == stayed
    with up(home, port) as process:
        assert EmbeddedPostgres(home).pid == stayed
        assert is_alive(port)
        process.terminate()
        assert ends(process) == 0
    assert EmbeddedPostgres(home).pid is None


def test_a_second_one_on_the_same_home_or_port_says_so_and_leaves_the_first_alone(tmp_path: Path) -> None:
    home, port = tmp_path / "home", servers.free_port()
    with up(home, port) as process:
        same_home = start(home, servers.free_port())
        assert f"Another Démarche is running on this home (pid {process.pid})" in same_home.communicate()[0]
        same_port = start(tmp_path / "other", port)
        assert f"Port {port} on 127.0.0.1 is taken" in same_port.communicate()[0]
        assert (same_home.returncode, same_port.returncode) == (3, 3)
        assert not (tmp_path / "other").exists()
        assert is_alive(port)
        process.terminate()
        assert ends(process) == 0


def test_a_database_that_dies_is_brought_up_again(tmp_path: Path) -> None:
    home, port = tmp_path / "home", servers.free_port()
    with up(home, port) as process:
        first = EmbeddedPostgres(home).pid
        assert first is not None
        subprocess.run(["kill", "-9", str(first)], check=True)
        assert process.stdout is not None
        assert any("database_back" in line for line in process.stdout)
        assert EmbeddedPostgres(home).pid not in (None, first)
        process.terminate()
        assert ends(process) == 0


def test_with_a_database_from_outside_none_is_started(tmp_path: Path) -> None:
    home, port = tmp_path / "home", servers.free_port()
    with servers.database() as url, up(home, port, DATABASE_URL=url) as process:
        assert is_alive(port)
        assert not (home / "data").exists()
        process.terminate()
        assert ends(process) == 0
