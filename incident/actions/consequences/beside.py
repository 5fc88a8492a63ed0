"""What stands beside a clock when its obligation is dated anew: the times that it stood still, a prohibition, excuses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incident.records import obligations
from incident.records.cases import Row
from incident.rules.planning import Planned, standing_still

SAID = ("paused", "resumed")
"""The reasons that a pause leaves in a derivation."""
KINDS = ("paused", "resumed", "excused", "prohibited")
"""The acts that go with the duty when another obligation takes the place of the one they were done for."""


def kept_up(fresh: dict[str, Any], row: Row, acts: Iterable[Row], now: datetime) -> dict[str, Any]:
    """The row that a plan gives, with what was granted about the obligation `row`: later by its pauses, and saying so."""
    about = [act for act in acts if act.obligation_id == row.id]
    pauses = obligations.pauses(about)
    target_at, due_at = standing_still(pauses, fresh["target_at"], fresh["due_at"])
    still = next((each for each in pauses if each.stands(now) and (due_at is None or each.since <= due_at)), None)
    barred = (act.recorded_at for act in about if act.kind == "prohibited" and (due_at is None or act.recorded_at <= due_at))
    return {
        **fresh,
        "target_at": target_at,
        "due_at": due_at,
        "paused_at": still and still.since,
        "paused_until": still and still.until,
        "prohibited_at": min(barred, default=None),
        "because": [*fresh["because"], *(line for line in row.because if line["code"] in SAID)],
        "spec": {**fresh["spec"], "excused": row.spec.get("excused", [])},
    }


def carried(act: Row, each: Planned, acts: Iterable[Row]) -> dict[str, Any]:
    """What differs in an act that is carried over: a pause stops the clock of the new obligation, from the instants of that one."""
    if act.kind != "paused":
        return {}
    before = [other for other in acts if other.obligation_id == act.obligation_id and other.position < act.position]
    target_at, due_at = standing_still(obligations.pauses(before), each.target_at, each.deadline.due_at if each.deadline else None)
    return {"from": {"target_at": target_at, "due_at": due_at}}
