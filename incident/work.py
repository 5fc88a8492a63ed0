"""Node and Work: where a transaction begins and ends. Nothing else commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incident import crash, db, evidence
from incident.actor import NODE, Actor
from incident.clock import Clock, DatabaseClock
from incident.db import again
from incident.db.columns import INSTANT, INT, JSON, TEXT, table
from incident.db.columns import UUID as UUID_
from incident.errors import Conflict, NotFound, Refused, Unavailable
from incident.rules.two_clocks import Doubt
from incident.settings import Settings

WakeUp = Callable[[str], None]
T = TypeVar("T")

reply = table("reply", party_id=UUID_, key=TEXT, digest=TEXT, status=INT, body=JSON, at=INSTANT)


def _asleep(sweep: str) -> None:
    """A wake-up that reaches nobody; the sweeps find the rows by themselves."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer already given under an Idempotency-Key."""

    status: int
    body: Mapping[str, object] | Sequence[object]


@dataclass(slots=True)
class Work:
    """One transaction: its connection, who asks, the instant at which it began, and what it will leave behind."""

    node: Node
    connection: sa.Connection
    actor: Actor
    now: datetime
    recorded: list[evidence.Recorded] = field(default_factory=list)
    wakes: set[str] = field(default_factory=set)
    filers: dict[UUID, UUID] = field(default_factory=dict)
    """Who filed a case, of those that were asked for: it never changes."""
    steps: tuple[str, ...] = ()
    """Which of the steps of `incident.crash` it has taken."""
    _reply: dict[str, object] | None = None
    _left: dict[sa.Table, Sequence[db.Row]] = field(default_factory=dict)
    _changes: list[db.Change] = field(default_factory=list)
    _begun: set[UUID] = field(default_factory=set)
    _heads: dict[UUID, evidence.Head] = field(default_factory=dict)

    def leave(self, rows: Mapping[sa.Table, Sequence[db.Row]], *, changes: Iterable[db.Change] = (), begins: UUID | None = None) -> None:
        """Write these in one statement with the evidence, when this work ends or is asked to `flush`; until then nobody reads them.

        What was left before for other tables goes into the same statement, so neither may rest on the other but by what both name.
        `begins` is the stream of evidence that begins with this work, if one does: nobody else can know it yet, and its head is waited
        for by none.
        """
        changes = list(changes)
        if self._left.keys() & rows.keys() or {each.statement for each in self._changes} & {each.statement for each in changes}:
            self.flush()
        self._left |= rows
        self._changes += changes
        if begins is not None:
            self._begun.add(begins)

    def flush(self) -> None:
        """Write now what was left for the end: from here on it can be read."""
        left, changes = self._left, self._changes
        self._left, self._changes = {}, []
        db.put(self.connection, left, changes=changes)

    def holds(self, heads: Mapping[UUID, evidence.Head]) -> None:
        """This work has taken these cases, and with each the head of its evidence, which then nobody else moves."""
        self._heads |= heads

    def record(self, kind: str, stream: UUID, payload: Mapping[str, object]) -> None:
        """Put it into the evidence of `stream` (a case, a party, an agreement version) when this work commits."""
        self.recorded.append(evidence.Recorded(stream, kind, {**payload, "by": self.actor.name, "means": self.actor.means}))

    def wake(self, *sweeps: str) -> None:
        """Hint that these sweeps have something to do, after the commit. Losing a hint costs latency, never work."""
        self.wakes.update(sweeps)

    def become(self, actor: Actor, *, said: bool = False) -> None:
        """From here on work as `actor`, for somebody who has just proved who they are; `said`: the walls have heard it already."""
        self.actor = actor
        if not said:
            _say_who(self.connection, actor.party)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that leaves nothing behind when it is refused, neither evidence nor the name it went on in; the work itself goes on."""
        self.flush()
        actor, recorded, wakes, heads = self.actor, len(self.recorded), set(self.wakes), dict(self._heads)
        try:
            with self.connection.begin_nested():
                yield
        except Refused:
            del self.recorded[recorded:]
            self.wakes, self._left, self._changes, self._heads = wakes, {}, [], heads
            self.become(actor)
            raise

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A part that leaves nothing behind in any case: neither rows nor evidence nor a wake-up, nor another time or step."""
        self.flush()
        savepoint = self.connection.begin_nested()
        recorded, wakes, now, steps, heads = len(self.recorded), set(self.wakes), self.now, self.steps, dict(self._heads)
        try:
            yield
        finally:
            savepoint.rollback()
            del self.recorded[recorded:]
            self.wakes, self.now, self.steps, self._heads = wakes, now, steps, heads
            self._left, self._changes = {}, []

    def widen(self, case: UUID) -> None:
        """From here on work in the name of the case's holder: the consequences of a recipient's act reach rows it may not see.

        Only for parties of the case and parties that were told of it; who acted is still recorded as the actor.

        Raises:
            NotFound: for anybody else.
        """
        if self.actor.is_node:
            return
        holder = self.connection.execute(sa.text("select demarche.holder_of(:case)"), {"case": case}).scalar()
        if holder is None:
            raise NotFound("There is no such case.")
        _say_who(self.connection, holder)

    def doubt(self, due_at: datetime | None) -> Doubt | None:
        """Why the clocks of this process leave a miss of what was due then in doubt; None where they do not."""
        clock = self.node.clock
        return None if due_at is None else clock.watch.doubt(due_at, clock.steady())

    def held(self, due_at: datetime | None) -> Doubt | None:
        """Why a miss of what was due then is not recorded yet. None where it is not held."""
        found = self.doubt(due_at)
        return found if found is not None and found.left else None

    def answered(self, key: str, digest: str) -> Reply | None:
        """The reply already given under `key` to the same body, or None.

        Raises:
            Conflict: the key was used for a different body.
        """
        self.connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:k, 1))"), {"k": f"{self.actor.party}:{key}"})
        row = self.connection.execute(
            sa.select(reply.c.digest, reply.c.status, reply.c.body).where(reply.c.party_id == self.actor.party, reply.c.key == key)
        ).first()
        if row is None:
            return None
        if row.digest != digest:
            raise Conflict(f"The Idempotency-Key {key!r} was used before for a different request.", code="idempotency_key_reused")
        return Reply(row.status, row.body)

    def answer(self, key: str, digest: str, status: int, body: Mapping[str, object] | Sequence[object]) -> None:
        """Keep the reply with the work itself: a repetition gets it back and has no further effect."""
        self._reply = {
            "party_id": self.actor.party,
            "key": key,
            "digest": digest,
            "status": status,
            "body": body,
            "at": self.now,
        }

    def _finish(self) -> None:
        name = self.actor.uri or self.node.settings.node_name
        evidence.append(
            self.connection, self.recorded, at=self.now, actor=name, begun=self._begun, held=self._heads, beside=self._left,
            changes=self._changes,
        )  # fmt: skip
        if self._reply is not None:
            _say_who(self.connection, self.actor.party)
            db.put(self.connection, {reply: [self._reply]})


