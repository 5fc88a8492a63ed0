"""Reopen a closed case: what lapsed with the closing runs again, from the instants it always had."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, outcomes, planning, settling, telling
from incident.actions.consequences.replanning import replan
from incident.actions.file_report import tell_again
from incident.errors import Conflict
from incident.records import cases, obligations
from incident.records.cases.tables import incident
from incident.records.obligations import claims
from incident.rules.planning import STATED
from incident.work import Work


def reopen(work: Work, case_id: UUID, reason: str) -> answers.Json:
    """Open it again; a due instant that passed meanwhile is a miss, and is recorded as one.

    Raises:
        NotFound, NotAllowed: not the caller's to reopen.
        Conflict: it is open.
    """
    row = cases.find(work.connection, case_id, for_update=True)
    permission.files_cases(work, row, what="reopen it")
    if row.status != "closed":
        raise Conflict("It is open.", code="case_open")
    change = {"status": "open", "closed_as": None, "duplicate_of": None, "revision": row.revision + 1}
    work.connection.execute(sa.update(incident).where(incident.c.id == case_id).values(**change))
    cause = acting.note(work, case_id, "reopened", detail={"reason": reason})
    running = {STATED, *(str(each.id) for each in claims.open_of_case(work.connection, case_id))}
    for each in obligations.of_case(work.connection, case_id):
        if each.superseded_by is None and each.settled_as == "lapsed" and each.reading in running:
            acting.note(work, case_id, "revived", obligation=each.id, detail={"why": reason})
            obligations.settle(work.connection, each.id, None, work.now)
    telling.correct(work, row, cause=cause, title="Reopened", extra={"status": "open"})
    matter = planning.matter_of(work, cases.find(work.connection, case_id))
    result = replan(work, matter, why="the case was reopened", retime=True)
    settling.settle_case(work, case_id)
    tell_again(work, row, cause, result)
    work.wake("route")
    return outcomes.incident(work, case_id)
