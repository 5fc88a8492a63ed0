"""From a plan to rows. Pure, so that a preview shows exactly what filing would write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incident import answers
from incident.actions.commands import StatedFact
from incident.ids import new_id
from incident.records.obligations import allowing
from incident.rules.commitment import Commitment, Discharge, Rung
from incident.rules.escalation import on_call, steps
from incident.rules.escalation.steps import Step
from incident.rules.escalation.waiting import while_it_waits
from incident.rules.legaltime.values import Moment
from incident.rules.planning import Planned
from incident.rules.planning.rederiving import frozen_inputs
from incident.rules.routing import Draft
from incident.rules.terms.composing import group_of

Rows = list[dict[str, Any]]


def fact_row(
    case: UUID, stated: StatedFact, *, about: UUID, by: UUID, report: UUID | None, supersedes: UUID | None, node: str, now: datetime
) -> dict[str, Any]:
    """One fact as it is kept; an instant keeps its text, zone and fold as entered."""
    moment = stated.value if isinstance(stated.value, Moment) else None
    return {
        "id": new_id(), "case_id": case, "report_id": report, "name": stated.name, "value": None if moment else stated.value,
        "earliest_at": moment and moment.earliest, "latest_at": moment and moment.latest, "precision": moment and moment.precision,
        "entered": moment and moment.text, "zone": moment and moment.zone, "fold": moment and moment.fold, "about": about, "said_by": by,
        "supersedes": supersedes, "origin": node, "recorded_at": now,
    }  # fmt: skip


def obligation_row(case: UUID, each: Planned, now: datetime) -> dict[str, Any]:
    """One obligation, with everything it was computed from."""
    commitment, deadline = each.commitment, each.deadline
    return {
        "id": new_id(), "case_id": case, "commitment": commitment.id, "title": commitment.title, "source_kind": commitment.source.kind,
        "source_name": commitment.source.name, "source_version": commitment.source.version, "source_digest": commitment.source.digest,
        "cite": commitment.source.cite, "debtor": each.debtor.id, "creditor": each.creditor.id if each.creditor else None,
        "owed_to_role": commitment.owed_to.competence or commitment.owed_to.role.value, "occurrence": each.occurrence,
        "reading": each.reading, "group_key": each.group, "target_at": each.target_at, "due_at": deadline and deadline.due_at,
        "started_at": each.started_at, "basis": deadline and deadline.basis.value, "because": answers.because(each.because),
        "inputs": frozen_inputs(each) or {}, "rule_version": deadline and deadline.rule_version,
        "calendar_version": deadline and deadline.calendar_version, "tzdata_version": deadline and deadline.tzdata_version,
        "provisional": each.provisional, "predicted": each.predicted, "discharged_by": commitment.discharged_by.value,
        "stage": each.stage if commitment.source.kind == "regime" else None, "extendable": commitment.extendable,
        "waivable": commitment.waivable, "spec": _spec(commitment), "superseded_by": None, "missed_at": None, "settled_as": None,
        "settled_at": None, "created_at": now, "paused_at": None, "paused_until": None, "prohibited_at": None,
        "relay_to": each.relay_to,
    }  # fmt: skip


DATED = (
    "target_at",
    "due_at",
    "started_at",
    "basis",
    "because",
    "inputs",
    "rule_version",
    "calendar_version",
    "tzdata_version",
    "predicted",
    "provisional",
)
"""The columns that a re-dating changes on the same obligation."""


def timer_rows(row: Mapping[Any, Any], now: datetime) -> Rows:
    """When to look at an obligation, step by step; none in the time that its clock stands still, nor for a duty without an instant,
    unless it is a relay: of that somebody is reminded until it is received."""
    still = row["paused_until"]
    looks = [step for step in _steps(row, now) if still is None or step.look_at >= still]
    return [{"obligation_id": row["id"], "case_id": row["case_id"], "step": step.name, "look_at": step.look_at} for step in looks]


def _steps(row: Mapping[Any, Any], now: datetime) -> list[Step]:
    started_at = row["started_at"] or now
    if row["due_at"] is None:
        waits = row["relay_to"] and not row["provisional"] and not row["predicted"]
        return while_it_waits(started_at, row["target_at"], now) if waits else []
    ladder = [Rung(contact, timedelta(seconds=before)) for contact, before in row["spec"]["ladder"]]
    return steps(
        started_at=started_at, target_at=row["target_at"], due_at=row["due_at"], now=now, ladder=ladder, provisional=row["provisional"],
        predicted=row["predicted"],
    )  # fmt: skip


def notice_rows(case: UUID, cause: UUID, tlp: str, drafts: Iterable[Draft], ids: dict[Any, UUID], now: datetime) -> tuple[Rows, Rows]:
    """Notices and what each withholds. `ids` gives the obligation's id for a planned obligation's key; `cause` (a report, an
    act) makes each notice unique: one cause tells one recipient once in each way.
    """
    notices: Rows = []
    withheld: Rows = []
    for draft in drafts:
        id_ = new_id()
        at_once = draft.pre_authorised_by is not None
        notices.append({
            "id": id_, "case_id": case, "recipient": draft.recipient.id, "kind": draft.kind, "title": draft.title,
            "obligations": [ids[each.key] for each in draft.announces if each.key in ids],
            "performs": [ids[each.key] for each in draft.performs if each.key in ids], "items": dict(draft.items), "digest": draft.digest,
            "tlp": tlp, "contact": draft.contact(now), "channels": list(draft.channels), "pre_authorised_by": draft.pre_authorised_by,
            "acknowledge_by": draft.acknowledge_by, "created_at": now, "released_at": now if at_once else None,
            "released_by": draft.pre_authorised_by, "cancelled_at": None, "cancelled_because": None, "acknowledged_at": None,
            "acknowledged_by": None, "relay_to": next((each.relay_to for each in draft.performs if each.relay_to), None),
            "effect_key": f"{cause}:{draft.recipient.id}:{draft.way}",
        })  # fmt: skip
        withheld += [
            {"notice_id": id_, "case_id": case, "field": each.field, "rule": each.rule, "why": each.why} for each in draft.withheld
        ]
    return notices, withheld


def _spec(commitment: Commitment) -> dict[str, Any]:
    laddered = commitment.discharged_by is Discharge.ACKNOWLEDGED or commitment.acknowledge_within is None
    return {
        "ladder": [[rung.contact, int(rung.before.total_seconds())] for rung in commitment.ladder] if laddered else [],
        "contains": list(commitment.contains),
        "duty": group_of(commitment),
        "channels": list(commitment.tell.channels) if commitment.tell else ["webhook", "email", "inbox"],
        **({"on_call": on_call.kept(commitment.on_call)} if commitment.on_call else {}),
        **allowing.kept(commitment),
    }
