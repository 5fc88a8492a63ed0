"""A node as it runs in production: the very commands of `web.processes`, as real processes on real servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests import servers
from web.processes import PROCESSES, ROLES

PATIENCE = 60.0  # seconds; only a failing test waits so long


class Deployment:
    """The processes of one node on one database and one Redis. Ends whatever it started when the block ends.

    Args:
        admin_url: of a database of its own; `migrate` makes the roles.
        redis_url: of a Redis of its own, because what it queues would be taken by other workers.
        folder: for the home, the logs, and as working directory.
    """

    def __init__(self, admin_url: str, redis_url: str, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.port = servers.free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._admin_url = admin_url
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "DEMARCHE_HOME": str(self.home),
            "DEMARCHE_HOST": "127.0.0.1",
            "DEMARCHE_PORT": str(self.port),
            "DEMARCHE_NODE_NAME": "https://node.example/",
            "DEMARCHE_SECRET_KEY": "only-for-tests-" * 4,
            "DEMARCHE_LOG_FORMAT": "json",
            "DEMARCHE_DRAIN_SECONDS": "0",
            "REDIS_URL": redis_url,
            **environment,
        }

    def __enter__(self) -> Deployment:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.kill(name)

    def migrate(self) -> None:
        """Run the migration to its end."""
        self.start("migrate")
        assert self.running.pop("migrate").wait(PATIENCE) == 0, self.log("migrate")

    def start(self, *names: str, **environment: str) -> None:
        """Start these processes; returns at once. `worker.2` is a second worker."""
        for name in names:
            kind = name.partition(".")[0]
            role = ROLES[kind]
            url = {} if role is None else {"DATABASE_URL": self._url(role)}
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    PROCESSES[kind],
                    env=self._environment | url | environment,
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def ready(self) -> None:
        """Return when the web answers that it is ready."""
        self.until(lambda: self.status("/readyz") == 200, "the web is not ready")

    def until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Return when `holds` does; fail with the logs when it does not in time or a process has ended meanwhile."""
        give_up = time.monotonic() + PATIENCE
        while not holds():
            ended = [name for name, process in self.running.items() if process.poll() is not None]
            logs = "\n".join(self.log(name) for name in self.running)
            assert not ended, f"{ended} ended\n{logs}"
            assert time.monotonic() < give_up, f"{otherwise}\n{logs}"
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """End it as a crash would, with the processes that it started."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        give_up = time.monotonic() + PATIENCE
        while not _is_over(process.pid):
            assert time.monotonic() < give_up, f"{name} left a process behind"
            time.sleep(0.01)

    def stop(self, name: str) -> int:
        """Ask it to end, and return its exit code."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE)

    def ping(self, worker: str) -> bool:
        """Whether that Celery node (`celery` or `celerybeat`) answers: what the health checks of the containers ask."""
        words = ["celery", "-A", "workers.tasks", "inspect", "ping", "--timeout", "5"]
        to = ["--destination", f"{worker}@{os.uname().nodename}"]
        done = subprocess.run([*words, *to], env=self._environment, cwd=self.folder, capture_output=True, check=False)
        return done.returncode == 0

    def log(self, name: str) -> str:
        """The end of what it has written."""
        return f"--- {name}\n" + (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def all_of(self, name: str) -> str:
        """All that it has written."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _url(self, role: str) -> str:
        return self._admin_url if role == "demarche_admin" else servers.as_role(self._admin_url, role)

    def status(self, path: str) -> int:
        """What the web answers there; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=5) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0


def _is_over(group: int) -> bool:
    """Whether no process of that group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
