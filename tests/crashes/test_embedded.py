"""The embedded PostgreSQL through crashes, odd folders and second processes. Real processes, real signals."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from incident import cluster
from incident.cluster import CannotServe
from incident.db import signals
from incident.db.embedded import FORGETFUL, SERVING, EmbeddedPostgres
from incident.home import BadHome, HomeTaken, open_home

FS_IOC_FIEMAP, DELALLOC = 0xC020660B, 0x4

_READ_BESIDE = """
import sys
from pathlib import Path
import alembic.config
from incident.db import migrate
from incident.db.embedded import FORGETFUL, EmbeddedPostgres
before = set(sys.modules)
server = EmbeddedPostgres(Path(sys.argv[1]), FORGETFUL)
server.start()
migrate(server.url())
server.stop()
print(*sorted(set(sys.modules) - before))
"""

_OWNER = """
import sys
from pathlib import Path
from incident.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def running(home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home, FORGETFUL)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def another_process(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that has started the PostgreSQL of `home` and holds it; with the server's pid."""
    words = [sys.executable, "-c", _OWNER, str(home)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder near the root: pytest's own holds the user's name and the test's, too long for some to have a socket in it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        yield Path(made)


def ask(server: EmbeddedPostgres, query: str) -> object:
    with signals.open_line(server.url(), application="tests") as line:
        row = line.execute(query).fetchone()
        assert row is not None
        return row[0]


def do(server: EmbeddedPostgres, statement: str) -> None:
    with signals.open_line(server.url(), application="tests") as line:
        line.execute(statement)


def in_memory_alone(path: Path) -> bool:
    """Whether the file system says that something of the file has no place on the disk yet; False where it does not say."""
    head, extent = struct.Struct("=QQIIII"), struct.Struct("=QQQ16xI12x")
    asked = bytearray(head.pack(0, 2**64 - 1, 0, 0, 64, 0) + bytes(64 * extent.size))
    with path.open("rb") as file, suppress(OSError):
        fcntl.ioctl(file, FS_IOC_FIEMAP, asked)
    found = head.unpack_from(asked)[3]
    return any(extent.unpack_from(asked, head.size + n * extent.size)[3] & DELALLOC for n in range(found))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_there_at_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path / "home") as server:
        do(server, "create table kept as select 7 as n")
    assert server.pid is None
    with running(tmp_path / "home") as server:
        assert not server.adopted
        assert ask(server, "select n from kept") == 7


def test_a_server_whose_parent_was_killed_is_adopted(tmp_path: Path) -> None:
    with another_process(tmp_path / "home") as (process, pid):
        process.kill()
        process.wait()
        with running(tmp_path / "home") as server:
            assert server.adopted
            assert server.pid == pid
            assert ask(server, "select 1") == 1
    assert server.pid is None


def test_a_second_process_on_the_same_home_is_told_who_has_it(tmp_path: Path) -> None:
    with another_process(tmp_path / "home") as (process, _):
        with pytest.raises(HomeTaken, match=rf"Another Démarche is running on this home \(pid {process.pid}\)"):
            EmbeddedPostgres(tmp_path / "home").start()
        process.kill()
        process.wait()
        with running(tmp_path / "home"):
            pass


def test_after_the_server_was_killed_it_recovers_what_was_committed(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home", SERVING)
    server.start()
    do(server, "create table kept as select generate_series(1, 1000) as n")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    with pytest.raises(psycopg.OperationalError):
        ask(server, "select 1")
    server.start()
    assert ask(server, "select count(*) from kept") == 1000
    server.stop()


def test_locks_that_name_somebody_elses_process_are_not_believed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home):
        locks = [home / "data" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"]
        left_behind = [lock.read_text().split("\n", 1)[1] for lock in locks]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as somebody:
        for lock, rest in zip(locks, left_behind, strict=True):
            lock.write_text(f"{somebody.pid}\n{rest}")
        with running(home) as server:
            assert not server.adopted
            assert server.pid != somebody.pid
        assert somebody.poll() is None
        somebody.communicate(b"\n")


def test_a_cluster_half_made_is_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home):
        pass
    (home / "data").rename(home / "data.new")
    (home / "data.new" / "global" / "pg_control").unlink()
    with running(home) as server:
        assert ask(server, "select 1") == 1


def test_a_cluster_that_is_kept_is_on_the_disk_when_it_has_its_name(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    cluster.make(home)
    files = [each for each in cluster.data(home).rglob("*") if each.is_file()]
    assert len(files) > 900
    assert [each for each in files if in_memory_alone(each)] == []


def test_bringing_a_database_up_imports_nothing_that_somebody_else_may_be_importing(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _READ_BESIDE, str(tmp_path / "home")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if not name.startswith("importlib.")] == []


def test_where_the_server_is_can_be_read_while_it_is_being_settled(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "home")
    server.hold()
    with ThreadPoolExecutor(1) as another:
        settled = another.submit(lambda: [server.hold() for _ in range(300)])
        said = {server.url()}
        while not settled.done():
            said.add(server.url())
    assert said == {server.url()}
    server.stop()


@pytest.mark.parametrize("name", ["a b", "it's", 'say "so"', "$HOME `id`", "comma, comma", "größe", "x" * 120])
def test_the_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    with running(tmp_path / name) as server:
        assert ask(server, "select current_setting('data_directory')") == str(tmp_path / name / "data")
        socket_dir = Path(str(ask(server, "select current_setting('unix_socket_directories')")).strip('"'))
        assert socket_dir.name.startswith("demarche-") == (name in ("comma, comma", "x" * 120))


def test_a_socket_folder_elsewhere_is_private_and_goes_with_the_server(tmp_path: Path) -> None:
    with running(tmp_path / ("x" * 120)) as server:
        socket_dir = Path(str(ask(server, "select current_setting('unix_socket_directories')")).strip('"'))
        assert mode(socket_dir) == 0o700
    assert not socket_dir.exists()


def test_only_the_home_is_made_private_and_no_other_folder_changes(tmp_path: Path) -> None:
    parents = [tmp_path / "a", tmp_path / "a" / "b"]
    for parent, wanted in zip(parents, (0o711, 0o700), strict=True):
        parent.mkdir()
        parent.chmod(wanted)
    above = [*parents, *tmp_path.parents, tmp_path]
    before = {folder: mode(folder) for folder in above}
    home = parents[-1] / "home"
    with running(home):
        assert [mode(home), mode(home / "data"), mode(home / "run")] == [0o700] * 3
        assert {folder: mode(folder) for folder in above} == before
    assert {folder: mode(folder) for folder in above} == before


def test_nothing_listens_on_a_network(tmp_path: Path) -> None:
    with running(tmp_path / "home") as server:
        assert ask(server, "select current_setting('listen_addresses')") == ""


def test_a_folder_with_other_things_in_it_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one")
    tmp_path.chmod(0o755)
    with pytest.raises(BadHome, match="holds other files"):
        EmbeddedPostgres(tmp_path).start()
    assert mode(tmp_path) == 0o755
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_shared_by_everybody_is_no_home(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(BadHome, match="shared by everybody"):
        EmbeddedPostgres(shared).start()
    assert mode(shared) == 0o1777


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadHome, match="cannot be the home"):
        EmbeddedPostgres(tmp_path / "file").start()


def test_a_log_says_why_it_did_not_start_and_the_home_is_free_again(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="shared_buffers"):
        EmbeddedPostgres(tmp_path / "home", {"shared_buffers": "many"}).start()
    with running(tmp_path / "home") as server:
        assert ask(server, "select 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a user namespace")
def test_root_without_user_namespaces_is_told_what_to_do_instead(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _OWNER, str(tmp_path / "home")]
    done = subprocess.run(words, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Run as an ordinary user, or set DATABASE_URL" in done.stderr
