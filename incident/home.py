"""The node's own folder: private, marked as ours, and used by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from incident.errors import Refused

MARK = "demarche-home"


class BadHome(Refused):
    """The folder named as home cannot be one; nothing in it was changed."""

    code = "bad_home"


class HomeTaken(Refused):
    """Another process runs on this home; `pid` names it, or is None when it has not written its number yet."""

    code = "home_taken"

    def __init__(self, home: Path, pid: int | None) -> None:
        who = f"pid {pid}" if pid else "pid not known yet"
        super().__init__(f"Another Démarche is running on this home ({who}): {home}. Stop it, or name another with --home.")
        self.pid = pid


def open_home(home: Path) -> Path:
    """The absolute path of `home`, which is then a folder of ours with mode 0700.

    A missing folder is made, an empty one is taken over; no other folder's permissions are touched.

    Raises:
        BadHome: when it is shared, holds other things, or cannot be written.
    """
    home = Path(os.path.abspath(home.expanduser()))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (home / MARK).exists():
            _take_over(home)
        if stat.S_IMODE(home.stat().st_mode) != 0o700:
            home.chmod(0o700)
    except OSError as error:
        raise BadHome(f"{home} cannot be the home: {error.strerror}. Expected a folder that this user may write.") from error
    return home


def _take_over(home: Path) -> None:
    if home.stat().st_mode & stat.S_ISVTX:
        raise BadHome(f"{home} is a folder shared by everybody. Expected an empty or a new folder.")
    if any(home.iterdir()):
        raise BadHome(f"{home} holds other files and is not a home of Démarche. Expected an empty or a new folder.")
    (home / MARK).write_text("A home of Démarche: database, keys. Private to its user.\n")


def keep_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of `path`, made with mode 0600 if it does not exist; of several processes the first decides."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
    return path.read_bytes()


class HomeLock:
    """Holds a home for this process; the kernel lets go when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._handle: int | None = None

    def take(self) -> None:
        """Take it without waiting.

        Raises:
            HomeTaken: when another process, or another object of this one, holds it.
        """
        handle = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.read(handle, 32).strip()
            os.close(handle)
            raise HomeTaken(self.home, int(written) if written.isdigit() else None) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Let go; harmless when nothing is held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
