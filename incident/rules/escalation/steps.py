"""The steps of one obligation's timer: reminders before and after, the rungs of its ladder, the due instant itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from incident.rules.commitment import Rung

AFTER = timedelta(hours=24)
JUST_AFTER = timedelta(microseconds=1)
"""In time iff done by the due instant itself, so a miss is first seen after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do when looked at. `contact` is whom a reminder or escalation goes to."""

    name: str
    kind: Literal["remind", "escalate", "due"]
    look_at: datetime
    contact: str = "duty_desk"


def steps(
    *,
    started_at: datetime,
    target_at: datetime,
    due_at: datetime,
    now: datetime,
    ladder: Iterable[Rung] = (),
    provisional: bool = False,
    predicted: bool = False,
) -> list[Step]:
    """The steps still ahead at `now`, and the due instant in any case, at once where it has passed: nobody is late for a look that
    could not be taken earlier.

    A provisional duty is only looked at when due (it becomes unresolved); a predicted one never: no chain escalates before it
    is real. Reminders stand at half of the span and with a tenth of it left, and a day after a miss.
    """
    if predicted:
        return []
    due = Step("due", "due", max(due_at + JUST_AFTER, now))
    if provisional:
        return [due]
    span = max(target_at - started_at, timedelta())
    ahead = [
        Step("remind_half", "remind", started_at + span / 2),
        Step("remind_last", "remind", target_at - span / 10),
        *(Step(f"escalate_{rung.contact}", "escalate", max(due_at - rung.before, started_at), rung.contact) for rung in ladder),
    ]
    return [*(step for step in ahead if step.look_at > now), due, Step("remind_after", "remind", max(due_at + AFTER, now))]
