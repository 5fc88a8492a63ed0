"""The board: one line per obligation that still asks for something, most urgent first, from rows made for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board import cursors
from incident.board.dead_letters import waiting
from incident.board.findings import unseen
from incident.errors import Fault, Invalid
from incident.records.obligations.tables import claim, line
from incident.records.parties.tables import party
from incident.rules.planning import STATED
from incident.work import Work

MANY = 1000
"""As far as lines are counted."""
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The place of a line without a target."""


def lines(work: Work, limit: int = 100, after: str | None = None) -> answers.Json:
    """`{lines, next, counts, asides}`: a page of the caller's board, and how many lines stand in each group of urgency, up to `MANY`.

    `asides`: how many `findings` nobody of the party has seen, and how many `dead_letters` wait for it.
    """
    question = _PAGE.where(line.c.party_id == work.actor.party)
    if after is not None:
        at, id_ = cursors.read("lines", after, 2)
        question = question.where(sa.tuple_(line.c.sort_at, line.c.obligation_id) > sa.tuple_(*_bounds(at, id_)))
    rows = work.connection.execute(question.limit(_spelt_out(limit + 1))).all()
    more, rows = len(rows) > limit, rows[:limit]
    ended = cursors.write("lines", rows[-1].sort_at.isoformat(), rows[-1].obligation_id) if more else None
    counts = _counts(work)
    asides = {name: counts.pop(name) for name in ("findings", "dead_letters")}
    return {"lines": [_line(row, work) for row in rows], "next": ended, "counts": counts, "asides": asides}


def _line(row: sa.Row[Any], work: Work) -> answers.Json:
    now = work.now
    verdict = _verdict(row, now)
    return {
        "obligation": str(row.obligation_id), "incident": str(row.case_id), "incident_ref": row.incident_ref, "summary": row.summary,
        "title": row.title, "cite": row.cite, "source_name": row.source_name, "owed_by": row.debtor_slug,
        "owed_to": row.creditor_slug, "target_at": answers.at(row.target_at), "due_at": answers.at(row.due_at),
        "started_at": answers.at(row.started_at), "tlp": row.tlp, "severity": row.severity, "exercise": row.exercise,
        "provisional": row.provisional, "predicted": row.predicted, "verdict": verdict,
        "held": answers.held(row._mapping, verdict, work.held(row.due_at)), "sort_at": answers.at(row.sort_at),
        "paused": row.paused_at is not None and (row.paused_until is None or now < row.paused_until),
        "reading": row.reading, "reading_of": row.claimant, "cross_border": list(row.cross_border),
    }  # fmt: skip


def _verdict(row: sa.Row[Any], now: datetime) -> str:
    if row.settled_as is not None:
        return str(row.settled_as)
    if row.due_at is None or now <= row.due_at or row.predicted:
        return "running"
    return "unresolved" if row.provisional or row.prohibited_at else "missed"


def _counts(work: Work) -> dict[str, int]:
    """Lines by the time left until the instant that is waited for: the target, or the due instant once the target has passed.

    A date that binds nobody, predicted or provisional, is never overdue, nor is a duty that may not be performed; once it has passed
    it counts as none. Nobody reads more than `MANY`, and counting on would cost more than the page.
    """
    at = {"now": work.now, "hour": work.now + timedelta(hours=1), "day": work.now + timedelta(hours=24)}
    row = work.connection.execute(_how_many(), {**at, "party": work.actor.party}).one()
    return {name: min(int(row._mapping[name]), MANY) for name in row._mapping}


@cache
def _how_many() -> sa.Select[*tuple[Any, ...]]:
    """What `_counts` asks, of the lines of `party` and what stands beside them; made once, which takes longer than the answer."""
    now, hour, day = (sa.bindparam(name, type_=line.c.sort_at.type) for name in ("now", "hour", "day"))
    ahead, due, passed = line.c.sort_at, line.c.due_at, line.c.sort_at < now
    binds = ~(line.c.predicted | line.c.provisional | line.c.prohibited_at.is_not(None))
    groups: dict[str, list[sa.ColumnElement[bool]]] = {
        "overdue": [passed & (due < now) & binds],
        "hour": [(ahead >= now) & (ahead < hour), passed & (due >= now) & (due < hour)],
        "day": [(ahead >= hour) & (ahead < day), passed & (due >= hour) & (due < day)],
        "later": [(ahead >= day) & (ahead < _NEVER), passed & (due >= day)],
        "none": [ahead >= _NEVER, passed & (due < now) & ~binds],
    }
    counted = [sum(map(_up_to_many, found), sa.literal(0)).label(name) for name, found in groups.items()]
    return sa.select(*counted, unseen().label("findings"), waiting().label("dead_letters"))


def _up_to_many(where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    whose = line.c.party_id == sa.bindparam("party", type_=line.c.party_id.type)
    found = sa.select(sa.literal(1)).select_from(line).where(whose, where).limit(_spelt_out(MANY)).subquery()
    return sa.select(sa.func.count()).select_from(found).scalar_subquery()


def _spelt_out(number: int) -> sa.ColumnElement[int]:
    """In the text of the question: a plan for any number of rows would be the worse one for few, and be made anew each time."""
    return sa.literal_column(str(number), sa.Integer)


def _slug(of: sa.ColumnElement[UUID], name: str) -> sa.ColumnElement[str]:
    return sa.select(party.c.slug).where(party.c.id == of).scalar_subquery().label(f"{name}_slug")


_claimant = (
    sa.select(party.c.slug)
    .join(claim, claim.c.by_party == party.c.id)
    .where(line.c.reading != STATED, claim.c.id == sa.case((line.c.reading != STATED, sa.cast(line.c.reading, claim.c.id.type))))
    .correlate(line)
    .scalar_subquery()
    .label("claimant")
)


_PAGE = sa.select(line, _slug(line.c.debtor, "debtor"), _slug(line.c.creditor, "creditor"), _claimant).order_by(
    line.c.sort_at, line.c.obligation_id
)


def _bounds(at: object, id_: object) -> tuple[Any, Any]:
    try:
        return sa.literal(datetime.fromisoformat(str(at)), line.c.sort_at.type), sa.literal(UUID(str(id_)), line.c.obligation_id.type)
    except ValueError as error:
        raise Invalid([Fault("/after", "bad_cursor", "expected a cursor that the board gave out")]) from error
