"""When an officer is reminded of a relay that no law or clause dates: it awaits a release, or a receipt, and nothing else would say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.rules.escalation.steps import Step

FIRST, DEPUTY, MANAGER = timedelta(hours=1), timedelta(hours=4), timedelta(hours=24)
"""Ours, and no legal instant: *without undue delay* has no number, and a duty that nobody is reminded of is one that is forgotten."""


def while_it_waits(started_at: datetime, planned_for: datetime | None, now: datetime) -> list[Step]:
    """The reminders still ahead at `now`: on the way to what it is planned for by agreement, else after these spans; none is a miss."""
    if planned_for is not None:
        span = max(planned_for - started_at, timedelta())
        found = [
            Step("remind_half", "remind", started_at + span / 2),
            Step("remind_last", "remind", planned_for - span / 10),
            Step("escalate_deputy", "escalate", planned_for, "deputy"),
        ]
    else:
        found = [
            Step("remind_half", "remind", started_at + FIRST),
            Step("escalate_deputy", "escalate", started_at + DEPUTY, "deputy"),
            Step("escalate_manager", "escalate", started_at + MANAGER, "manager"),
        ]
    return [step for step in found if step.look_at > now]
