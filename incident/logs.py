"""Log lines of every process: one shape, and only what the allow-list names, so that no report's content gets into a log."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

ALLOWED = frozenset(
    {
        *("timestamp", "level", "logger", "event", "pid"),
        *("sweep", "did", "late_ms", "ms", "broker", "alone", "waits", "attempt", "channel", "state"),
        *("request", "method", "route", "status", "bytes"),
        *("incident", "obligation", "notice", "notification", "party", "agreement", "reference"),
        *("error", "code", "why", "where", "home", "port", "url", "adopted", "count", "revision", "signal"),
    }
)
"""Keys that may be printed. Whatever else is bound to a line is counted under `withheld` and not shown."""

_SPEAKING = frozenset({"OperationalError", "ConnectionError", "TimeoutError", "ConnectionRefusedError", "BadSetting"})
_CHATTY = (
    *("alembic", "kombu", "waitress.queue", "mail.log", "httpx"),
    *("celery.app.trace", "celery.worker.strategy", "celery.worker.consumer.connection", "celery.beat"),
)


def configure(level: str = "INFO", form: str = "auto") -> None:
    """Send structlog and the standard library's logging to stderr as JSON lines or, for a terminal, as coloured ones.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        form: `json`, `console`, or `auto`, which is console on a terminal.
    """
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                without_quotations,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                where_it_failed,
                only_allowed,
                structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def without_quotations(logger: object, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a library's line about an exception, the template: filled in, it would quote the exception's message."""
    record = line.get("_record")
    if isinstance(record, logging.LogRecord) and not line["_from_structlog"] and "exc_info" in line:
        line["event"] = str(record.msg).split("\n", 1)[0]
    return line


def where_it_failed(logger: object, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its kind and the places it came through; its own words only where they cannot quote a report.

    Messages of other errors may repeat what somebody filed (a database error quotes the row), so they stay out.
    """
    info = line.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        if line["error"] in _SPEAKING:
            line["why"] = str(error).split("\n", 1)[0]
    return line


def only_allowed(logger: object, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the keys that may be printed; count the others."""
    kept: dict[str, Any] = {key: value for key, value in line.items() if key in ALLOWED}
    if withheld := len(line) - len(kept):
        kept["withheld"] = withheld
    return kept


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


class Lasting:
    """Something that may last: said as a warning when it begins and once a minute while it does, and once when it is over.

    Any thread may say so, as often as it likes.

    Args:
        logger: where it is said.
        began: the event, at the beginning and while it lasts.
        over: the event at its end.
        steady: seconds by a clock that nobody sets.
    """

    AGAIN = 60.0  # seconds

    def __init__(self, logger: structlog.stdlib.BoundLogger, began: str, over: str, steady: Callable[[], float] = time.monotonic) -> None:
        self._logger, self._began, self._over, self._steady = logger, began, over, steady
        self._said_at: float | None = None
        self._unsaid = 0
        self._lock = threading.Lock()

    def lasts(self, **said: object) -> None:
        """It is so now. `count`, in the line: how often that was found since the line before."""
        with self._lock:
            self._unsaid += 1
            if self._said_at is not None and self._steady() - self._said_at < self.AGAIN:
                return
            self._said_at, count, self._unsaid = self._steady(), self._unsaid, 0
        self._logger.warning(self._began, count=count, **said)

    def is_over(self) -> None:
        """It is so no more."""
        with self._lock:
            if self._said_at is None:
                return
            self._said_at, self._unsaid = None, 0
        self._logger.info(self._over)
