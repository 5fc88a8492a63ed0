"""Findings, and who has seen them. The audit writes the ones, whoever reads them the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from incident.db.columns import INSTANT, INT, JSON, TEXT, table
from incident.db.columns import UUID as UUID_
from incident.errors import NotFound
from incident.records.cases import Row

finding = table(
    "finding", id=UUID_, kind=TEXT, subject=TEXT, case_id=UUID_, what=TEXT, to_do=TEXT, since=INSTANT, seen_at=INSTANT, times=INT,
    gone_at=INSTANT, detail=JSON,
)  # fmt: skip
seen = table("finding_seen", finding_id=UUID_, party_id=UUID_, by_name=TEXT, at=INSTANT)


TITLES = {
    "report.unproven": "A report without its evidence",
    "miss.early": "A miss before its time",
    "miss.unsaid": "A miss that no act records",
    "act.doubled": "An act recorded twice",
    "delivery.unreleased": "Something left that nobody released",
    "delivery.unrecorded": "Delivered, and no attempt says so",
    "dead.untold": "A dead letter of which nobody was told",
    "notice.altered": "A notice was altered",
    "late.routing": "Released notices wait",
    "late.sending": "Letters are overdue",
    "late.looking": "Clocks are looked at late",
    "late.verdicts": "Verdicts are overdue",
    "late.sealing": "Evidence is not sealed",
    "evidence.broken": "The evidence does not fit together",
    "evidence.unsigned": "A checkpoint is signed by another key",
    "clock.apart": "Two clocks disagree",
    "clock.moved": "A clock was set",
}
"""By kind: what it is, in a few words."""


def as_seen_by(party: UUID | None) -> sa.Select[Any]:
    """A question for findings, each with `by_name` and `looked_at` of whoever of that party saw it first."""
    mine = sa.and_(seen.c.finding_id == finding.c.id, seen.c.party_id == party)
    return sa.select(finding, seen.c.by_name, seen.c.at.label("looked_at")).select_from(finding.outerjoin(seen, mine))


def find(connection: sa.Connection, id_: UUID, party: UUID) -> Row:
    """The finding with that id, as that party saw it.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = connection.execute(as_seen_by(party).where(finding.c.id == id_)).first()
    if row is None:
        raise NotFound("There is no such finding.")
    return row


def see(connection: sa.Connection, id_: UUID, party: UUID, name: str, now: datetime) -> bool:
    """Keep who of a party has seen it; False when somebody of it had before, which stays."""
    row = {"finding_id": id_, "party_id": party, "by_name": name, "at": now}
    written = postgresql.insert(seen).values(row).on_conflict_do_nothing().returning(seen.c.finding_id)
    return connection.execute(written).first() is not None
