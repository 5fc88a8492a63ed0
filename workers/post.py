"""The post office of one process: takes letters, sends them with no transaction open, settles together what has ended meanwhile.

What is released goes along at once where there is room for it; the rest, and what is tried again, is claimed. A slow recipient holds
at most a few of its threads; the others go on serving everybody else.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from incident import crash
from incident.actions.consequences import delivering, dispatching
from incident.db import again
from incident.reach.returns import Returns
from incident.records.outbox import routing, sending
from incident.records.outbox.sending import Room, Taken
from incident.rules.escalation.retries import FAULTS, after_fault, next_try
from incident.work import Node, Work
from workers.breakers import Breakers
from workers.channels import Channel, Delivered, GaveUp, Letter, Outcome, TryLater
from workers.channels.every import every
from workers.letters import Fault, Made, letters
from workers.together import Together

_log = structlog.get_logger()
THREADS = 16
BY_AGE = 8
"""One claim in so many takes the longest due, so that what is less urgent does not wait for as long as more urgent letters come."""
MOST_TOGETHER = 50
"""Letters settled in one transaction: its cases are held until its commit, so that it is never a long one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A letter and what became of it."""

    row: Taken
    outcome: Outcome | Fault


@dataclass(slots=True)
class Post:
    """The letters of one node that this process is sending."""

    node: Node
    channels: dict[str, Channel]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="post"))
    _under_way: dict[Future[None], str] = field(default_factory=dict)
    _claiming: threading.Lock = field(default_factory=threading.Lock)
    _learning: threading.Lock = field(default_factory=threading.Lock)
    _breakers: Breakers = field(default_factory=lambda: Breakers(THREADS))
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _last: object = None
    _begun: int = 0
    _ended: int = 0
    _claims: int = 0
    _more: bool = True
    """Whether more may be due than was taken."""
    _together: Together[Ended] = field(init=False)

    def __post_init__(self) -> None:
        self._together = Together(self._settle, MOST_TOGETHER)

    def run(self, *, patience: float | None) -> int:
        """Claim and send until nothing is due and nothing under way, or for `patience` seconds (None: to the end).

        Returns how many were claimed. What is still under way goes on by itself. Whoever comes later relieves whoever waits.
        """
        claimed, give_up = 0, None if patience is None else time.monotonic() + patience
        mine, self._more = self._come(), True
        while True:
            ended = self._ended
            claimed += self._claim() if self._more else 0
            left = None if give_up is None else give_up - time.monotonic()
            if left is not None and left <= 0:
                return claimed
            if not self._wait(mine, ended, left):
                return claimed

    def _come(self) -> object:
        mine = object()
        with self._changed:
            self._last = mine
            self._changed.notify_all()
        return mine

    def _wait(self, mine: object, ended: int, seconds: float | None) -> bool:
        """Until a letter has ended since `ended` had; False when none is under way, or another has come to wait."""

        def relieved() -> bool:
            return seconds is not None and self._last is not mine

        with self._changed:
            if self._begun == self._ended == ended:
                return False
            self._changed.wait_for(lambda: self._ended != ended or relieved(), timeout=seconds)
            return not relieved()

    def _end(self, _: Future[None]) -> None:
        with self._changed:
            self._ended += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Take nothing new and wait for what is under way; what does not end comes back when its lease runs out."""
        self.pool.shutdown(wait=True, cancel_futures=True)

    def route(self, most: int) -> int:
        """Address up to `most` released notices, in one transaction, and send at once what there is room for; how many there were.

        Where more is due than there was room for, what is new waits with the rest, to be claimed by its urgency.
        """
        with self._claiming:
            room, free = self._room()
            did, made = self.node.perform(lambda work: _route(work, most, Places(room, 0 if self._more else free)))
            self._begin(made)
            return did

    def _claim(self) -> int:
        """As many as there are free threads, to no address more than it has shown it can take; one caller at a time counts them."""
        with self._claiming:
            room, free = self._room()
            if free <= 0:
                return 0
            self._more = False
            self._claims += 1
            by_age = self._claims % BY_AGE == 0
            taken, left, made = self.node.perform(lambda work: _take(work, free, room, by_age=by_age))
            self._more = self._more or left > 0 or 0 in room.known.values()
            self._begin(made)
            return taken

    def _room(self) -> tuple[Room, int]:
        """What may be taken now, and by how many threads."""
        self._under_way = {each: place for each, place in self._under_way.items() if not each.done()}
        with self._learning:
            return self._breakers.room(Counter(self._under_way.values()), time.monotonic()), THREADS - len(self._under_way)

    def _begin(self, made: Made) -> None:
        for row, letter in made:
            self._begun += 1
            sending_it = self.pool.submit(self._send, row, letter)
            self._under_way[sending_it] = sending.place(row)
            sending_it.add_done_callback(self._end)

    def _send(self, row: Taken, letter: Letter | Fault | GaveUp) -> None:
        crash.here("send.before")
        outcome = self._try(row, letter) if isinstance(letter, Letter) else letter
        crash.here("send.after")
        if isinstance(letter, Letter) and not isinstance(outcome, Fault):
            self._learn(sending.place(row), outcome)
        self._together(Ended(row, outcome))

    def _settle(self, ended: Sequence[Ended]) -> None:
        """All in one transaction; where that fails, each in one of its own, so that only what cannot be recorded is left."""
        try:
            if self.node.perform(lambda work: _settle(work, ended)):
                self._more = True
        except Exception as fault:
            gone = isinstance(fault, sa.exc.OperationalError) and not again.undone(fault)
            if len(ended) > 1 and not gone:
                _log.warning("deliveries.settled_singly", letters=len(ended), fault=type(fault).__name__)
                for each in ended:
                    self._settle([each])
            else:
                self._unsettled(ended, fault, gone=gone)

    def _unsettled(self, ended: Sequence[Ended], fault: Exception, *, gone: bool) -> None:
        """Without a database the leases run out, and each is sent again under the same id."""
        for each in ended:
            _log.error("delivery.unsettled", notification=str(each.row.id), channel=each.row.kind, exc_info=fault)
            if not gone:
                self._give_up(each.row, f"A fault of this node: what became of it cannot be recorded ({type(fault).__name__}).")

    def _try(self, row: Taken, letter: Letter) -> Outcome | Fault:
        try:
            return self.channels[row.kind].send(letter)
        except Exception as fault:  # ours, not the network's: seen in the log, tried again, and in the end a person's
            _log.exception("channel.fault", notification=str(row.id), channel=row.kind)
            return Fault(f"A fault of this node: {type(fault).__name__}.")

    def _give_up(self, row: Taken, reason: str) -> None:
        """What cannot be settled either comes back when its lease runs out, and after five tries is a person's."""
        if row.attempt < FAULTS:
            return
        try:
            self.node.perform(lambda work: delivering.unsettled(work, row, reason))
            self.node.perform(lambda work: delivering.say_dead(work, row, reason))
        except Exception:
            _log.exception("delivery.stuck", notification=str(row.id), channel=row.kind)

    def _learn(self, place: str, outcome: Outcome) -> None:
        with self._learning:
            learn = self._breakers.took if isinstance(outcome, Delivered) else self._breakers.failed
            learn(place, time.monotonic())


