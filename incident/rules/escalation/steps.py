"""The steps of one obligation's timer: reminders before and after, the rungs of its ladder, the due instant itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from incident.rules.commitment import Again, Rung

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
    again: Again | None = None,
    provisional: bool = False,
    predicted: bool = False,
) -> list[Step]:
    """The steps still ahead at `now`, and the due instant in any case, at once where it has passed: nobody is late for a look that
    could not be taken earlier.

    A provisional duty is only looked at when due (it becomes unresolved); a predicted one never: no chain escalates before it
    is real. Reminders stand at half of the span and with a tenth of it left, and a day after a miss. The ladder is climbed once and,
    with `again`, so many times more, also beyond the due instant: until the duty is done.
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
        *(Step(name, "escalate", max(due_at - rung.before, started_at), rung.contact) for name, rung in numbered(climbed(ladder, again))),
    ]
    return [*(step for step in ahead if step.look_at > now), due, Step("remind_after", "remind", max(due_at + AFTER, now))]


def climbed(ladder: Iterable[Rung], again: Again | None) -> list[Rung]:
    """Every rung as often as it is climbed, in the order of the ladder; one that comes after the due instant is so long `before` it
    less than nothing."""
    rungs = list(ladder)
    rounds = [timedelta(), *(again.every * number for number in range(1, again.times + 1))] if again else [timedelta()]
    return [replace(rung, before=rung.before - later) for later in rounds for rung in rungs]


def numbered(rungs: Iterable[Rung], prefix: str = "escalate") -> list[tuple[str, Rung]]:
    """Each rung with the name of its step: `escalate_deputy`, and for a contact that is told again `escalate_deputy.2` and so on."""
    told: Counter[str] = Counter()
    named = []
    for rung in rungs:
        told[rung.contact] += 1
        number = told[rung.contact]
        named.append((f"{prefix}_{rung.contact}" if number == 1 else f"{prefix}_{rung.contact}.{number}", rung))
    return named


def contact_of(step: str) -> str:
    """Whom a step named by `numbered` goes to."""
    return step.partition("_")[2].partition(".")[0]
