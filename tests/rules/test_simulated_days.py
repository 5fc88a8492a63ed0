"""Days of timers and deliveries under a clock that nobody waits for: a scheduler, a transport and crashes, all drawn by one seed.

The rules are those of production (`steps`, `next_try`, `verdict`, `Breakers`); what is simulated is what the database does for
them: a transaction is kept or is not, a lease runs out, a late settlement is told apart by its attempt. A failure names its seed,
and that seed alone brings it back.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from incident.rules.commitment import Discharge, Rung
from incident.rules.escalation.retries import TRIES, next_try
from incident.rules.escalation.steps import steps
from incident.rules.planning.verdict import Done, Standing, Verdict, verdict
from workers.breakers import Breakers

BEGIN = datetime(2026, 3, 27, 16, tzinfo=UTC)
DAYS = 4
LEASE = timedelta(seconds=45)
SEEDS = range(150)


@dataclass
class Duty:
    """An obligation with its timers, and what was done about it."""

    name: str
    started_at: datetime
    due_at: datetime
    timers: dict[str, datetime]
    done_at: datetime | None
    acts: list[Done] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    fired: dict[str, datetime] = field(default_factory=dict)
    settled: Verdict | None = None


@dataclass
class Sent:
    """A notification on its way."""

    name: str
    place: str
    look_at: datetime | None
    due_at: datetime
    attempt: int = 0
    state: str = "pending"
    asked: list[tuple[datetime, datetime | None]] = field(default_factory=list)


class Days:
    """One simulated stretch of time, everything in it drawn by `seed`."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = BEGIN
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.count = 0
        self.effects: Counter[str] = Counter()
        self.lost = {f"place {n}": self.chance.choice([0.0, 0.0, 0.1, 0.5]) for n in range(6)}
        self.duties = [self._duty(number) for number in range(12)]
        self.sent = [self._notification(number) for number in range(20)]
        self.breakers = Breakers(threads=16)
        self._at(BEGIN, self._wake)

    def run(self) -> None:
        """Until the time is over; the last day is without faults, so that everything comes to its end."""
        end = BEGIN + timedelta(days=DAYS + 1)
        while self.events and self.events[0][0] <= end:
            self.now, _, event = heapq.heappop(self.events)
            event()

    @property
    def calm(self) -> bool:
        return self.now > BEGIN + timedelta(days=DAYS)

    def _at(self, when: datetime, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.events, (when, self.count, what))

    def _crashes(self) -> bool:
        return not self.calm and self.chance.random() < 0.15

    def _duty(self, number: int) -> Duty:
        started = BEGIN + timedelta(minutes=self.chance.uniform(0, 60 * 24))
        due = started + timedelta(minutes=self.chance.choice([1, 15, 240, 1440, 2880]))
        ladder = [Rung("deputy", timedelta(minutes=self.chance.choice([5, 60]))), Rung("manager", timedelta(minutes=2))]
        planned = steps(started_at=started, target_at=due, due_at=due, now=started, ladder=ladder)
        done = started + (due - started) * self.chance.uniform(0.1, 2) if self.chance.random() < 0.6 else None
        duty = Duty(f"duty {number}", started, due, {each.name: each.look_at for each in planned}, done)
        if done:
            self._at(done, lambda: duty.acts.append(Done("submitted", done, done)))
        return duty

    def _notification(self, number: int) -> Sent:
        made = BEGIN + timedelta(minutes=self.chance.uniform(0, 60 * 24))
        due = made + timedelta(minutes=self.chance.choice([1, 60, 600]))
        return Sent(f"notification {number}", f"place {self.chance.randrange(6)}", made, due)

    def _wake(self) -> None:
        """A round of the workers; now and then they are gone for minutes, or for hours."""
        for duty in self.duties:
            self._watch(duty)
        self._claim()
        gap = 5.0 if self.calm else self.chance.choice([0.5, 5, 5, 5, 5, 300, 20_000 if self.chance.random() < 0.02 else 5])
        waiting = [each.look_at for each in self.sent if each.look_at] + [at for duty in self.duties for at in duty.timers.values()]
        if waiting:
            self._at(max(self.now, min(waiting)) + timedelta(seconds=gap), self._wake)

    def _watch(self, duty: Duty) -> None:
        due = {name for name, at in duty.timers.items() if at <= self.now}
        if not due or self._crashes():  # before the commit: nothing has happened
            return
        stands = verdict(Standing(duty.due_at, Discharge.SUBMITTED), duty.acts, self.now)
        for name in due:
            del duty.timers[name]
            if stands in (Verdict.RUNNING, Verdict.MISSED) or name == "due":
                duty.effects[name] += 1
                duty.fired[name] = self.now
        if stands is not Verdict.RUNNING and "due" not in duty.timers:
            duty.settled = stands if duty.settled is None else duty.settled

    def _claim(self) -> None:
        room = self.breakers.room({}, self._seconds())
        for each in self.sent:
            if each.look_at is None or each.look_at > self.now or room.known.get(each.place, 1) == 0:
                continue
            if self._crashes():
                continue
            each.attempt, each.state, each.look_at = each.attempt + 1, "claimed", self.now + LEASE
            if not self._crashes():
                self._send(each, each.attempt)

    def _send(self, each: Sent, attempt: int) -> None:
        sent_at, takes = self.now, timedelta(seconds=self.chance.choice([0.01, 1, 15]))
        self._at(sent_at + takes, lambda: self._answer(each, attempt, sent_at))

    def _answer(self, each: Sent, attempt: int, sent_at: datetime) -> None:
        """The receiver may have acted although the answer is lost, and the settlement may come after the lease has gone."""
        fails = not self.calm and self.chance.random() < self.lost[each.place]
        if not fails or self.chance.random() < 0.3:
            self.effects[each.name] |= 1
        (self.breakers.failed if fails else self.breakers.took)(each.place, self._seconds())
        if self._crashes() or each.attempt != attempt or each.state != "claimed":
            return
        again = next_try(attempt, sent_at, each.due_at, None, self.chance.random()) if fails else None
        each.asked.append((sent_at, again))
        each.state, each.look_at = ("pending", again) if again else ("dead" if fails else "delivered", None)

    def _seconds(self) -> float:
        return (self.now - BEGIN).total_seconds()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_crashes_and_gets_lost_every_step_is_taken_once_and_none_too_early(seed: int) -> None:
    days = Days(seed)
    days.run()
    for duty in days.duties:
        where = f"seed {seed}, {duty.name}"
        assert all(count == 1 for count in duty.effects.values()), f"{where}: {duty.effects}"
        assert duty.timers == {}, f"{where}: {duty.timers}"
        planned = {
            each.name: each.look_at
            for each in steps(started_at=duty.started_at, target_at=duty.due_at, due_at=duty.due_at, now=duty.started_at, ladder=[])
        }
        assert all(at >= planned[name] for name, at in duty.fired.items() if name in planned), f"{where}: fired early"
        in_time = duty.done_at is not None and duty.done_at <= duty.due_at
        assert (duty.settled is Verdict.MET) == in_time, f"{where}: {duty.settled}, done {duty.done_at}, due {duty.due_at}"
    for each in days.sent:
        where = f"seed {seed}, {each.name}"
        assert each.state in ("delivered", "dead"), f"{where}: {each.state}, look at {each.look_at}"
        assert each.state == "dead" or days.effects[each.name] == 1, f"{where}: delivered without effect"
        assert each.state != "dead" or each.attempt >= TRIES, f"{where}: given up after {each.attempt}"
        room = [(sent, again) for sent, again in each.asked if again and sent < each.due_at]
        assert all(again <= each.due_at - (each.due_at - sent) / 5 for sent, again in room), f"{where}: a retry left no room"
