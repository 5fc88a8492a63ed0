"""After an outage: what is told late because of this node is carried to each party in one message, not in a storm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from incident import db
from incident.actions.consequences import acting, addressing, dispatching
from incident.actions.consequences.backlog import LATE
from incident.ids import new_id
from incident.records.cases import Row
from incident.records.outbox import routing
from incident.records.outbox.tables import gathering, notice, notification
from incident.rules.escalation import on_call
from incident.work import Work

LONGEST = timedelta(seconds=60)
"""What is told waits so long at most for the rest of the backlog."""


def gather(work: Work) -> int:
    """Carry what waits for one party, the one that waits longest; 0 when there is none, or while the backlog is still being worked.

    Each of its contacts gets one message, over each channel that it has. A single notice goes by itself.
    """
    party = routing.party_to_gather(work.connection, late=work.now - LATE, longest=work.now - LONGEST)
    if party is None:
        return 0
    held = routing.cases_to_gather(work.connection, party)
    acting.hold(work, held)
    rows = routing.still_to_gather(work.connection, work.now, party, held)
    work.steps = ("route",) if rows else ()
    if len(rows) == 1:
        dispatching.dispatch(work, rows)
    elif rows:
        _carry(work, party, rows)
    return len(rows)


def _carry(work: Work, party: UUID, rows: list[Row]) -> None:
    id_ = new_id()
    since = min(row.late_since for row in rows)  # the clock may have been set back since
    window = {"from_at": since, "until_at": max(work.now, since + timedelta(microseconds=1))}
    db.put(work.connection, {gathering: [{"id": id_, "party_id": party, "created_at": work.now, **window}]})
    db.put(work.connection, {notification: _notifications(work, id_, party, rows)})
    ids = [row.id for row in rows]
    work.connection.execute(sa.update(notice).where(notice.c.id.in_(ids)).values(routed_at=work.now, gathering_id=id_))
    for case, of_it in _by_case(rows).items():
        work.record("notices.gathered", case, {"to": str(party), "notices": [str(row.id) for row in of_it], "gathering": str(id_)})
    work.wake("deliver")


def _notifications(work: Work, id_: UUID, party: UUID, rows: list[Row]) -> list[dict[str, object]]:
    """One for each contact that a notice names, over each of its channels; the inbox always."""
    wanted = {addressing.wanted_contact(row, routing.clauses_of(row), work.now) for row in rows}
    kinds = {kind for row in rows for kind in row.channels}
    reached = {addressing.reachable(rows[0], contact)[0] for contact in wanted}
    performing = any(row.performs for row in rows)
    made = [
        _notification(work, id_, party, contact, channel, performing=performing)
        for contact in sorted(reached)
        for channel in routing.doors_of(rows[0])
        if channel.contact == contact and channel.kind != "inbox" and channel.kind in kinds
    ]
    return [*made, _notification(work, id_, party, min(reached, key=on_call.LADDER.index), None, performing=performing)]


def _notification(work: Work, id_: UUID, party: UUID, contact: str, channel: routing.Door | None, *, performing: bool) -> dict[str, object]:
    kind, address, channel_id = (channel.kind, channel.address, channel.id) if channel else ("inbox", "", None)
    return {
        "id": new_id(), "party_id": party, "gathering_id": id_, "channel_id": channel_id, "contact": contact, "kind": kind,
        "address": address, "effect_key": f"{id_}:{contact}:{kind}", "state": "pending", "state_at": work.now, "attempt": 0,
        "look_at": work.now, "created_at": work.now, "performing": performing,
    }  # fmt: skip


def _by_case(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found
