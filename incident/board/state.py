"""The node's own health: when each sweep last ran, and how punctually clocks were looked at."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from incident import answers
from incident.records import obligations
from incident.work import Work


def health(work: Work) -> answers.Json:
    """`{sweeps: {name: {at, age_seconds}}, lateness: {fired, p50, p99, worst}}`.

    Ages in whole seconds at the beginning of this read. Lateness in seconds, of the steps looked at in the last hour, the last
    thousand at most; null where there was none.
    """
    rows = work.connection.execute(sa.text("select name, at, detail from demarche.heartbeat order by name"))
    return {
        "sweeps": {
            row.name: {"at": answers.at(row.at), "age_seconds": int((work.now - row.at).total_seconds()), **row.detail} for row in rows
        },
        "lateness": dict(obligations.lateness_since(work.connection, work.now - timedelta(hours=1))._mapping),
    }
