"""Reclassify a case: severity, label, affected countries or facts change; it is planned again and everyone is told what changed."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers, db
from incident.actions import permission
from incident.actions.commands import Reclassify
from incident.actions.consequences import acting, outcomes, planning, relaying, settling, stating
from incident.actions.consequences.replanning import replan
from incident.actions.file_report import tell_again
from incident.errors import Conflict, Fault, Invalid
from incident.records import cases
from incident.records.cases.tables import fact, incident
from incident.work import Work


def reclassify(work: Work, case_id: UUID, command: Reclassify) -> answers.Json:
    """Apply what changed, plan again, tell again.

    Raises:
        NotFound, NotAllowed: not the caller's to reclassify.
        Conflict: the case is closed.
        Invalid: nothing is given to change, or a fact cannot stand.
    """
    row = cases.find(work.connection, case_id, for_update=True)
    permission.files_cases(work, row, what="reclassify it")
    if row.status == "closed":
        raise Conflict(f"{row.ref} is closed as {row.closed_as}; reopen it first.", code="case_closed")
    given = {"severity": command.severity, "tlp": command.tlp, "affected_countries": command.affected_countries}
    change = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value is not None}
    if not change and not command.facts:
        raise Invalid([Fault("", "nothing_to_change", "expected at least one of severity, tlp, affected_countries, facts")])
    matter = planning.matter_of(work, row)
    before = cases.standing_facts(cases.fact_rows(work.connection, case_id))
    stated = stating.rows(work, command.facts, matter.deployment, case_id, previous=before)
    countries = row.affected_countries if command.affected_countries is None else command.affected_countries
    columns = {**change, **relaying.named(row, countries, work.now)}
    work.connection.execute(sa.update(incident).where(incident.c.id == case_id).values(**columns, revision=row.revision + 1))
    db.put(work.connection, {fact: stated})
    cause = acting.note(
        work, case_id, "reclassified", detail={"reason": command.reason, "changed": change, "facts": [f.name for f in command.facts]}
    )
    matter = planning.matter_of(work, cases.find(work.connection, case_id))
    result = replan(work, matter, why=f"reclassified: {command.reason}")
    settling.settle_case(work, case_id)
    tell_again(work, row, cause, result)
    work.wake("route")
    return outcomes.incident(work, case_id)
