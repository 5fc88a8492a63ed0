"""A web that was asked to end says so first, and ends a moment later: whoever shares the requests out sends the next ones elsewhere.

For that moment everything is answered as ever, but `/readyz` says 503, and every answer asks its client for a new connection.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response

_MARK = "DEMARCHE_WEB_MARK"  # between the process that is asked to end and those that answer: a file that exists from then on


def before(end: Callable[[], None], seconds: float) -> Callable[..., None]:
    """What to do at a signal: at SIGTERM all this, and `end` so many seconds later; at any other, or a second one, `end` at once."""
    mark = Path(tempfile.mkdtemp(prefix="demarche-web-")) / "draining"
    os.environ[_MARK] = str(mark)

    def hear(number: int, *_: object) -> None:
        if number != signal.SIGTERM or mark.exists():
            end()
            return
        mark.touch()
        ending = threading.Timer(seconds, end)
        ending.daemon = True
        ending.start()

    return hear


def begun() -> bool:
    """Whether this web was asked to end."""
    mark = os.environ.get(_MARK)
    return mark is not None and os.path.exists(mark)


def forget() -> None:
    """Leave nothing behind, in the process that called `before`."""
    if mark := os.environ.pop(_MARK, None):
        shutil.rmtree(Path(mark).parent, ignore_errors=True)


def install(app: Flask) -> None:
    """Ask for a new connection with each answer while this lasts."""

    @app.after_request
    def last_on_this_connection(response: Response) -> Response:
        if begun():
            response.headers["Connection"] = "close"
        return response
