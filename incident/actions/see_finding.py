"""Say that somebody of the caller's party has seen a finding of the audit."""

from __future__ import annotations

from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.records import cases, findings
from incident.work import Work


def see_finding(work: Work, finding_id: UUID) -> answers.Json:
    """The finding, with who of the party saw it first and when. It stands until it is mended; when it comes again, nobody has seen it.

    Raises:
        NotAllowed: nobody is signed in, or by a link alone.
        NotFound: there is none, or it is about a case of others.
    """
    party = permission.speaks_for(work, what="say that you have seen it")
    row = findings.find(work.connection, finding_id, party)
    if findings.see(work.connection, row.id, party, work.actor.name, work.now):
        work.record("finding.seen", party, {"finding": str(row.id), "kind": row.kind})
        row = findings.find(work.connection, finding_id, party)
    incident_ref = cases.find(work.connection, row.case_id).ref if row.case_id else None
    return answers.finding(row._mapping, title=findings.TITLES.get(row.kind, row.kind), incident_ref=incident_ref)
