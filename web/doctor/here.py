"""What can be seen on this machine alone: settings, home, disk, key, clock, calendars and time zones."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from incident import clock
from incident.settings import Settings
from web.doctor.lines import BAD, OK, WARN, Line, graded

_LOCAL = ("127.0.0.1", "localhost", "::1")
_MIB = 2**20
_YEAR = timedelta(days=365)


def settings_lines(settings: Settings) -> Iterator[Line]:
    """What is risky among the settings; one line that says so when nothing is."""
    risky = [*_addresses(settings), *_openings(settings)]
    yield from risky or [Line("settings", OK, "nothing risky is set")]


def _addresses(settings: Settings) -> Iterator[Line]:
    base = urlsplit(settings.base_url)
    if base.scheme == "http" and base.hostname not in _LOCAL:
        yield Line("settings.base_url", BAD, f"{settings.base_url} is http: keys and sessions travel in clear", "Set an https address.")
    if settings.node_name == settings.base_url and base.hostname in _LOCAL:
        said = f"no name is set: evidence is signed as the node's address, for one started here {settings.node_name}"
        yield Line("settings.node_name", WARN, said, "Set DEMARCHE_NODE_NAME before the first case.")
    if settings.smtp_url is None:
        yield Line("settings.smtp", WARN, "no mail server is set: mail waits, or goes to the sink of a demo", "Set DEMARCHE_SMTP_URL.")
    elif urlsplit(settings.smtp_url).scheme == "smtp" and "starttls=1" not in settings.smtp_url:
        yield Line("settings.smtp", OK, "mail goes without TLS to a server on this machine")


def _openings(settings: Settings) -> Iterator[Line]:
    if settings.crash_at is not None:
        yield Line("settings.crash_at", BAD, f"this process ends at {settings.crash_at}", "Unset DEMARCHE_CRASH_AT; it is for trials.")
    if settings.log_level == "DEBUG":
        yield Line("settings.log_level", WARN, "DEBUG writes much", "Set DEMARCHE_LOG_LEVEL=INFO.")
    for entry in settings.egress_allow:
        if "/" in entry and ip_network(entry).num_addresses > 2**16 and not ip_network(entry).is_loopback:
            yield Line("settings.egress_allow", WARN, f"webhooks may reach all of {entry}", "Name the hosts that are meant.")


def home(settings: Settings) -> Iterator[Line]:
    """The folder, its disk, and the key in it. Nothing is made."""
    folder = settings.home
    if not folder.is_dir():
        yield Line("home", BAD, f"{folder} does not exist", "Start the node once, or name the folder with --home.")
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    yield Line("home", OK if mode == 0o700 else BAD, f"{folder} is {mode:o}", "" if mode == 0o700 else f"chmod 700 {folder}")
    yield _disk(folder)
    yield from _key(settings.named_signing_key_file or folder / "signing_key.pem")


def _disk(folder: Path) -> Line:
    free, total = shutil.disk_usage(folder).free, shutil.disk_usage(folder).total
    said = f"{free // _MIB} MiB of {total // _MIB} MiB free"
    share = min(free / total * 20, free / (2048 * _MIB))  # full marks at 5 % and 2 GiB
    return graded("disk", share, warn=1, bad=0.2, said=said, do="Make room; with none left reports are refused with 503 until there is.")


def _key(path: Path) -> Iterator[Line]:
    if not path.is_file():
        yield Line("signing_key", BAD, f"there is no key at {path}", "Start the node once, or name the key's file.")
        return
    loose = stat.S_IMODE(path.stat().st_mode) & 0o077
    yield Line(
        "signing_key", BAD if loose else OK, f"{path} is {'' if loose else 'not '}readable by others", f"chmod 600 {path}" if loose else ""
    )
    age = clock.since(path.stat().st_mtime)
    yield graded(
        "signing_key.age", -age / _YEAR, warn=-2, bad=-5, said=f"{age.days} days old", do="Make a new one, and keep the old public key."
    )


def law(settings: Settings) -> Iterator[Line]:
    """How far the calendars are published, and which time zones deadlines are dated with."""
    from incident.rules.legaltime import tzdata_version
    from incident.rules.legaltime.calendars import shipped

    today = clock.wall().date()
    ending = sorted({each.published_until for each in shipped() if each.published_until is not None})
    if ending:
        left = (ending[0] - today.year) * 12 + 12 - today.month
        said = f"official lists end with {ending[0]}"
        yield graded(
            "calendars", left, warn=3, bad=0, said=said, do="Update the program; deadlines beyond say that the list was not published."
        )
    version = tzdata_version()
    yield graded("tzdata", int(version[:4]) - today.year, warn=-1, bad=-2, said=f"time zones of {version}", do="Update the package tzdata.")


def clocks(settings: Settings) -> Iterator[Line]:
    """This machine's clock against its own steady one."""
    moved = abs(clock.stepped(0.2).total_seconds())
    state = OK if moved < 0.05 else WARN
    do = "" if state == OK else "See what sets this machine's clock; it should be slewed, not stepped."
    yield Line("clock.steady", state, f"moved {moved * 1000:.0f} ms against the steady clock within 0.2 s", do)
    if not os.path.isdir("/usr/share/zoneinfo"):
        yield Line("clock.zones", OK, "time zones come from the package alone")
