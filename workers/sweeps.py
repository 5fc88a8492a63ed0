"""The sweeps: each asks the database what is due and works until nothing is, or for two seconds. They know no Celery and no threads."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from incident import evidence
from incident.actions.consequences import addressing, settling, watching
from incident.canonical import instant
from incident.records import cases, outbox
from incident.records.obligations.tables import timer
from incident.work import Node, Work
from workers.post import post_of

BATCH = 50
LONGEST = 2.0  # seconds that a round lasts under a load that does not end; then its caller looks at what else is due
GRACE_SECONDS = 60


def route(node: Node) -> int:
    """Turn released notices into notifications, one per contact and channel."""
    return sum(_batches(node, "route", _route_some))


def deliver(node: Node) -> int:
    """Send what is due; waits a moment for the quick ones, and leaves the slow to finish by themselves."""
    did = post_of(node).run(patience=1.0)
    _beat(node, "deliver", did)
    return did


def watch(node: Node) -> int:
    """Look at every obligation whose timer is due: remind, escalate, record a miss; each step once."""
    did, began = 0, time.monotonic()
    while time.monotonic() < began + LONGEST and (due := _take_due(node)):
        for case_id, obligation_id in due:
            node.perform(partial(_look, case_id=case_id, obligation_id=obligation_id))
            did += 1
    _beat(node, "watch", did)
    return did


def seal(node: Node) -> int:
    """Put the evidence into its one order and sign the head of it."""
    if node.key is None:
        return 0
    return sum(_batches(node, "seal", _seal_some))


def audit(node: Node) -> int:
    """Check the invariants and mend what can be derived; the number of things that were not as they should be.

    An obligation that runs past its due instant without a timer gets one; a settled column that does not follow from the acts
    is derived anew. What cannot be mended stands in the heartbeat, where health shows it.
    """
    with node.work() as work:
        mended, recent = _give_timers(work), _touched_today(work)
    mended += sum(_derive_again(node, case_id) for case_id in recent)
    with node.work() as work:
        found = {
            "mended": mended,
            "unrouted": _count(
                work, "select count(*) from demarche.notice where released_at < :late and routed_at is null and cancelled_at is null"
            ),
            "overdue_notifications": _count(work, "select count(*) from demarche.notification where look_at < :late"),
            "unsealed": _count(work, "select coalesce(sum(seq - sealed), 0) from demarche.evidence_head where sealed < seq"),
            "dead": _count(work, "select count(*) from demarche.notification where state = 'dead'"),
        }
        _note_beat(work, "audit", found)
        return mended


SWEEPS: dict[str, Callable[[Node], int]] = {"route": route, "deliver": deliver, "watch": watch, "seal": seal, "audit": audit}


def next_due(node: Node) -> datetime | None:
    """When something is next to be done; in the past when something waits already, None when nothing ever will."""
    with node.work() as work:
        due_at: datetime | None = work.connection.execute(
            sa.text(
                "select least((select min(look_at) from demarche.timer), (select min(look_at) from demarche.notification),"
                " (select min(released_at) from demarche.notice"
                "   where released_at is not null and routed_at is null and cancelled_at is null))"
            )
        ).scalar()
    return due_at


def _batches(node: Node, name: str, some: Callable[[Work], int]) -> Iterator[int]:
    did, began = 0, time.monotonic()
    while time.monotonic() < began + LONGEST:
        count = node.perform(some)
        did += count
        if not count:
            break
        yield count
    _beat(node, name, did)


def _route_some(work: Work) -> int:
    """The cases first, as everybody else: whoever closes one cancels its notices."""
    found = outbox.released_to_route(work.connection, BATCH)
    cases.hold(work.connection, {row.case_id for row in found})
    rows = outbox.still_to_route(work.connection, [row.id for row in found])
    work.step = "route" if rows else ""
    for row in rows:
        addressing.address(work, row)
    return len(rows)


def _seal_some(work: Work) -> int:
    key = work.node.key
    if key is None:
        return 0
    sealed = evidence.seal(work.connection, now=work.now, key=key, key_id=work.node.settings.node_name)
    work.step = "seal" if sealed else ""
    return sealed


def _take_due(node: Node) -> list[tuple[UUID, UUID]]:
    """The obligations whose timers are due, each once with its case, the longest due first; looked up, not yet taken."""
    with node.work() as work:
        rows = work.connection.execute(
            sa.select(timer.c.case_id, timer.c.obligation_id).where(timer.c.look_at <= work.now).order_by(timer.c.look_at).limit(BATCH)
        )
        return list(dict.fromkeys((row.case_id, row.obligation_id) for row in rows))


def _look(work: Work, case_id: UUID, obligation_id: UUID) -> None:
    """One obligation, in a transaction of its own: whoever deletes the timers does the work, everybody else finds nothing.

    The case first, as everybody else: a verdict deletes timers too, and whoever settles one holds the case.
    """
    cases.hold(work.connection, [case_id])
    taken = work.connection.execute(
        sa.delete(timer).where(timer.c.obligation_id == obligation_id, timer.c.look_at <= work.now).returning(timer.c.step)
    )
    if due := list(taken.scalars()):
        work.step = "watch"
        watching.look(work, case_id, obligation_id, due)


def _give_timers(work: Work) -> int:
    result = work.connection.execute(
        sa.text(
            "insert into demarche.timer (obligation_id, case_id, step, look_at)"
            " select id, case_id, 'due', due_at + interval '1 microsecond' from demarche.obligation o"
            " where settled_as is null and superseded_by is null and not predicted and due_at is not null"
            " and not exists (select from demarche.timer t where t.obligation_id = o.id and t.step = 'due')"
            " on conflict do nothing"
        )
    )
    return result.rowcount


def _touched_today(work: Work) -> list[UUID]:
    """Cases whose settled column may lag behind their acts."""
    recent = sa.text(
        "select distinct case_id from demarche.act"
        " where recorded_at > :since and kind in ('acknowledged', 'submitted', 'received', 'waived')"
    )
    since = work.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return list(work.connection.execute(recent, {"since": since}).scalars())


def _derive_again(node: Node, case_id: UUID) -> int:
    """One case, held as by whoever changes it, in a transaction of its own, so that none waits for the audit of all others."""
    with node.work() as work:
        cases.hold(work.connection, [case_id])
        settling.settle_case(work, case_id)
        return len(work.recorded)


def _count(work: Work, question: str) -> int:
    return int(
        work.connection.execute(
            sa.text(question), {"late": work.now - timedelta(seconds=GRACE_SECONDS)} if ":late" in question else {}
        ).scalar_one()
    )


def _beat(node: Node, name: str, did: int) -> None:
    with node.work() as work:
        _note_beat(work, name, {"did": did})


def _note_beat(work: Work, name: str, detail: dict[str, int]) -> None:
    """At most once a second: a heartbeat is read by people."""
    work.connection.execute(
        sa.text(
            "insert into demarche.heartbeat (name, at, detail) values (:name, :at, cast(:detail as jsonb)) on conflict (name) do update"
            " set at = excluded.at, detail = excluded.detail"
            " where heartbeat.at < excluded.at - interval '1 second' or excluded.detail <> heartbeat.detail"
        ),
        {"name": name, "at": instant(work.now), "detail": _json(detail)},
    )


def _json(detail: dict[str, int]) -> str:
    return json.dumps(detail, sort_keys=True)
