"""What can be counted and timed, for Prometheus. Labels are routes, methods and states: never a party, never what was filed."""

from __future__ import annotations

import hmac
import secrets
import time
from ipaddress import ip_address
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from incident import board
from incident.actor import NOBODY
from incident.errors import NotAllowed
from incident.home import keep_file, open_home
from incident.work import Node
from web import door

metrics = Blueprint("metrics", __name__)
TOKEN_FILE = "metrics_token"  # noqa: S105 - a file's name
_QUANTILES = {"0.5": "p50", "0.99": "p99", "1": "worst"}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meter:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "demarche_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )  # Prometheus adds _total
        self.seconds = Histogram(
            "demarche_request_seconds", "Time from request to answer.", ("method", "route"), buckets=_BUCKETS, registry=self.registry
        )
        self.sweep_age = Gauge("demarche_sweep_age_seconds", "Since the sweep was last heard of.", ("sweep",), registry=self.registry)
        self.waiting = Gauge(
            "demarche_waiting",
            "Found by the last audit: what waits longer than it should, and dead letters.",
            ("what",),
            registry=self.registry,
        )
        self.lateness = Gauge(
            "demarche_timer_lateness_seconds",
            "How long after its instant a step of a clock was looked at, in the last hour.",
            ("quantile",),
            registry=self.registry,
        )
        self.fired = Gauge("demarche_timer_fired", "Steps looked at in the last hour, counted to a thousand.", registry=self.registry)
        self.database = Gauge("demarche_database_up", "Whether the database answered this scrape.", registry=self.registry)
        self.pool = Gauge("demarche_database_connections_in_use", "Connections lent to requests.", registry=self.registry)


def install(app: Flask) -> None:
    """Count every request of `app` and answer `/metrics`."""
    meter = app.extensions["meter"] = Meter()

    @app.before_request
    def begin() -> None:
        g.metered_from = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = str(request.url_rule) if request.url_rule else "(none)"
        method = request.method if request.method in _METHODS else "(other)"
        meter.requests.labels(method, route, str(response.status_code)).inc()
        meter.seconds.labels(method, route).observe(time.perf_counter() - g.metered_from)
        return response

    app.register_blueprint(metrics)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@metrics.get("/metrics")
def scrape() -> Response:
    """In Prometheus' text format; for the machine itself, or with the token that lies in the node's home."""
    node = door.node()
    if not (_is_here(node) or _has_token(node)):
        raise NotAllowed(
            f"Metrics are for this machine, or for `Authorization: Bearer` with the content of {TOKEN_FILE} in the node's home."
        )
    meter: Meter = current_app.extensions["meter"]
    _read_state(node, meter)
    return Response(generate_latest(meter.registry), content_type=CONTENT_TYPE_LATEST)


def _is_here(node: Node) -> bool:
    """From this machine, with nothing in between: behind a proxy everybody seems to be local, so then it is the token that counts."""
    host = urlsplit(node.settings.base_url).hostname or ""
    return _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _has_token(node: Node) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not given:
        return False
    return hmac.compare_digest(given.encode(), token(node).encode())


def token(node: Node) -> str:
    """The token that opens `/metrics` from elsewhere; made on first use, 0600 in the node's home."""
    return keep_file(open_home(node.settings.home) / TOKEN_FILE, lambda: secrets.token_urlsafe(32).encode()).decode()


def _read_state(node: Node, meter: Meter) -> None:
    pool = node.engine.pool
    if isinstance(pool, sa.QueuePool):
        meter.pool.set(pool.checkedout())
    try:
        with node.work(NOBODY) as work:
            health = board.health(work)
    except (sa.exc.SQLAlchemyError, OSError):  # a scrape that says so is worth more than none
        meter.database.set(0)
        return
    meter.database.set(1)
    sweeps, late = health["sweeps"], health["lateness"]
    meter.fired.set(late["fired"])
    for quantile, name in _QUANTILES.items():
        meter.lateness.labels(quantile).set(late[name] or 0.0)
    for name, each in sweeps.items():
        meter.sweep_age.labels(name).set(each["age_seconds"])
    for what, count in sweeps.get("audit", {}).items():
        if what not in ("at", "age_seconds"):
            meter.waiting.labels(what).set(count)
