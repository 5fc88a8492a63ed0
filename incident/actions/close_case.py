"""Close a case: what lapses, what stays, what is met elsewhere; what has not left does not leave; everyone who was told is told."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.commands import CloseCase
from incident.actions.consequences import acting, outcomes, telling
from incident.errors import Conflict, Fault, Invalid, NotFound
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.cases.tables import incident
from incident.rules.planning import Verdict, fate
from incident.work import Work


def close_case(work: Work, case_id: UUID, command: CloseCase) -> answers.Json:
    """Close it as `command.as_`; each open obligation gets an act that says what becomes of it and why.

    Raises:
        NotFound, NotAllowed: not the caller's to close.
        Conflict: it is closed already.
        Invalid: a duplicate of itself, or of a case that the caller does not see.
    """
    row = cases.find(work.connection, case_id, for_update=True)
    permission.files_cases(work, row, what="close it")
    if row.status == "closed":
        raise Conflict(f"It is closed already, as {row.closed_as}.", code="case_closed")
    _check_duplicate(work, row, command)
    change = {"status": "closed", "closed_as": command.as_, "duplicate_of": command.duplicate_of, "revision": row.revision + 1}
    work.connection.execute(sa.update(incident).where(incident.c.id == case_id).values(**change))
    cause = acting.note(
        work,
        case_id,
        "closed",
        detail={"as": command.as_, "reason": command.reason, "duplicate_of": command.duplicate_of and str(command.duplicate_of)},
    )
    for each in obligations.of_case(work.connection, case_id):
        if each.superseded_by is None and each.settled_as is None:
            _end(work, each, command)
    telling.withdraw(work, case_id, f"The case was closed as {command.as_}.")
    extra = {"status": "closed", "closed_as": command.as_}
    telling.correct(work, row, cause=cause, title=f"Closed as {command.as_.replace('_', ' ')}", extra=extra)
    return outcomes.incident(work, case_id)


def _end(work: Work, each: Row, command: CloseCase) -> None:
    what = fate(command.as_, each.source_kind)
    acting.note(work, each.case_id, what.act, obligation=each.id, detail={"why": what.why, "reason": command.reason})
    if what.act != "stays":
        obligations.settle(work.connection, each.id, Verdict.LAPSED, work.now)


def _check_duplicate(work: Work, row: Row, command: CloseCase) -> None:
    if (command.as_ == "duplicate") != (command.duplicate_of is not None):
        raise Invalid([Fault("/duplicate_of", "required", "expected the id of the other incident, exactly when closing as a duplicate")])
    if command.duplicate_of is None:
        return
    if command.duplicate_of == row.id:
        raise Invalid([Fault("/duplicate_of", "itself", "an incident is not a duplicate of itself")])
    try:
        cases.find(work.connection, command.duplicate_of)
    except NotFound as error:
        raise Invalid([Fault("/duplicate_of", "unknown_incident", error.message)]) from error
