"""Looking at an obligation when its timer says so: each step once, late or repeated looks with the same result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident import db
from incident.actions.consequences import acting, backlog, settling, silence, telling
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations.tables import act
from incident.rules.escalation import contact_of
from incident.rules.escalation.on_call import LADDER
from incident.rules.planning import Verdict
from incident.work import Work


@dataclass(frozen=True, slots=True)
class Due:
    """An obligation with steps that are due, each since when, as `obligations.fire` reads it, and its case, which is held."""

    case: Row
    row: Row
    steps: Mapping[str, datetime]


def look(work: Work, found: Sequence[Due]) -> None:
    """Do what these steps ask for. Whoever asks holds the cases and has taken the steps.

    Reminders and rungs of ladders, of which hundreds may be due at one instant, are written together, with their evidence, in one
    statement however many they are. What settles something goes by itself after them, and reads anew what the one before it has changed.
    """
    steps: list[_Step] = []
    others: list[Due] = []
    for each in found:
        if _tells_only(each.row, obligations.verdict_of(each.row, obligations.done_of(each.row), work.now), each.steps):
            steps += _steps(work, each.case, each.row, each.steps)
        else:
            others.append(each)
    _act_on(work, steps)
    for each in others:
        work.flush()
        _settle(work, each)


def _tells_only(row: Row, stands: Verdict, steps: Iterable[str]) -> bool:
    """Whether nothing is to be done but to tell somebody: the duty is open, and neither its miss nor a silence is looked for."""
    if row.superseded_by is not None or stands not in _OPEN or any(silence.is_about_it(step) for step in steps):
        return False
    return "due" not in steps or row.settled_as is not None


def _settle(work: Work, due: Due) -> None:
    """A miss that is seen now overtakes the reminders that came before it, but no rung of the ladder: that is another person, who has
    heard of nothing yet.
    """
    row = obligations.looked_at(work.connection, [due.row.id])[due.row.id]
    stands = obligations.verdict_of(row, obligations.done_of(row), work.now)
    silence.look(work, row, [step for step in due.steps if silence.is_about_it(step)])
    steps = {step: since for step, since in due.steps.items() if not silence.is_about_it(step)}
    if row.superseded_by is not None or stands not in _OPEN:
        settling.settle_case(work, row.case_id)
        return
    overtaken = "due" in steps and row.settled_as is None
    if overtaken:
        if stands is Verdict.MISSED:
            settling.record_miss(work, row)
        elif stands is Verdict.UNRESOLVED:
            obligations.settle(work.connection, row.id, Verdict.UNRESOLVED, work.now)
            work.record("verdict", row.case_id, {"obligation": str(row.id), "from": None, "to": "unresolved"})
        overtakes = stands is Verdict.MISSED
        steps = {step: since for step, since in steps.items() if step.startswith("escalate_") and overtakes}
    _act_on(work, _steps(work, due.case, row, steps, overtaken=overtaken))


_OPEN = (Verdict.RUNNING, Verdict.MISSED, Verdict.UNRESOLVED)
_Step = telling.Reminder


def _steps(work: Work, case: Row, row: Row, due_steps: Mapping[str, datetime], *, overtaken: bool = False) -> list[_Step]:
    """What these steps tell, of which each is due since when."""
    found: list[_Step] = []
    for step in _newest_of_each_kind(due_steps):
        climbs = step.startswith("escalate_")
        contact, kind = (contact_of(step), "escalation") if climbs else ("duty_desk", "reminder")
        late_since = backlog.since(due_steps[step], work.now)
        found.append(_Step(case, row, step, contact, kind, late_since=late_since, overtaken=overtaken))
    return found


def _act_on(work: Work, steps: Sequence[_Step]) -> None:
    if not steps:
        return
    acts: list[db.Row] = []
    for each in steps:
        told = "escalated" if each.kind == "escalation" else "reminded"
        detail = {"step": each.step, "contact": each.contact}
        given = acting.Note(each.row.case_id, told, each.row.id, by="node", party=each.incident.filed_by, detail=detail)
        acts.append(acting.written(work, given))
    telling.remind(work, steps)
    work.leave({act: acts})


def _newest_of_each_kind(due_steps: Mapping[str, datetime]) -> list[str]:
    """After an outage one reminder says what several would have, and one escalation to a contact what several rungs of it would."""
    reminders = [step for step in ("remind_half", "remind_last", "remind_after") if step in due_steps]
    climbed = sorted((step for step in due_steps if step.startswith("escalate_")), key=_number)
    newest = {contact_of(step): step for step in climbed}
    return reminders[-1:] + [newest[contact] for contact in LADDER if contact in newest]


def _number(step: str) -> int:
    """Of several steps for one contact, which it is."""
    return int(step.partition(".")[2] or 1)