_posts: dict[int, Post] = {}
_opening = threading.Lock()


def post_of(node: Node) -> Post:
    """The node's post office in this process, opened when first asked for."""
    with _opening:
        if id(node) not in _posts:
            settings = node.settings
            returns = Returns(settings.secret_key, settings.bounce_address)
            made = every(egress_allow=settings.egress_allow, smtp_url=settings.smtp_url, mail_from=settings.mail_from, returns=returns)
            _posts[id(node)] = Post(node, made)
        return _posts[id(node)]


def close_post(node: Node) -> None:
    """Close it, if it was ever opened."""
    with _opening:
        post = _posts.pop(id(node), None)
    if post is not None:
        post.close()


class Places:
    """What may still be taken along, of the room that there was. Asked once for each letter."""

    def __init__(self, room: Room, free: int) -> None:
        self._room, self._free, self._unproven = room, free, room.unproven
        self._taken: Counter[str] = Counter()

    def __call__(self, place: str) -> bool:
        """Whether one more letter to that place may be; then it is counted."""
        proven = place in self._room.proven
        left = self._room.known.get(place, 1) - self._taken[place]
        if min(left, self._free) <= 0 or not (proven or self._unproven > 0):
            return False
        self._taken[place] += 1
        self._free -= 1
        self._unproven -= not proven
        return True


def _route(work: Work, most: int, places: Places) -> tuple[int, Made]:
    """The cases first, as everybody else: whoever closes one cancels its notices."""
    work.holds(held := routing.take_cases(work.connection, most, work.now))
    rows = routing.still_to_route(work.connection, work.now, most, cases=held) if held else []
    taken = dispatching.dispatch(work, rows, places)
    work.steps = ("route", "claim") if taken else ("route",) if rows else ()
    return len(rows), letters(work, taken)


def _take(work: Work, free: int, room: Room, *, by_age: bool) -> tuple[int, int, Made]:
    lease = timedelta(seconds=work.node.settings.lease_seconds)
    rows, left = sending.claim(work.connection, work.now, free, lease=lease, room=room, by_age=by_age)
    work.steps = ("claim",) if rows else ()
    return len(rows), left, letters(work, rows)


def _settle(work: Work, ended: Sequence[Ended]) -> bool:
    """Whether something is due at once that follows."""
    work.steps = ("settle",)
    held = delivering.hold(work, [each.row for each in ended])
    came: list[tuple[Taken, dict[str, Any]]] = []
    for row, outcome in ((each.row, each.outcome) for each in ended):
        match outcome:
            case Delivered(receipt):
                came.append((row, dict(receipt)))
            case Fault(reason):
                delivering.failed(work, row, held, reason, again_at=after_fault(row.attempt, work.now), ours=True)
            case GaveUp(reason, disable):
                delivering.failed(work, row, held, reason, again_at=None, disable=disable)
            case TryLater(reason, retry_after):
                again_at = next_try(row.attempt, work.now, row.due_at, retry_after, random.random())  # noqa: S311 - spreads retries
                delivering.failed(work, row, held, reason, again_at=again_at)
    delivering.delivered(work, came, held)
    return "deliver" in work.wakes
