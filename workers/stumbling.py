"""What a sweep stumbles over: the others go on, it is tried five times by itself, and then it is a person's."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
import structlog

from incident.actions.consequences import acting, addressing, dispatching, telling
from incident.records import outbox
from incident.records.obligations.tables import timer
from incident.records.outbox import routing
from incident.records.outbox.tables import notice
from incident.rules.escalation.retries import FAULTS, LONGEST_WAIT, after_fault
from incident.work import Node, Work

_log = structlog.get_logger()


def route_singly(node: Node, most: int) -> int:
    """Address up to `most` released notices, each in a transaction of its own; how many were."""
    with node.work() as work:
        found = routing.released(work.connection, most, work.now)
    return sum(_route_one(node, row.case_id, row.id) for row in found)


def _route_one(node: Node, case_id: UUID, notice_id: UUID) -> int:
    try:
        return node.perform(lambda work: _route(work, case_id, notice_id))
    except sa.exc.OperationalError:
        raise
    except Exception as fault:
        _log.exception("route.fault", notice=str(notice_id))
        reason = f"A fault of this node: the notice cannot be addressed ({type(fault).__name__})."
        if node.perform(lambda work: _route_later(work, case_id, notice_id, reason)):
            node.perform(lambda work: _say_dead(work, notice_id, reason))
        return 0


def _route(work: Work, case_id: UUID, notice_id: UUID) -> int:
    acting.hold(work, [case_id])
    rows = routing.still_to_route(work.connection, work.now, 1, cases=[case_id], only=notice_id)
    work.steps = ("route",) if rows else ()
    dispatching.dispatch(work, rows)
    return len(rows)


def _route_later(work: Work, case_id: UUID, notice_id: UUID, reason: str) -> bool:
    """True after the last try, which leaves a dead letter."""
    acting.hold(work, [case_id])
    for row in routing.still_to_route(work.connection, work.now, 1, cases=[case_id], only=notice_id):
        again_at = after_fault(row.route_tries + 1, work.now)
        later = {"route_tries": row.route_tries + 1, "route_again_at": again_at}
        work.connection.execute(sa.update(notice).where(notice.c.id == row.id).values(later))
        if again_at is None:
            addressing.nowhere(work, row, reason)
            return True
    return False


def _say_dead(work: Work, notice_id: UUID, reason: str) -> None:
    for row in outbox.notifications_of(work.connection, notice_id):
        if row.state == "dead":
            telling.dead_letter(work, row.case_id, row, reason)


def past(node: Node, look: Callable[[Work], None], case_id: UUID, obligation_id: UUID) -> None:
    """Look at an obligation; where that fails by a fault of this node, later again, after those that wait.

    After five tries the filer's liaison is told, and it is looked at once a day from then on: a clock is never let go.
    """
    try:
        node.perform(look)
    except sa.exc.OperationalError:
        raise
    except Exception as fault:
        _log.exception("watch.fault", obligation=str(obligation_id))
        reason = f"A fault of this node: the clock cannot be looked at ({type(fault).__name__})."
        if node.perform(lambda work: _look_later(work, case_id, obligation_id)) == FAULTS:
            node.perform(lambda work: telling.stuck(work, case_id, obligation_id, reason))


def _look_later(work: Work, case_id: UUID, obligation_id: UUID) -> int:
    """How often it has failed."""
    acting.hold(work, [case_id])
    due = (timer.c.obligation_id == obligation_id) & (timer.c.look_at <= work.now)
    tries = work.connection.execute(sa.select(sa.func.max(timer.c.tries)).where(due)).scalar()
    if tries is None:
        return 0
    later = {"tries": tries + 1, "look_at": after_fault(tries + 1, work.now) or work.now + LONGEST_WAIT}
    work.connection.execute(sa.update(timer).where(due).values(later))
    return int(tries) + 1
