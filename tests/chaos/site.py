"""The node under trial: PostgreSQL, Redis, the wires to both, and the processes of production with two workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from incident import db
from incident.db.embedded import ADMIN, PORT, WORKER, EmbeddedPostgres
from incident.settings import Settings
from incident.work import open_node
from tests.chaos.proxy import Address, Wire
from tests.chaos.receivers import Receiver
from tests.disks import let_go, small_disk
from tests.processes import Deployment
from tests.servers import RedisServer
from web.demo import loader

PROCESSES = ("web", "worker", "worker.2", "timekeeper", "beat")
MEBIBYTES = 1024  # of a disk for PostgreSQL that can be filled, where one may be made
RECIPIENTS = ("halden-compute", "meridian-models", "ee-ministry", "cert-fr")


class Site:
    """Everything, started; `close` ends it all, whatever has become of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self.has_small_disk = small_disk(folder / "pg", MEBIBYTES)
        self.postgres = EmbeddedPostgres(folder / "pg")
        self.postgres.start()
        self.redis = RedisServer()
        self.redis.start()
        self.receivers = {slug: Receiver(seed + number) for number, slug in enumerate(RECIPIENTS)}
        wires = folder / "w"
        wires.mkdir()
        self.wires = {
            "postgres": Wire(self._postgres_at, wires / f".s.PGSQL.{PORT}"),
            "redis": Wire(lambda: ("127.0.0.1", self.redis.port)),
        }
        self.keys = self._prepare(folder)
        redis_url = f"redis://127.0.0.1:{self.wires['redis'].port}/0"
        query = f"host={quote(str(wires), safe='')}&port={PORT}"
        url = f"postgresql+psycopg://{ADMIN}@/{self._url().database}?{query}"
        self.node = Deployment(url, redis_url, folder, DEMARCHE_EGRESS_ALLOW="127.0.0.0/8", DEMARCHE_LEASE_SECONDS="20")
        self.node.start(*PROCESSES)
        self.node.ready()

    def close(self) -> None:
        """End every process and server."""
        for name in list(self.node.running):
            self.node.kill(name)
        for wire in self.wires.values():
            wire.close()
        for receiver in self.receivers.values():
            receiver.close()
        self.redis.close()
        self.postgres.stop()
        if self.has_small_disk:
            let_go(self._folder / "pg")

    def reader(self) -> sa.Engine:
        """The worker's view of all rows, past the wires."""
        return sa.create_engine(self._url().set(username=WORKER), poolclass=sa.NullPool)

    def kill(self, name: str) -> None:
        """End a process as a crash would; one that has ended already is only forgotten."""
        if name in self.node.running:
            self.node.kill(name)

    def start(self, name: str, **environment: str) -> None:
        """Start it unless it runs."""
        if name not in self.node.running or self.node.running[name].poll() is not None:
            self.kill(name)
            self.node.start(name, **environment)

    def ended(self) -> list[str]:
        """Those that have ended by themselves, with how; they are started again."""
        found = [f"{name} ended by itself with {code}" for name, each in self.node.running.items() if (code := each.poll()) is not None]
        for name in PROCESSES:
            self.start(name)
        return found

    def said(self, name: str) -> str:
        """Everything that a process of that name has written."""
        return (self.node.folder / f"{name}.log").read_text(errors="replace")

    def freeze(self, name: str, seconds: float) -> None:
        """Stop a process and all that it started for a while."""
        with suppress(ProcessLookupError):
            group = self.node.running[name].pid
            os.killpg(group, signal.SIGSTOP)
            time.sleep(seconds)
            os.killpg(group, signal.SIGCONT)

    def crash_postgres(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server in that way, and bring it up again over what it had committed."""
        if (pid := self.postgres.pid) is not None:
            os.kill(pid, how)
            give_up = time.monotonic() + 30
            while self.postgres.running() and time.monotonic() < give_up:
                time.sleep(0.05)
        self.postgres.start()

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """While the block lasts PostgreSQL's disk has no room; it is brought up again where that ended it."""
        ballast = self._folder / "pg" / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while self.has_small_disk:
                file.write(b"\0" * 4096)
        try:
            yield
        finally:
            ballast.unlink(missing_ok=True)
            if not self.postgres.running():
                self.postgres.start()

    def restart_redis(self) -> None:
        """Kill it with all that it held, and start an empty one."""
        self.redis.stop()
        self.redis.start()

    def _url(self) -> sa.URL:
        return make_url(self.postgres.url(ADMIN))

    def _postgres_at(self) -> Address:
        return f"{self._url().query['host']}/.s.PGSQL.{PORT}"

    def _prepare(self, folder: Path) -> dict[str, str]:
        """Migrate, load the demo world, and lead its webhooks to the receivers; the key of each party."""
        db.migrate(self.postgres.url(ADMIN))
        home = folder / "home"
        settings = Settings.from_environment(home=home, egress_allow=("127.0.0.0/8",), node_name="https://node.example/")
        node = open_node(settings, self.postgres.url(WORKER))
        world = loader.ensure(node)
        node.close()
        with self.reader().begin() as connection:
            connection.execute(
                sa.text("update demarche.channel set disabled_at = now(), disabled_because = 'not in this trial' where kind <> 'webhook'")
            )
        return {each["slug"]: each["api_key"] for each in world.parties}
