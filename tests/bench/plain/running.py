"""The plain service as processes: the same web server with as many processes and threads as the node's, and a Celery worker."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests import servers
from tests.bench.plain.models import Base, Party
from tests.bench.site import Site, until
from tests.servers import RedisServer

KEY = "only-for-the-bench"


class Plain:
    """A running one: where it listens, and its processes."""

    def __init__(self, port: int, processes: list[subprocess.Popen[bytes]]) -> None:
        self.port = port
        self.processes = processes

    def pids(self) -> list[int]:
        """The processes that were started for it."""
        return [each.pid for each in self.processes]


@contextmanager
def plain(site: Site, url: str, shape: Mapping[str, int], webhooks: list[str], *, worker: bool) -> Iterator[Plain]:
    """The service on a database that holds its tables; `worker`: with its Celery worker."""
    _prepare(url, webhooks)
    redis, port = RedisServer(), servers.free_port()
    redis.start()
    environment = {**os.environ, "PLAIN_DATABASE_URL": url, "PLAIN_REDIS_URL": redis.url, "PLAIN_SHAPE": json.dumps(shape)}
    here = Path(sys.executable).parent
    web = [
        str(here / "granian"), "--interface", "wsgi", "--factory", "tests.bench.plain.service:create_app", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "8", "--no-access-log", "--log-level", "error",
    ]  # fmt: skip
    celery = [str(here / "celery"), "-A", "tests.bench.plain.service:celery", "worker", "--loglevel", "ERROR", "-c", "4"]
    log = site.folder / f"plain-{port}.log"
    with log.open("ab") as said:
        started = [
            subprocess.Popen(each, env=environment, stdout=said, stderr=said, start_new_session=True)
            for each in ([web, celery] if worker else [web])
        ]
    try:
        until(lambda: _ready(port), 60, f"the plain service was not ready: {log}")
        yield Plain(port, started)
    finally:
        for each in started:
            with suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()
        redis.close()


def _prepare(url: str, webhooks: list[str]) -> None:
    engine = create_engine(url)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Party(slug="filer", name="Filer", api_key_hash=hashlib.sha256(KEY.encode()).hexdigest()))
        session.add_all(Party(slug=f"vendor-{number}", name=f"Vendor {number}", webhook=each) for number, each in enumerate(webhooks))
        session.commit()
    engine.dispose()


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
