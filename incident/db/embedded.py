"""A real PostgreSQL under the node's home, from the binaries of a wheel, reachable through one private socket alone.

It outlives this process when this process is killed; the next start takes it over again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from incident import cluster
from incident.cluster import CannotServe
from incident.home import HomeLock, open_home

DATABASE = "demarche"
ADMIN, WEB, WORKER = cluster.ADMIN, "demarche_web", "demarche_worker"
PORT = 5432  # the name of the socket file; nothing listens on a network
LONGEST_SOCKET = 107  # bytes in sockaddr_un on Linux, less the closing NUL

SERVING: Mapping[str, str] = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
}
FORGETFUL: Mapping[str, str] = {**SERVING, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ALWAYS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "cluster_name": "demarche",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "256MB",
    "log_checkpoints": "off",
    "lc_messages": "C",
    "io_method": "sync",  # three processes fewer; the data of one node is in the cache
}

_PROC = Path("/proc/self")


class EmbeddedPostgres:
    """The PostgreSQL of one home. `start` and `stop` are called one after the other; `url` may be asked by any thread.

    Args:
        home: the node's folder; it becomes private to this user (0700), and nothing outside it is changed.
        options: `postgresql.conf` settings; `SERVING` keeps every commit, `FORGETFUL` is for tests.
        lock: the home's, where this process holds it already; `stop` lets it go.
    """

    def __init__(self, home: Path, options: Mapping[str, str] = SERVING, *, lock: HomeLock | None = None) -> None:
        self.home = home
        self.options = options
        self.adopted = False
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Where the cluster lies."""
        return cluster.data(self.home)

    @property
    def pid(self) -> int | None:
        """The running server's process, or None when no server of this home runs."""
        written = _written_pid(self.data / "postmaster.pid")
        return written if written is not None and _serves(written, self.data) else None

    def start(self) -> None:
        """Return when the database `demarche` answers: a server that stayed up is adopted, otherwise one is started.

        Raises:
            HomeTaken: when another process runs on this home.
            CannotServe: when PostgreSQL does not come up.
        """
        try:
            self.hold()
            self._bring_up()
        except BaseException:
            self._let_go()
            raise

    def hold(self) -> None:
        """Take the home, and settle where its server is reached: from now on `url` answers, though nothing may serve there yet.

        Raises:
            HomeTaken: when another process runs on this home.
        """
        self.home = open_home(self.home)
        if self._lock is None:
            lock = HomeLock(self.home)
            lock.take()
            self._lock = lock
        if self.pid is None or not self._noted_socket_dir.exists():  # one that runs is reached where it was
            self._new_socket_dir()

    def running(self) -> bool:
        """Whether the server process is there; it may still be recovering."""
        if self._process is not None and self._process.poll() is not None:
            return False
        return self.pid is not None

    def stop(self, patience: float = 10) -> None:
        """Stop the server, finished transactions kept, and let the home go. Harmless when nothing runs.

        Open connections are ended; after `patience` seconds the server is made to stop at once and recovers next time.
        """
        try:
            pid = self.pid
            if pid is not None and not self._ended(pid, signal.SIGINT, patience):
                self._ended(pid, signal.SIGQUIT, patience)
            if self.pid is not None:
                raise CannotServe(f"The embedded PostgreSQL (pid {pid}) does not stop; its log is {self._log}.")
            if self._process is not None:
                self._process.wait(patience)
            self._remove_short_dir()
        finally:
            self._let_go()

    def url(self, role: str = ADMIN) -> str:
        """The SQLAlchemy URL of the database `demarche` for that role, through the socket.

        Raises:
            CannotServe: before the first `hold`.
        """
        query = {"host": str(self._socket_dir()), "port": str(PORT)}
        made = URL.create("postgresql+psycopg", username=role, database=DATABASE, query=query)
        return made.render_as_string(hide_password=False)

    @property
    def _log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def _noted_socket_dir(self) -> Path:
        return self.home / "socket_dir"

    def _bring_up(self) -> None:
        self.adopted = self.pid is not None and self._answers_soon(lambda: self.pid is not None)
        if not self.adopted:
            cluster.make(self.home, kept=self.options.get("fsync") != "off")
            self._bury()
            self._launch()
        self._make_database()

    def _launch(self) -> None:
        self._write_configuration(self._new_socket_dir())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [*cluster.unprivileged(), str(cluster.binary("postgres")), "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=cluster.environment(),
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal is for us; we stop it in our own time
            )
        process = self._process
        if not self._answers_soon(lambda: process.poll() is None):
            raise CannotServe(f"The embedded PostgreSQL did not start. Its log, {self._log}, ends: {_tail(self._log)}")

    def _answers_soon(self, alive: Callable[[], bool], patience: float = 60) -> bool:
        give_up = time.monotonic() + patience
        while alive() and time.monotonic() < give_up:
            with contextlib.suppress(psycopg.OperationalError, CannotServe), self._connection():
                return True
            time.sleep(0.02)
        return False

    def _connection(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self._socket_dir()), port=PORT, user=ADMIN, dbname="postgres", autocommit=True, connect_timeout=5)

    def _make_database(self) -> None:
        with self._connection() as connection:
            found = connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"create database {DATABASE}")

    def _ended(self, pid: int, how: signal.Signals, patience: float) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        give_up = time.monotonic() + patience
        while time.monotonic() < give_up:
            if self._process is not None:
                self._process.poll()  # a child that has ended stays in the process table until it is asked for
            if not _serves(pid, self.data):
                return True
            time.sleep(0.02)
        return False

    def _remove_short_dir(self) -> None:
        with contextlib.suppress(CannotServe, OSError):
            if self._socket_dir() != self.home / "run":
                self._socket_dir().rmdir()

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _bury(self, patience: float = 10) -> None:
        """Wait for what outlives a killed server by a moment, and remove locks that name somebody else's process.

        Locks that name nobody are left to PostgreSQL itself.
        """
        give_up = time.monotonic() + patience
        while _any_serves(self.data) and time.monotonic() < give_up:
            time.sleep(0.02)
        if _any_serves(self.data) is not False:
            return
        if self._process is not None:
            self._process.wait()  # a child that was killed keeps its number until it is asked for
        locks = [self.data / "postmaster.pid"]
        if self._noted_socket_dir.exists():
            locks.append(self._socket_dir() / f".s.PGSQL.{PORT}.lock")
        for lock in locks:
            named = _written_pid(lock)
            if named is not None and _somebody(named):
                lock.unlink()

    def _write_configuration(self, socket_dir: Path) -> None:
        directory = '"' + str(socket_dir).replace('"', '""') + '"'
        wanted = {**_ALWAYS, **self.options, "unix_socket_directories": directory}
        lines = [f"{name} = '{_escaped(value)}'\n" for name, value in wanted.items()]
        draft = self.data / "postgresql.conf.draft"
        draft.write_text("# Written anew at every start.\n" + "".join(lines))
        draft.replace(self.data / "postgresql.conf")

    def _socket_dir(self) -> Path:
        try:
            return Path(self._noted_socket_dir.read_text())
        except FileNotFoundError:
            raise CannotServe(f"The embedded PostgreSQL of {self.home} has never been started.") from None

    def _new_socket_dir(self) -> Path:
        """`run` in the home, or a short private folder elsewhere when the socket's path would be too long."""
        chosen = self.home / "run"
        if _fits(chosen):
            chosen.mkdir(mode=0o700, exist_ok=True)
        else:
            with contextlib.suppress(CannotServe):
                if _private(self._socket_dir()):
                    return self._socket_dir()
            short = tempfile.gettempdir() if _fits(Path(tempfile.gettempdir(), "demarche-12345678")) else "/tmp"  # noqa: S108 - mkdtemp
            chosen = Path(tempfile.mkdtemp(prefix="demarche-", dir=short))
        draft = self.home / "socket_dir.draft"  # others may be reading where the server is
        draft.write_text(str(chosen))
        draft.replace(self._noted_socket_dir)
        return chosen


