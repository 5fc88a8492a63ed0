"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from incident import board
from incident.actor import NOBODY
from incident.db.migrations import pending
from web import door

probes = Blueprint("probes", __name__)
LATE = 60  # seconds after which a sweep that has not been heard of is called late
_current: set[str] = set()  # databases whose schema was seen to be up to date: it never goes back


@probes.get("/livez")
def livez() -> Response:
    """This process answers; nothing else is asked."""
    return jsonify({"live": True})


@probes.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Ready when the database answers and its schema is this program's; 503 otherwise.

    Sweeps that are late are said but refuse nobody: a report can be accepted and kept while every worker is down.
    """
    node = door.node()
    with node.work(NOBODY) as work:
        where = str(node.engine.url)
        missing = [] if where in _current else pending(work.connection)
        sweeps = {name: each["age_seconds"] for name, each in board.health(work)["sweeps"].items()} if not missing else {}
    if not missing:
        _current.add(where)
    late = sorted(name for name, age in sweeps.items() if age > LATE)
    said = {"ready": not missing, "database": "reachable", "migrations_missing": missing, "sweeps": sweeps, "late": late}
    return jsonify(said), 503 if missing else 200
