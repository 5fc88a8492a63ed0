"""Cases: the matter, its reports and its facts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.errors import NotFound
from incident.evidence import Head
from incident.evidence.tables import head
from incident.records.cases.tables import fact, incident, report
from incident.rules.facts import Fact, Facts
from incident.rules.legaltime.values import Moment

Row = sa.Row[Any]


def find(connection: sa.Connection, id_: UUID, *, for_update: bool = False) -> Row:
    """The case with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    question = sa.select(incident).where(incident.c.id == id_)
    row = connection.execute(question.with_for_update(key_share=True) if for_update else question).first()
    if row is None:
        raise NotFound("There is no such incident.")
    return row


def hold(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, Head]:
    """Take these cases until the transaction ends, always in the same order, so that two who take several do not wait for each other.

    With each the head of its evidence, as far as the caller may see it: whoever writes there holds the case.
    """
    wanted = set(ids)
    question = sa.select(incident.c.id).where(incident.c.id.in_(wanted)).order_by(incident.c.id).with_for_update(key_share=True)
    with_heads = question.add_columns(head.c.seq, head.c.hash).join(head, head.c.stream == incident.c.id)
    found = {row.id: (row.seq, bytes(row.hash)) for row in connection.execute(with_heads)}
    if len(found) < len(wanted):
        connection.execute(question).all()
    return found


def by_reference(connection: sa.Connection, filed_by: UUID, deployment: UUID, reference: str) -> Row | None:
    """The case that a filer opened for a deployment under a reference of its own."""
    return connection.execute(
        sa.select(incident).where(
            incident.c.filed_by == filed_by, incident.c.deployment_id == deployment, incident.c.reference == reference
        )
    ).first()


def on_record(
    connection: sa.Connection, *, filed_by: UUID, deployment: UUID, reference: str, stage: str, revision: int
) -> tuple[Row | None, Row | None]:
    """The report with that identity, of which `body_digest` and `answer` are read, and its case; None for what was not filed."""
    said = {"filed_by": filed_by, "deployment_id": deployment, "reference": reference, "stage": stage, "revision": revision}
    row = connection.execute(_on_record(), said).one()
    return (None if row.body_digest is None else row), (None if row.id is None else row)


@cache
def _on_record() -> sa.Select[*tuple[Any, ...]]:
    def same(table: sa.Table, *names: str) -> sa.ColumnElement[bool]:
        return sa.and_(*(table.c[name] == sa.bindparam(name, type_=table.c[name].type) for name in names))

    of_case = ("filed_by", "deployment_id", "reference")
    here = sa.select(sa.literal(1)).subquery()
    both = here.outerjoin(report, same(report, *of_case, "stage", "revision")).outerjoin(incident, same(incident, *of_case))
    return sa.select(report.c.body_digest, report.c.answer, incident).select_from(both)


def newest_revision(connection: sa.Connection, case: UUID, stage: str) -> int | None:
    """The highest revision of a stage that was filed; None before the first."""
    question = sa.select(sa.func.max(report.c.revision)).where(report.c.case_id == case, report.c.stage == stage)
    found: int | None = connection.execute(question).scalar()
    return found


_IDENTITY = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("identity", type_=sa.Text), 0))


def identity(*parts: object) -> tuple[sa.ColumnElement[Any], dict[str, object]]:
    """To be selected with something else, and what is asked with it: whoever files the same report at the same moment waits there,
    and then finds it filed.
    """
    return _IDENTITY, {"identity": "\x1f".join(map(str, parts))}


def reports_of(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every report of a case, oldest first."""
    return list(connection.execute(sa.select(report).where(report.c.case_id == case).order_by(report.c.recorded_at, report.c.id)).all())


def fact_rows(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every fact ever stated in a case, oldest first."""
    return list(connection.execute(sa.select(fact).where(fact.c.case_id == case).order_by(fact.c.recorded_at, fact.c.id)).all())


def past(connection: sa.Connection, limit: int, *, before: UUID | None = None) -> list[Row]:
    """Cases that the caller may see, newest first; with `before`, those that come after that case in this order.

    Raises:
        NotFound: the caller sees no case `before`.
    """
    question = sa.select(incident).order_by(incident.c.filed_at.desc(), incident.c.id.desc()).limit(limit)
    if before is not None:
        last = find(connection, before)
        question = question.where(sa.tuple_(incident.c.filed_at, incident.c.id) < sa.tuple_(last.filed_at, last.id))
    return list(connection.execute(question).all())


def how_many(connection: sa.Connection, most: int) -> int:
    """How many cases the caller may see, counted up to `most`."""
    some = sa.select(incident.c.id).limit(most).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def fact_rows_of(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """As `fact_rows`, of several cases."""
    found: dict[UUID, list[Row]] = {}
    rows = connection.execute(sa.select(fact).where(fact.c.case_id.in_(list(ids))).order_by(fact.c.recorded_at, fact.c.id))
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def corrections_among(connection: sa.Connection, ids: Iterable[UUID]) -> frozenset[UUID]:
    """As `corrections_of`, of several cases together."""
    question = sa.select(report.c.id).where(report.c.case_id.in_(list(ids)), report.c.revision > 1)
    return frozenset(connection.execute(question).scalars())


def corrections_of(connection: sa.Connection, case: UUID) -> frozenset[UUID]:
    """The reports of a case that correct an earlier one: later revisions of the same stage."""
    return frozenset(connection.execute(sa.select(report.c.id).where(report.c.case_id == case, report.c.revision > 1)).scalars())


def standing_facts(rows: Iterable[Row], corrections: frozenset[UUID] = frozenset()) -> Facts:
    """The facts that no later one supersedes; those that were added to, and not corrected by one of `corrections`, stand before."""
    found = list(rows)
    gone = {row.supersedes: row for row in found if row.supersedes is not None}
    added_to = (row for row in found if row.id in gone and gone[row.id].report_id not in corrections)
    return Facts.of((_fact(row) for row in found if row.id not in gone), before=map(_fact, added_to))


def _fact(row: Row) -> Fact:
    value = row.value
    if row.earliest_at is not None:
        value = Moment(row.earliest_at, row.latest_at, row.precision, row.entered, row.zone, row.fold)
    return Fact(row.id, row.name, value, row.about, row.said_by, row.recorded_at)
