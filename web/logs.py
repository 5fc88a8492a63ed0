"""One log line a request: its route, not its path; its status and time; nothing of what was asked or answered."""

from __future__ import annotations

import time
import uuid

import structlog
from flask import Flask, Response, g, request

from incident import logs
from incident.logs import configure

__all__ = ["configure", "log_requests"]

_log = logs.get("web")
_QUIET = frozenset({"/livez", "/readyz", "/metrics", "/static/<path:filename>"})


def log_requests(app: Flask) -> None:
    """Log every request of `app` and give it an id, which answers carry as `X-Request-Id` and later lines as `request`.

    Successful probes, metrics and static files are left out.
    """

    @app.before_request
    def begin() -> None:
        g.request_began, g.request_id = time.monotonic(), uuid.uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        route = str(request.url_rule) if request.url_rule else "(none)"
        if route not in _QUIET or response.status_code >= 400:
            took = round((time.monotonic() - g.request_began) * 1000, 1)
            _log.info("request", method=request.method, route=route, status=response.status_code, ms=took)
        return response
