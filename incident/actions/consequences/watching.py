"""Looking at an obligation when its timer says so: each step once, late or repeated looks with the same result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from incident.actions.consequences import acting, backlog, settling, telling
from incident.records import cases, obligations
from incident.rules.planning import Verdict
from incident.work import Work


def look(work: Work, case_id: UUID, obligation_id: UUID, due_steps: Mapping[str, datetime]) -> None:
    """Do what the steps ask for that are due, each since when. Once the due instant has passed, older reminders are overtaken by
    the miss."""
    cases.find(work.connection, case_id, for_update=True)
    row = obligations.find(work.connection, obligation_id)
    acts = obligations.acts_about(work.connection, [obligation_id]).get(obligation_id, [])
    stands = obligations.verdict_of(row, acts, work.now)
    if row.superseded_by is not None or stands not in (Verdict.RUNNING, Verdict.MISSED, Verdict.UNRESOLVED):
        settling.settle_case(work, case_id)
        return
    if "due" in due_steps and row.settled_as is None:
        if stands is Verdict.MISSED:
            settling.record_miss(work, row)
        elif stands is Verdict.UNRESOLVED:
            obligations.settle(work.connection, row.id, Verdict.UNRESOLVED, work.now)
            work.record("verdict", case_id, {"obligation": str(row.id), "from": None, "to": "unresolved"})
        return
    for step in _newest_of_each_kind(due_steps):
        _act_on(work, row, step, backlog.since(due_steps[step], work.now))


def _act_on(work: Work, row: cases.Row, step: str, late_since: datetime | None) -> None:
    kind, _, which = step.partition("_")
    contact = which if kind == "escalate" else "duty_desk"
    told = "escalated" if kind == "escalate" else "reminded"
    acting.note(work, row.case_id, told, obligation=row.id, by="node", detail={"step": step, "contact": contact})
    telling.remind(work, row, step=step, contact=contact, kind="escalation" if kind == "escalate" else "reminder", late_since=late_since)


def _newest_of_each_kind(due_steps: Mapping[str, datetime]) -> list[str]:
    """After an outage one reminder says what several would have; every rung of a ladder is another person, so each is told."""
    reminders = [step for step in ("remind_half", "remind_last", "remind_after") if step in due_steps]
    return reminders[-1:] + [step for step in ("escalate_duty_desk", "escalate_deputy", "escalate_manager") if step in due_steps]
