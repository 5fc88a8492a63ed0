"""The sweeps: each asks the database what is due and works until nothing is, or for two seconds. They know no Celery and no threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from incident import evidence
from incident.actions.consequences import acting, doubting, gathering, watching
from incident.records import obligations
from incident.work import Node, Work
from workers import auditing, clocks, stumbling
from workers.post import post_of
from workers.rotas import read_calendars

_log = structlog.get_logger()
BATCH = 50
TOGETHER = 25
"""Obligations looked at in one transaction: enough to share its statements, and few enough that the first are not kept waiting."""
LONGEST = 2.0  # seconds that a round lasts under a load that does not end; then its caller looks at what else is due


def route(node: Node) -> int:
    """Turn released notices into notifications, one per contact and channel."""
    try:
        did = _batches(partial(post_of(node).route, BATCH), BATCH)
    except sa.exc.OperationalError:
        raise
    except Exception:  # one of them holds up the others: each by itself, and that one later
        did = stumbling.route_singly(node, BATCH)
    did += _batches(partial(node.perform, partial(_gather, routed=did)))
    clocks.look(node)
    return did


def deliver(node: Node) -> int:
    """Send what is due; waits a moment for the quick ones, and leaves the slow to finish by themselves."""
    did = post_of(node).run(patience=1.0)
    _beat(node, "deliver", did)
    return did


def watch(node: Node) -> int:
    """Look at every obligation whose timer is due: remind, escalate, record a miss; each step once."""
    did, began = 0, time.monotonic()
    while time.monotonic() < began + LONGEST:
        count = _look_at_some(node)
        did += count
        if count < TOGETHER:  # what is left, others hold, or we stumble over it: it is waited for, each by itself
            left = _look_singly(node, did)
            did += left
            if not left:
                break
    clocks.look(node)
    return did


def seal(node: Node) -> int:
    """Put the evidence into its one order and sign the head of it."""
    if node.key is None:
        return 0
    did = _batches(partial(node.perform, _seal_some))
    _beat(node, "seal", did)
    return did


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


def due(node: Node) -> dict[str, float]:
    """For which sweeps something waits, and in how many seconds from now it is due; negative since it was."""
    with node.work() as work:
        read_at = time.monotonic()
        found = work.connection.execute(sa.text(_DUE)).one()
    passed = time.monotonic() - read_at
    return {name: (due_at - work.now).total_seconds() - passed for name, due_at in found._mapping.items() if due_at is not None}


_DUE = """
select (select min(look_at) from demarche.timer) as watch,
       (select min(coalesce(route_again_at, released_at)) from demarche.notice
         where released_at is not null and routed_at is null and cancelled_at is null) as route,
       (select min(look_at) from demarche.notification) as deliver
"""


def _batches(some: Callable[[], int], least: int = 1) -> int:
    """How much was done by batches one after another, until one of them does less than `least`."""
    did, count, began = 0, least, time.monotonic()
    while count >= least and time.monotonic() < began + LONGEST:
        count = some()
        did += count
    return did


def _gather(work: Work, routed: int) -> int:
    did = gathering.gather(work)
    if not did:
        _say_beat(work, "route", routed)
    return did


def _seal_some(work: Work) -> int:
    key = work.node.key
    if key is None:
        return 0
    sealed = evidence.seal(work.connection, now=work.now, key=key, key_id=work.node.settings.node_name)
    work.steps = ("seal",) if sealed else ()
    return sealed


def _look_at_some(node: Node) -> int:
    """The most urgent together, in one transaction; 0 where one of them fails and takes the others with it."""
    try:
        return node.perform(_look_together)
    except sa.exc.OperationalError:
        raise
    except Exception as fault:
        _log.warning("watch.together", error=type(fault).__name__)
        return 0


def _look_together(work: Work) -> int:
    """The cases first, as everybody else: a verdict deletes timers too, and whoever settles one holds the case.

    Whoever deletes the timers does the work, everybody else finds nothing.
    """
    rows = obligations.take_most_urgent(work.connection, work.now, TOGETHER)
    work.holds({row.id: (row.head_seq, bytes(row.head_hash)) for row in rows})
    if len(rows) == TOGETHER:
        work.wake("watch")  # more than one batch: whoever else is there helps
    return _fire(work, rows)


def _look_singly(node: Node, did: int) -> int:
    with node.work() as work:
        rows = obligations.most_urgent(work.connection, work.now, BATCH)
        if not rows:
            _say_beat(work, "watch", did)
    for row in rows:
        stumbling.past(node, partial(_look, case_id=row.case_id, obligation_id=row.obligation_id), row.case_id, row.obligation_id)
    return len(rows)


def _look(work: Work, case_id: UUID, obligation_id: UUID) -> None:
    acting.hold(work, [case_id])
    _fire(work, obligations.with_case(work.connection, [obligation_id]))


def _fire(work: Work, rows: Sequence[sa.Row[Any]]) -> int:
    """Of these obligations, whose cases are held, look at those with steps that are due; how many those were."""
    for row in rows:
        doubting.postpone(work, row.obligation_id)
    due = obligations.fire(work.connection, [row.obligation_id for row in rows], work.now) if rows else {}
    if due:
        work.steps = ("watch",)
        cases = {row.obligation_id: row for row in rows}
        watching.look(work, [watching.Due(cases[id_], row, obligations.steps_of(row)) for id_, row in due.items()])
    return len(due)


def _beat(node: Node, name: str, did: int) -> None:
    with node.work() as work:
        _say_beat(work, name, did)
    clocks.look(node)


def _say_beat(work: Work, name: str, did: int) -> None:
    """At most once a second, because a heartbeat is read by people."""
    auditing.note_beat(work, name, {"did": did}, every=timedelta(seconds=1))
