"""What the audit found: about the cases that the caller is inside of, and about the node for those who file here."""

from __future__ import annotations

import sqlalchemy as sa

from incident import answers
from incident.board.pages import case_names
from incident.board.state import health
from incident.records import findings as records
from incident.records.findings import finding, seen
from incident.work import Work

MOST = 100


def findings(work: Work, *, past: bool = False) -> list[answers.Json]:
    """Those that stand, the oldest first; with `past` instead those that are gone, the latest first, for 90 days. At most 100."""
    which = finding.c.gone_at.is_not(None) if past else finding.c.gone_at.is_(None)
    order = finding.c.gone_at.desc() if past else finding.c.since
    question = records.as_seen_by(work.actor.party).where(which).order_by(order, finding.c.id).limit(MOST)
    rows = list(work.connection.execute(question).all())
    refs = case_names(work, rows)
    return [answers.finding(row._mapping, title=records.TITLES.get(row.kind, row.kind), incident_ref=refs.get(row.case_id)) for row in rows]


def state_of_the_node(work: Work) -> answers.Json:
    """`{standing, past, sweeps, lateness}`: the findings, and what `health` says of what runs by itself."""
    said = health(work)
    return {
        "standing": findings(work), "past": findings(work, past=True), "sweeps": said["sweeps"], "lateness": said["lateness"],
    }  # fmt: skip


def unseen() -> sa.ColumnElement[int]:
    """How many stand that nobody of `party` has seen; a part of a question, because the board asks few."""
    mine = sa.select(seen.c.finding_id).where(seen.c.party_id == sa.bindparam("party", type_=seen.c.party_id.type))
    question = sa.select(sa.func.count()).select_from(finding).where(finding.c.gone_at.is_(None), finding.c.id.not_in(mine))
    return question.scalar_subquery()
