"""`demarche replay`: other people's records, filed through the HTTP API like anybody's."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from incident.rules import exchange
from web.cli.options import ADDRESS
from web.cli.replay_server import NOWHERE, BadKeys, Keys, NoPlace, NoService, Party, Places, Server, refusal

_REPORTS, _NOTIFICATIONS = "/api/v1/reports", "/api/v1/notifications"
_PENDING = frozenset({"pending", "claimed"})
_FIRST_PAUSE, _LONGEST_PAUSE, _QUIET = 0.05, 1.0, 5.0
NOT_SERVED, INTERRUPTED = 3, 130


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that was not filed, where it is wrong and why."""

    record: str
    pointer: str
    reason: str


@dataclass(slots=True)
class Totals:
    """What became of the records so far. Every record read is filed, a duplicate, or refused."""

    filed: int = 0
    duplicate: int = 0
    refused: list[Refusal] = field(default_factory=list)
    obligations: int = 0
    notifications: dict[str, int] = field(default_factory=dict)
    incidents: set[str] = field(default_factory=set)
    notices: set[str] = field(default_factory=set)
    filers: dict[str, Party] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """How many records were dealt with."""
        return self.filed + self.duplicate + len(self.refused)

    def shown(self) -> dict[str, object]:
        """The totals as the one JSON object of `--json`."""
        refused = [{"record": r.record, "pointer": r.pointer, "reason": r.reason} for r in self.refused]
        counts = {"read": self.read, "filed": self.filed, "duplicate": self.duplicate, "refused": refused}
        return {**counts, "obligations": self.obligations, "notifications": self.notifications}

    def count_answer(self, record: str, filer: Party, answer: httpx.Response) -> None:
        """Take note of the answer to one report."""
        if answer.status_code == 200:
            self.duplicate += 1
        elif answer.status_code != 201:
            self.refused.append(Refusal(record, *refusal(answer)))
        else:
            self._count_filed(record, filer, answer)

    def _count_filed(self, record: str, filer: Party, answer: httpx.Response) -> None:
        try:
            case = answer.json()
            obligations, notices = len(case["obligations"]), list(case["notices"])
            ids = {str(case[name]) for name in ("incident", "incident_ref") if case.get(name)}
            leaving = {str(each["id"]) for each in notices if each["released"] and not each["awaiting"]}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoService(f"the answer to {record} is not a filed report ({type(error).__name__}: {error})") from error
        self.filed += 1
        self.obligations += obligations
        self.incidents |= ids
        self.notices |= leaving
        self.filers[filer.slug] = filer


