"""The node's own health: when each sweep last ran, what the audit found, and how punctually clocks were looked at."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from incident import answers
from incident.records import obligations
from incident.work import Work


def health(work: Work) -> answers.Json:
    """`{sweeps: {name: {at, age_seconds}}, findings: [{kind, incident, what, to_do, since}], lateness: {fired, p50, p99, worst}}`.

    Ages in whole seconds at this instant. The findings are those about cases that the caller is inside of; how many there are in
    all is `sweeps.audit.findings`. Lateness in seconds, of the steps looked at in the last hour, the last thousand at most; null
    where there was none.
    """
    found = work.connection.execute(sa.text("select * from demarche.finding where gone_at is null order by since, kind, subject limit 100"))
    rows = work.connection.execute(sa.text("select name, at, detail from demarche.heartbeat order by name"))
    return {
        "sweeps": {
            row.name: {"at": answers.at(row.at), "age_seconds": int((work.now - row.at).total_seconds()), **row.detail} for row in rows
        },
        "findings": [
            {
                "kind": row.kind, "incident": str(row.case_id) if row.case_id else None, "what": row.what, "to_do": row.to_do,
                "since": answers.at(row.since),
            } for row in found
        ],
        "lateness": dict(obligations.lateness_since(work.connection, work.now - timedelta(hours=1))._mapping),
    }  # fmt: skip
