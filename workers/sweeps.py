"""The sweeps: each asks the database what is due and works until nothing is, or for two seconds. They know no Celery and no threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from incident import evidence
from incident.actions.consequences import addressing, doubting, gathering, watching
from incident.records import cases, obligations, outbox
from incident.work import Node, Work
from workers import auditing, clocks, stumbling
from workers.post import post_of
from workers.rotas import read_calendars

BATCH = 50
LONGEST = 2.0  # seconds that a round lasts under a load that does not end; then its caller looks at what else is due


def route(node: Node) -> int:
    """Turn released notices into notifications, one per contact and channel."""
    try:
        did = sum(_batches(node, "route", _route_some))
    except sa.exc.OperationalError:
        raise
    except Exception:  # one of them holds up the others: each by itself, and that one later
        did = stumbling.route_singly(node, BATCH)
    return did + sum(_batches(node, "route", gathering.gather))


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
            stumbling.past(node, partial(_look, case_id=case_id, obligation_id=obligation_id), case_id, obligation_id)
            did += 1
    _beat(node, "watch", did)
    return did


def seal(node: Node) -> int:
    """Put the evidence into its one order and sign the head of it."""
    if node.key is None:
        return 0
    return sum(_batches(node, "seal", _seal_some))


def rotas(node: Node) -> int:
    """Read the calendars of rotas that are due again, and look again at who can be reached."""
    did = read_calendars(node, patience=1.0)
    _beat(node, "rotas", did)
    return did


def audit(node: Node) -> int:
    """Check the invariants and mend what can be derived; the number of things that were not as they should be."""
    return auditing.audit(node)


SWEEPS: dict[str, Callable[[Node], int]] = {
    "route": route,
    "deliver": deliver,
    "watch": watch,
    "seal": seal,
    "rotas": rotas,
    "audit": audit,
}


def next_due(node: Node) -> datetime | None:
    """When something is next to be done; in the past when something waits already, None when nothing ever will."""
    with node.work() as work:
        due_at: datetime | None = work.connection.execute(
            sa.text(
                "select least((select min(look_at) from demarche.timer), (select min(look_at) from demarche.notification),"
                " (select min(coalesce(route_again_at, released_at)) from demarche.notice"
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
    found = outbox.released_to_route(work.connection, BATCH, work.now)
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
    """The obligations whose timers are due, each once with its case, the most urgent first; looked up, not yet taken."""
    with node.work() as work:
        rows = obligations.most_urgent(work.connection, work.now, BATCH)
        return list(dict.fromkeys((row.case_id, row.obligation_id) for row in rows))


def _look(work: Work, case_id: UUID, obligation_id: UUID) -> None:
    """One obligation, in a transaction of its own: whoever deletes the timers does the work, everybody else finds nothing.

    The case first, as everybody else: a verdict deletes timers too, and whoever settles one holds the case.
    """
    cases.hold(work.connection, [case_id])
    doubting.postpone(work, obligation_id)
    if due := obligations.fire(work.connection, obligation_id, work.now):
        work.step = "watch"
        watching.look(work, case_id, obligation_id, {each.step: each.look_at for each in due})


def _beat(node: Node, name: str, did: int) -> None:
    with node.work() as work:
        auditing.note_beat(work, name, {"did": did})
    clocks.look(node)
