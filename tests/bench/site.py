"""What a run stands on: a PostgreSQL that keeps every commit, a Redis, a demo world to be copied, and nodes of it as processes."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from incident import db
from incident.db.embedded import ADMIN, SERVING, WEB, WORKER, EmbeddedPostgres
from incident.settings import Settings
from incident.work import Node, open_node
from tests import servers
from tests.bench.processor import Spent, backends, family
from tests.bench.receivers import Receivers
from tests.processes import Deployment
from tests.servers import RedisServer
from web.demo import loader

Line = psycopg.Connection[tuple[object, ...]]
CONNECTIONS = "300"
FILER = "cert-ee"


class Site:
    """Servers for the whole run; nodes and databases are made and dropped by those who measure."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self._parts = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="demarche-bench-"))
        self._parts.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._postgres = EmbeddedPostgres(self.folder / "pg", {**SERVING, "max_connections": CONNECTIONS, "track_commit_timestamp": "on"})
        self._postgres.start()
        self._parts.callback(self._postgres.stop)
        os.environ["DATABASE_URL"] = self._postgres.url(ADMIN)  # where `tests.servers` makes databases
        self._parts.callback(os.environ.pop, "DATABASE_URL", None)
        self.template = "bench_template"
        url = servers.create_database(self.template)
        db.migrate(url)
        self.home = self.folder / "home"
        self.settings = Settings.from_environment(home=self.home, egress_allow=("127.0.0.0/8",), node_name="https://node.example/")
        node = open_node(self.settings, servers.as_role(url, WORKER))
        self.demo = loader.ensure(node)
        node.close()

    def close(self) -> None:
        """End the servers and remove what they kept."""
        self._parts.close()

    def rounds(self) -> int:
        """How often each figure is taken."""
        return 1 if self.quick else 3

    def many(self, full: int) -> int:
        """`full`, or a fifth of it in a quick run."""
        return max(1, full // 5) if self.quick else full

    @property
    def key(self) -> str:
        """The API key of who files."""
        return next(str(each["api_key"]) for each in self.demo.parties if each["slug"] == FILER)

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """The admin URL of a database of its own."""
        with servers.database(template or self.template) as url:
            yield url

    @contextmanager
    def line(self, url: str) -> Iterator[Line]:
        """A connection as the administrator, each statement a transaction of its own."""
        with psycopg.connect(plain(url), autocommit=True) as line:
            yield line

    @contextmanager
    def node(self, url: str, role: str = WORKER) -> Iterator[Node]:
        """The node of a database in this process."""
        node = open_node(self.settings, servers.as_role(url, role), pool_size=20)
        try:
            yield node
        finally:
            node.close()

    @contextmanager
    def processes(self, url: str, *names: str) -> Iterator[Deployment]:
        """The processes of production on a database, with a Redis of their own."""
        redis = RedisServer()
        redis.start()
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            with Deployment(
                url, redis.url, folder, DEMARCHE_EGRESS_ALLOW="127.0.0.0/8", DEMARCHE_HOME=str(self.home), DEMARCHE_LOG_LEVEL="ERROR"
            ) as node:
                node.start(*names)
                if "web" in names:
                    node.ready()
                yield node
        finally:
            redis.close()

    @contextmanager
    def receivers(self, count: int) -> Iterator[Receivers]:
        """So many receivers in a process of their own."""
        made = Receivers(count)
        try:
            yield made
        finally:
            made.close()

    def spent(self, line: Line, url: str, roots: Callable[[], list[int]]) -> Spent:
        """The processor that these processes and the backends of that database spend from now on."""
        name = str(make_url(url).database)
        return Spent(lambda: family(roots()) | backends(line, name) - {line.info.backend_pid})


def pids(node: Deployment) -> list[int]:
    """The processes that were started for it."""
    return [each.pid for each in node.running.values()]


def webhooks_only(line: Line, urls: list[str]) -> None:
    """Every party is reached by a webhook at one of these addresses in turn, and by nothing else."""
    line.execute("update demarche.channel set disabled_at = now(), disabled_because = 'not in this trial' where kind <> 'email'")
    rows = line.execute("select id from demarche.channel where kind = 'email' order by party_id, id").fetchall()
    for number, (id_,) in enumerate(rows):
        line.execute(
            "update demarche.channel set kind = 'webhook', address = %s, secret = %s where id = %s",
            (urls[number % len(urls)], b"s" * 32, id_),
        )


def until(holds: Callable[[], bool], patience: float, what: str) -> None:
    """Return as soon as it does.

    Raises:
        TimeoutError: when it did not within so many seconds.
    """
    give_up = time.monotonic() + patience
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} within {patience:g} s")
        time.sleep(0.02)


def quiet(line: Line) -> None:
    """Return when nothing waits to be routed or sent."""
    waiting = (
        "select not exists (select from demarche.notice where released_at is not null and routed_at is null and cancelled_at is null)"
        " and not exists (select from demarche.notification where look_at < now() + interval '1 minute')"
    )
    with suppress(TimeoutError):
        until(lambda: bool((line.execute(waiting).fetchone() or [False])[0]), 60, "the deliveries did not end")


def web_url(url: str) -> str:
    """The same database for the web's role."""
    return servers.as_role(url, WEB)


def plain(url: str) -> str:
    """The URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
