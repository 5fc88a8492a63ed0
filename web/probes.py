"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from incident import board, db
from incident.actor import NOBODY
from web import door, draining

probes = Blueprint("probes", __name__)
LATE = 60  # seconds after which a sweep that has not been heard of is called late
SELDOM = {"rotas": 180, "audit": 660}  # of those that run every minute, and every five: two of their rounds, and a minute


@probes.get("/livez")
def livez() -> Response:
    """This process answers; nothing else is asked."""
    return jsonify({"live": True})


@probes.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Ready when the database answers, its schema is this program's and nobody asked this web to end; 503 otherwise.

    Sweeps that are late are said but refuse nobody: a report can be accepted and kept while every worker is down.
    """
    with door.node().work(NOBODY) as work:
        missing = db.lacking(work.connection)
        health = {"sweeps": {}, "lateness": None} if missing else board.health(work)
    sweeps = {name: each["age_seconds"] for name, each in health["sweeps"].items()}
    late = sorted(name for name, age in sweeps.items() if age > SELDOM.get(name, LATE))
    ending = draining.begun()
    said: dict[str, object] = {"ready": not (missing or ending), "draining": ending, "database": "reachable"}
    said |= {"migrations_missing": missing, "sweeps": sweeps, "late": late}
    said["timer_lateness"] = health["lateness"]
    said["findings"] = health["sweeps"].get("audit", {}).get("findings", 0)
    return jsonify(said), 200 if said["ready"] else 503
