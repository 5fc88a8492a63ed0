"""The node in one process, as `demarche up` starts it: how soon it answers, and what it holds when nothing happens."""

from __future__ import annotations

import compileall
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psycopg

import incident
import web
import workers
from incident.db.embedded import ADMIN, EmbeddedPostgres
from tests import servers
from tests.bench.figures import Measured
from tests.bench.processor import family, memory
from tests.bench.site import FILER, Line, Site, plain, until

FIGURES = (
    "cold start of the embedded node, new home", "cold start of the embedded node, existing home", "idle memory of the embedded node",
)  # fmt: skip
_UP = "from web.cli.up import up; up()"
SETTLED = 20.0  # seconds until a node that has just started is called idle: every sweep has gone round more than once


class Embedded:
    """One embedded node on a home of its own."""

    def __init__(self, home: Path, *, demo: bool) -> None:
        self.home = home
        self.port = servers.free_port()
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        words = [sys.executable, "-c", _UP, "--home", str(home), "--port", str(self.port), *([] if demo else ["--no-demo"])]
        began = time.monotonic()
        self._process = subprocess.Popen(
            words, env={**kept, "DEMARCHE_LOG_LEVEL": "ERROR"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until(self._ready, 60, f"the embedded node of {home} did not answer")
        self.took = time.monotonic() - began

    @classmethod
    @contextmanager
    def running(cls, site: Site) -> Iterator[Embedded]:
        """One with the demo world."""
        home = Path(tempfile.mkdtemp(dir=site.folder)) / "home"
        node = cls(home, demo=True)
        try:
            with node.line() as line:  # the file is there a moment before the rows
                loaded = "select exists (select from demarche.channel)"
                until(lambda: bool((line.execute(loaded).fetchone() or [False])[0]), 60, "the demo world was not loaded")
            yield node
        finally:
            node.stop()

    @property
    def key(self) -> str:
        """The API key of who files."""
        demo = json.loads((self.home / "demo.json").read_text(encoding="utf-8"))
        return next(str(each["api_key"]) for each in demo["parties"] if each["slug"] == FILER)

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A connection to its database as the administrator."""
        with psycopg.connect(plain(EmbeddedPostgres(self.home).url(ADMIN)), autocommit=True) as line:
            yield line

    def memory(self) -> float:
        """Megabytes of the process and its PostgreSQL, what they share counted once."""
        server = EmbeddedPostgres(self.home).pid
        return memory(family({self._process.pid, *([server] if server else [])}))

    def stop(self) -> None:
        """Ask it to end."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _ready(self) -> bool:
        assert self._process.poll() is None, f"it ended with {self._process.returncode}"
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def embedded(site: Site) -> Iterator[Callable[[], Iterator[Measured]]]:
    """Rounds of two starts on a home of their own: the first makes the database. The program is compiled, as an installed one is.

    No home is removed before the last round is over: ext4 does not use the numbers of files again that were deleted in the last
    minute, and to look for others doubles what `initdb` takes.
    """
    for package in (incident, web, workers):
        compileall.compile_dir(package.__path__[0], quiet=1)

    def round() -> Iterator[Measured]:
        home = Path(tempfile.mkdtemp(dir=site.folder)) / "home"
        first = Embedded(home, demo=False)
        first.stop()
        again = Embedded(home, demo=False)
        yield Measured(FIGURES[0], first.took)
        yield Measured(FIGURES[1], again.took)
        time.sleep(1 if site.quick else SETTLED)
        held = again.memory()
        again.stop()
        yield Measured(FIGURES[2], held)

    yield round
