"""The node's own health: how old the oldest work is, and when each sweep last ran."""

from __future__ import annotations

import sqlalchemy as sa

from incident import answers
from incident.work import Work


def health(work: Work) -> answers.Json:
    """`{sweeps: {name: {at, age_seconds}}}`; ages in whole seconds at the beginning of this read."""
    rows = work.connection.execute(sa.text("select name, at, detail from demarche.heartbeat order by name"))
    return {
        "sweeps": {
            row.name: {"at": answers.at(row.at), "age_seconds": int((work.now - row.at).total_seconds()), **row.detail} for row in rows
        }
    }
