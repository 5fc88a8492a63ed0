"""The processes of a node in production, by name, with the very words that start each. The compose file says the same."""

from __future__ import annotations

from collections.abc import Mapping

PROCESSES: Mapping[str, tuple[str, ...]] = {
    "migrate": ("demarche", "migrate"),
    "web": ("demarche", "web"),
    "worker": ("celery", "-A", "workers.tasks", "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    "timekeeper": ("demarche", "timekeeper"),
    "beat": ("celery", "-A", "workers.tasks", "beat", "--loglevel", "INFO"),
}
"""Where they listen, as whom they log in and where Redis is, they learn from the environment (see `incident.settings`)."""

ROLES: Mapping[str, str | None] = {
    "migrate": "demarche_admin",
    "web": "demarche_web",
    "worker": "demarche_worker",
    "timekeeper": "demarche_worker",
    "beat": None,
}
"""The database role in each one's DATABASE_URL; beat has none."""