def _written_pid(lock: Path) -> int | None:
    try:
        first = lock.read_text().split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _somebody(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(pid: int, data: Path) -> bool:
    """Whether that process lives and is a PostgreSQL in `data`, which it changes into; a reused number is told apart."""
    if not _PROC.exists():
        return _somebody(pid)
    try:
        name = (_PROC.parent / str(pid) / "comm").read_text().strip()
        return name == "postgres" and os.path.samefile(_PROC.parent / str(pid) / "cwd", data)
    except OSError:  # ended, a zombie, or another user's
        return False


def _any_serves(data: Path) -> bool | None:
    """Whether any process at all is a PostgreSQL in `data`; None where the system does not tell."""
    if not _PROC.exists():
        return None
    return any(_serves(int(entry.name), data) for entry in _PROC.parent.iterdir() if entry.name.isdigit())


def _fits(directory: Path) -> bool:
    """Whether a socket can be there: short enough, and no comma, which PostgreSQL's clients read as a list."""
    socket = f"{directory}/.s.PGSQL.{PORT}.lock"
    return len(os.fsencode(socket)) <= LONGEST_SOCKET and "," not in str(directory)


def _private(directory: Path) -> bool:
    """Whether it is there still, a folder of this user's own that nobody else may enter."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o700


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _tail(log: Path, lines: int = 5) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-lines:])
