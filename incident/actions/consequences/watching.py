"""Looking at an obligation when its timer says so: each step once, late or repeated looks with the same result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from incident.actions.consequences import acting, backlog, settling, silence, telling
from incident.records import cases, obligations
from incident.rules.escalation import contact_of
from incident.rules.escalation.on_call import LADDER
from incident.rules.planning import Verdict
from incident.work import Work


def look(work: Work, case_id: UUID, obligation_id: UUID, due_steps: Mapping[str, datetime]) -> None:
    """Do what the steps ask for that are due, each since when.

    A miss that is seen now overtakes the reminders that came before it, but no rung of the ladder: that is another person, who has
    heard of nothing yet.
    """
    cases.find(work.connection, case_id, for_update=True)
    row = obligations.find(work.connection, obligation_id)
    acts = obligations.acts_about(work.connection, [obligation_id]).get(obligation_id, [])
    stands = obligations.verdict_of(row, acts, work.now)
    silence.look(work, row, [step for step in due_steps if silence.is_about_it(step)])
    due_steps = {step: since for step, since in due_steps.items() if not silence.is_about_it(step)}
    if row.superseded_by is not None or stands not in (Verdict.RUNNING, Verdict.MISSED, Verdict.UNRESOLVED):
        settling.settle_case(work, case_id)
        return
    overtaken = "due" in due_steps and row.settled_as is None
    if overtaken:
        if stands is Verdict.MISSED:
            settling.record_miss(work, row)
        elif stands is Verdict.UNRESOLVED:
            obligations.settle(work.connection, row.id, Verdict.UNRESOLVED, work.now)
            work.record("verdict", case_id, {"obligation": str(row.id), "from": None, "to": "unresolved"})
        overtakes = stands is Verdict.MISSED
        due_steps = {step: since for step, since in due_steps.items() if step.startswith("escalate_") and overtakes}
    for step in _newest_of_each_kind(due_steps):
        _act_on(work, row, step, backlog.since(due_steps[step], work.now), overtaken=overtaken)


def _act_on(work: Work, row: cases.Row, step: str, late_since: datetime | None, *, overtaken: bool) -> None:
    climbs = step.startswith("escalate_")
    contact = contact_of(step) if climbs else "duty_desk"
    told, kind = ("escalated", "escalation") if climbs else ("reminded", "reminder")
    acting.note(work, row.case_id, told, obligation=row.id, by="node", detail={"step": step, "contact": contact})
    telling.remind(work, row, step=step, contact=contact, kind=kind, late_since=late_since, overtaken=overtaken)


def _newest_of_each_kind(due_steps: Mapping[str, datetime]) -> list[str]:
    """After an outage one reminder says what several would have, and one escalation to a contact what several rungs of it would."""
    reminders = [step for step in ("remind_half", "remind_last", "remind_after") if step in due_steps]
    climbed = sorted((step for step in due_steps if step.startswith("escalate_")), key=_number)
    newest = {contact_of(step): step for step in climbed}
    return reminders[-1:] + [newest[contact] for contact in LADDER if contact in newest]


def _number(step: str) -> int:
    """Of several steps for one contact, which it is."""
    return int(step.partition(".")[2] or 1)