@dataclass(slots=True)
class Node:
    """One running installation, seen by one process with one database role."""

    settings: Settings
    engine: sa.Engine
    clock: Clock
    wake: WakeUp = _asleep
    key: Ed25519PrivateKey | None = None

    @contextmanager
    def work(self, actor: Actor = NODE) -> Iterator[Work]:
        """Open a unit of work; commit if the block ends well, undo everything if it does not."""
        with self.engine.begin() as connection:
            if actor.party is not None:  # who has not been named is nobody: the setting ends with each transaction
                _say_who(connection, actor.party)
            work = Work(self, connection, actor, self.clock.now(connection))
            yield work
            work._finish()
            for step in work.steps:
                crash.here(f"{step}.before_commit")
        for step in work.steps:
            crash.here(f"{step}.after_commit")
        for sweep in sorted(work.wakes):
            self.wake(sweep)

    def perform(self, do: Callable[[Work], T], actor: Actor = NODE) -> T:
        """The result of `do(work)` in a unit of work of its own; done again from the beginning when PostgreSQL undid it for others.

        Each time with a new `Work`: evidence, wake-ups and the instant of one that was undone are forgotten with it. So `do` keeps
        nothing outside of it.
        """

        def once() -> T:
            with self.work(actor) as work:
                return do(work)

        return again.whole(once)

    def expect_schema(self) -> None:
        """Return where the database has all that this program knows of; nothing is done there.

        Raises:
            Unavailable: it lacks revisions, which are named.
        """
        with self.engine.connect() as connection:
            missing = db.lacking(connection)
        if missing:
            said = f"The database is behind this program: {', '.join(missing)} missing. Run `demarche migrate`; nothing was done."
            raise Unavailable(said, code="schema_behind")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_node(settings: Settings, url: str, *, wake: WakeUp = _asleep, clock: Clock | None = None, pool_size: int = 10) -> Node:
    """A node on the database at `url`, whose role decides what this process may do."""
    crash.arm(settings.crash_at)
    return Node(settings, db.engine(url, pool_size=pool_size), clock or DatabaseClock(), wake, settings.signing_key())


def _say_who(connection: sa.Connection, party: UUID | None) -> None:
    connection.exec_driver_sql("select set_config('app.party', %s, true)", (str(party or ""),))
