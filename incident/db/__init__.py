"""The database: PostgreSQL and nothing else. Engines, roles, migrations, and the one raw execute."""

from incident.db.engine import engine, wait_for
from incident.db.migrations import lacking, migrate, pending
from incident.db.put import Change, Row, put, put_once

__all__ = ["Change", "Row", "engine", "lacking", "migrate", "pending", "put", "put_once", "wait_for"]
