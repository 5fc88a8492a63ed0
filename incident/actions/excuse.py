"""Excuse the debtor on a ground that the clause names, or say that a duty may not be performed; both stand beside the verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import permission
from incident.actions.commands import Ground
from incident.actions.consequences import acting, excusing, outcomes, settling, telling
from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations.tables import obligation
from incident.rules.commitment import Excuse
from incident.work import Work

PROHIBITION = "prohibition"
_OPEN = (None, "missed", "met_late", "unresolved")


def excuse(work: Work, obligation_id: UUID, given: Ground) -> answers.Json:
    """On record beside the verdict, which it never changes; it deletes nothing and is no performance.

    A supervening prohibition needs no clause: the debtor, or the filer for it, names the provision by which the duty may not
    be performed. Recorded by the due instant, it leaves the duty unresolved instead of missed.

    Raises:
        NotFound, NotAllowed: not the caller's to do, no clause allows it, or it comes too late.
        Invalid: another ground or clause than those that allow it; a prohibition without the provision.
        Conflict: it is settled otherwise, and there is nothing to excuse.
    """
    row, sides = permission.takes_part(work, obligation_id, what="excuse it")
    barred = given.ground == PROHIBITION and given.clause is None
    allowed = None if barred else excusing.ground_of(row, "excuse", given, sides)
    if barred:
        _check_prohibition(given, sides)
    acting.widen(work, row.case_id)
    row = obligations.find(work.connection, obligation_id)
    if row.settled_as not in _OPEN:
        raise Conflict(f"There is nothing to excuse: it is {row.settled_as}.", code="already_settled")
    _check_in_time(work, row, allowed)
    cite = allowed.cite if allowed else given.provision
    late = row.settled_as is not None or (row.due_at is not None and work.now > row.due_at)
    kind = "prohibited" if barred else "excused"
    whose = excusing.by_whom(work, row, allowed, sides)
    detail = {"ground": given.ground, "clause": cite, "reason": given.reason, "provision": given.provision, **whose}
    cause = acting.note(work, row.case_id, kind, obligation=row.id, detail=detail | {"after_the_due_instant": late})
    _keep(work, row, {**detail, "kind": kind, "at": answers.at(work.now), "by_name": work.actor.name}, barred and not late)
    settling.after_an_act(work, row.case_id, why="a prohibition" if barred else "an excuse")
    title = f"May not be performed: {row.title}" if barred else f"Excused: {row.title}"
    telling.granted(work, row, kind="excused", title=title, cause=cause, extra={"ground": given.ground, "clause": cite})
    return outcomes.obligation(work, obligation_id)


def _check_prohibition(given: Ground, sides: frozenset[str]) -> None:
    if "owed_by" not in sides:
        raise NotAllowed("Only the party that owes it, or the one that filed the report, may say that it may not be performed.")
    if not given.provision:
        raise Invalid([Fault("/provision", "required", "expected the provision or order that prohibits it, such as Art. 5 of the order")])


def _check_in_time(work: Work, row: Row, allowed: Excuse | None) -> None:
    """A limit of an excuse counts from the due instant: after it the miss stands without one."""
    if allowed is None or allowed.most is None or row.due_at is None:
        return
    last: datetime = excusing.at_most(row, allowed.most, row.due_at, allowed.cite)
    if work.now > last:
        raise NotAllowed(f"It comes too late: under {allowed.cite} it had to be given by {answers.at(last)}.", code="excuse_too_late")


def _keep(work: Work, row: Row, said: dict[str, Any], in_time: bool) -> None:
    """With the obligation too, where its debtor and creditor see it, who see each other's acts only so."""
    values: dict[str, Any] = {"spec": {**row.spec, "excused": [*row.spec.get("excused", []), said]}}
    if in_time:
        values["prohibited_at"] = row.prohibited_at or work.now
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(values))
