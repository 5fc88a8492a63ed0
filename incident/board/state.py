"""The node's own health: when each sweep last ran, and what the audit found."""

from __future__ import annotations

import sqlalchemy as sa

from incident import answers
from incident.work import Work


def health(work: Work) -> answers.Json:
    """`{sweeps: {name: {at, age_seconds}}, findings: [{kind, incident, what, to_do, since}]}`; ages in whole seconds at this instant.

    The findings are those about cases that the caller is inside of; how many there are in all is `sweeps.audit.findings`.
    """
    found = work.connection.execute(sa.text("select * from demarche.finding order by since, kind, subject limit 100"))
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
    }  # fmt: skip