@dataclass(frozen=True, slots=True)
class Replaying:
    """One run: files records one after the other, in the order of their names, and counts."""

    server: Server
    places: Places
    shift_to: date | None
    totals: Totals

    def file(self, name: str, path: Path) -> None:
        """File one record, or note why it is not filed."""
        report = self._report(name, path)
        if isinstance(report, Refusal):
            self.totals.refused.append(report)
            return
        filer, body = report
        self.totals.count_answer(name, filer, self.server.call("POST", _REPORTS, filer, body))

    def _report(self, name: str, path: Path) -> tuple[Party, Mapping[str, object]] | Refusal:
        record = _record(name, path)
        if isinstance(record, exchange.Unreadable):
            return Refusal(name, record.pointer, record.reason)
        country = next(iter(exchange.victim_countries(record)), NOWHERE)
        place = self.places.of(country)
        if isinstance(place, NoPlace):
            return Refusal(name, "" if country == NOWHERE else "/victim/country", place.reason)
        mapped = exchange.to_report(record, exchange.Destination(place.deployment, place.zone, self.shift_to))
        if isinstance(mapped, exchange.Unreadable):
            return Refusal(name, mapped.pointer, mapped.reason)
        return place.filer, mapped.body


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--shift-to",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Move each record by whole weeks so that its awareness falls in the seven days ending on DATE; the original "
    "dates stand in the summary. A day that has not begun in a deployment's zone is refused there as in the future.",
)
@click.option("--speed", type=click.FloatRange(min=0), default=0, metavar="N", help="At most N a second [0: no limit].")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N files, by name.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=60,
    metavar="SECONDS",
    help="How long to wait at the end for notifications to leave [60].",
)
@click.option("--patience", type=click.IntRange(min=1), default=8, metavar="N", help="Attempts at one request before giving up [8].")
@click.option("--base-url", type=ADDRESS, metavar="URL", help="The node; by default the one that the keys file names.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DEMARCHE_HOME",
    default=Path(".demarche"),
    metavar="DIR",
    help="Where demo.json lies, the file with the keys [$DEMARCHE_HOME, else .demarche].",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Another file of the shape of demo.json, in its place.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the totals as one JSON object, and nothing else, on stdout.")
@click.pass_context
def replay(context: click.Context, /, *, home: Path, keys_file: Path | None, as_json: bool, **options: Any) -> None:
    """File the VERIS incidents (JSON) and MITRE ATLAS case studies (YAML) under DIR as reports.

    Each record goes to the deployment of its victim's country (made when there is none), filed by that country's CERT,
    or by the one that coordinates when no key of its own is at hand. Filing the same again is filing once; another
    --shift-to is another report under the same reference, which the node refuses. Obligations and notifications count
    what this run filed.

    Exit codes: 0 every file is accounted for, as filed, duplicate or refused; 2 wrong usage or keys file; 3 the node
    could not be reached or would not serve (the totals so far are printed); 130 interrupted (likewise).
    """
    totals = Totals()
    try:
        code = _run(Keys.load(keys_file or home / "demo.json"), totals, quiet=as_json, **options)
    except BadKeys as error:
        raise click.UsageError(str(error)) from error
    _print(totals, as_json)
    context.exit(code)


def _run(
    keys: Keys,
    totals: Totals,
    *,
    quiet: bool,
    folder: Path,
    shift_to: datetime | None,
    speed: float,
    limit: int | None,
    wait: float,
    patience: int,
    base_url: str | None,
) -> int:
    """Fill in `totals`; the exit code."""
    files = list(islice(_files(folder), limit))
    try:
        with _interruptible() as stop_if_asked, Server(base_url or keys.base_url, patience) as server:
            run = Replaying(server, Places(server, keys), shift_to.date() if shift_to else None, totals)
            for name, path in _shown(_paced(files, speed), len(files), quiet):
                run.file(name, path)
                stop_if_asked()
            totals.notifications = _settled(server, totals, wait)
    except NoService as error:
        click.echo(f"Error: {error}", err=True)
        return NOT_SERVED
    except KeyboardInterrupt:
        click.echo("Interrupted; these are the totals so far.", err=True)
        return INTERRUPTED
    return 0


@contextmanager
def _interruptible() -> Iterator[Callable[[], None]]:
    """Ctrl-C is raised at once, and again where the caller looks: one that falls into somebody's clean-up is lost there."""
    asked: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    def stop_if_asked() -> None:
        if asked:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop_if_asked
    finally:
        signal.signal(signal.SIGINT, before)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below `folder` with its name relative to it, in the order of names.

    Linked folders are followed, each folder once; a folder that cannot be read, or leads back, is given as if it were a file.
    """
    unread: list[OSError] = []
    found: list[Path] = []
    seen = {folder.resolve()}
    for at, folders, names in os.walk(folder, onerror=unread.append, followlinks=True):
        found += [Path(at, name) for name in names]
        for below in [Path(at, name) for name in folders]:
            if below.resolve() in seen:
                folders.remove(below.name)
                found.append(below)
            seen.add(below.resolve())
    found += [Path(str(error.filename)) for error in unread]
    for path in sorted(found, key=lambda path: path.relative_to(folder).as_posix()):
        yield path.relative_to(folder).as_posix().encode("utf-8", "replace").decode(), path


def _record(name: str, path: Path) -> exchange.Record | exchange.Unreadable:
    try:
        if not path.is_file():
            return exchange.Unreadable(name, "", "not a regular file that can be read")
        with path.open("rb") as opened:
            return exchange.read(name, opened.read(exchange.LARGEST + 1))
    except OSError as error:
        return exchange.Unreadable(name, "", f"cannot be read: {error.strerror}")


def _paced(files: Iterable[tuple[str, Path]], speed: float) -> Iterator[tuple[str, Path]]:
    """The same, at most `speed` of them a second; 0 does not hold them back."""
    started = time.monotonic()
    for index, each in enumerate(files):
        if speed:
            time.sleep(max(0.0, started + index / speed - time.monotonic()))
        yield each


def _shown(files: Iterable[tuple[str, Path]], total: int, quiet: bool) -> Iterator[tuple[str, Path]]:
    """The same, with a progress bar on stderr when that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield from progress.track(files, total=total, description="Filing records")


def _settled(server: Server, totals: Totals, wait: float) -> dict[str, int]:
    """The notifications of what was filed, by state: once none is still to leave, or nothing moves, or `wait` seconds on.

    A notice that was released and has no notification yet is still to leave.
    """
    ends = time.monotonic() + wait
    before, moved, pause = Counter[str](), time.monotonic(), _FIRST_PAUSE
    while totals.filed:
        states, noticed = _notifications(server, totals)
        if states != before:
            before, moved = states, time.monotonic()
        waiting = bool(_PENDING & set(states))
        quiet = not waiting and (totals.notices <= noticed or time.monotonic() - moved >= _QUIET)
        if quiet or time.monotonic() >= ends:
            break
        time.sleep(max(0.0, min(pause, ends - time.monotonic())))
        pause = min(pause * 2, _LONGEST_PAUSE)
    return dict(sorted(before.items()))


def _notifications(server: Server, totals: Totals) -> tuple[Counter[str], set[str]]:
    """(How many are in each state, which notices they carry), for the incidents of this run as their filers see them."""
    mine: dict[str, tuple[str, str]] = {}
    for _, filer in sorted(totals.filers.items()):
        for item in server.listed(_NOTIFICATIONS, filer):
            if {str(item.get("incident")), str(item.get("incident_ref"))} & totals.incidents:
                mine[str(item.get("id"))] = (str(item.get("state")), str(item.get("notice")))
    return Counter(state for state, _ in mine.values()), {notice for _, notice in mine.values()}


def _print(totals: Totals, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(totals.shown()))
        return
    table = Table(show_header=False, box=None)
    counts = {"read": totals.read, "filed": totals.filed, "duplicate": totals.duplicate, "refused": len(totals.refused)}
    states = {f"notifications {state}": number for state, number in totals.notifications.items()}
    for name, number in {**counts, "obligations": totals.obligations, **states}.items():
        table.add_row(name, str(number))
    console = Console()
    console.print(table)
    for refused in totals.refused:
        line = f"refused {refused.record} {refused.pointer}: {refused.reason}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
