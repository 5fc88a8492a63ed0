"""Wake-ups sent after a commit, from a thread of their own, so that no request ever waits for a broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
from celery import Celery
from kombu.exceptions import OperationalError

from incident import logs
from incident.db import signals

_REST = 2.0  # seconds without a message after one that failed
_log = logs.get(__name__)


class Wake:
    """Call it with a sweep's name. It returns at once and never raises; a wake-up that cannot be sent is dropped.

    Calls that come while one is being sent are coalesced by name, so what waits is never more than the sweeps there are.
    Each round tells the workers once a sweep, and then says `due` to the timekeeper once.

    Args:
        say_due: tells the timekeeper.
        send: tells the workers of one sweep; None when they share no broker with this process.
        at_end: called once in the same thread, when all is said.
    """

    def __init__(
        self,
        say_due: Callable[[], None],
        send: Callable[[str], None] | None,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._say_due = say_due
        self._send = send
        self._at_end = at_end
        self._pending: set[str] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._quiet_until = 0.0
        self._dropped = logs.Lasting(_log, "wake_dropped", "wake_taken")

    def __call__(self, sweep: str) -> None:
        """Wake whoever runs this sweep, soon."""
        with self._changed:
            if self._closing:
                return
            self._pending.add(sweep)
            if self._thread is None:  # made on first use, so that a server may fork before
                self._thread = threading.Thread(target=self._work, name="wake", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self, patience: float = 2) -> None:
        """Send what is still pending and end the thread, waiting at most `patience` seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(patience)

    def _work(self) -> None:
        while sweeps := self._next():
            try:
                for sweep in sweeps:
                    self._hand_over(sweep)
                self._say_due()
            except Exception:  # whatever it was, the next wake-up must not be lost with this one
                _log.exception("wake_failed")
        self._at_end()

    def _next(self) -> list[str]:
        """What is pending, waiting for something; nothing means that it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._closing)
            sweeps, self._pending = sorted(self._pending), set()
            return sweeps

    def _hand_over(self, sweep: str) -> None:
        if self._send is None or time.monotonic() < self._quiet_until:
            return
        try:
            self._send(sweep)
            self._dropped.is_over()
        except (OperationalError, OSError) as error:
            self._quiet_until = time.monotonic() + _REST
            self._dropped.lasts(sweep=sweep, error=type(error).__name__)


class DueLine:
    """Says `due` over one connection of its own, opened when first needed and opened anew when it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._line: signals.Line | None = None

    def __call__(self) -> None:
        """Say it; dropped when PostgreSQL is away, for then there is nothing to be woken for."""
        for attempt in (1, 2):  # the first may find a connection that was lost since
            try:
                if self._line is None:
                    self._line = signals.open_line(self._url, application="demarche wake")
                signals.say(self._line)
                return
            except psycopg.OperationalError as error:
                self.close()
                _log.warning("due_not_said", attempt=attempt, error=type(error).__name__)

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None


def sender(broker_url: str) -> Callable[[str], None]:
    """Sends a task by name, giving up after half a second.

    The function raises OperationalError or OSError when the broker does not take it.
    """
    app = Celery("demarche-wake", set_as_current=False)
    shared = not broker_url.startswith("memory://")
    timeouts = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}
    app.conf.update(
        broker_read_url=broker_url,
        broker_write_url=broker_url,
        broker_transport_options=timeouts if shared else {"polling_interval": 0.02},
        task_default_queue="demarche",
        task_serializer="json",
        task_ignore_result=True,
    )

    def send(sweep: str) -> None:
        app.send_task(f"demarche.{sweep}", retry=False, expires=30)

    return send


def open_wake(database_url: str, broker_url: str, *, here: Callable[[str], None] | None = None) -> Wake:
    """The wake-up of a web process. Where the worker runs in this very process, it is called by `here`, and no broker is asked."""
    line = DueLine(database_url)
    shared = not broker_url.startswith("memory://")
    return Wake(line, here or (sender(broker_url) if shared else None), line.close)
