"""Claims: what one party says against a clock, and who has agreed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.errors import NotFound
from incident.records.obligations.tables import claim, obligation
from incident.records.parties.tables import party
from incident.rules.legaltime.values import Moment
from incident.rules.planning import Claim, Key, counterparts

Row = sa.Row[Any]


def find(connection: sa.Connection, id_: UUID) -> Row:
    """The claim with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    row = connection.execute(sa.select(claim).where(claim.c.id == id_)).first()
    if row is None:
        raise NotFound("There is no such claim.")
    return row


def by_ids(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """These claims, as far as the caller may see them."""
    return {row.id: row for row in connection.execute(sa.select(claim).where(claim.c.id.in_(list(ids))))}


def of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every claim of a case that the caller may see, oldest first."""
    return list(connection.execute(sa.select(claim).where(claim.c.case_id == case).order_by(claim.c.claimed_at, claim.c.id)).all())


def open_of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Those that have not ended."""
    return [row for row in of_case(connection, case) if row.ended_at is None]


def about(connection: sa.Connection, row: Row) -> list[Row]:
    """The claims made about an obligation, or about the one that stood in its place before, and the one whose reading it is."""
    columns = ("source_name", "commitment", "debtor", "creditor", "occurrence")
    same = [obligation.c[name].is_not_distinct_from(row._mapping[name]) for name in columns]
    alike = sa.select(obligation.c.id).where(obligation.c.case_id == row.case_id, *same)
    readings = sa.select(obligation.c.reading).where(obligation.c.case_id == row.case_id, *same)
    which = claim.c.obligation_id.in_(alike) | sa.cast(claim.c.id, sa.Text).in_(readings)
    question = sa.select(claim).where(claim.c.case_id == row.case_id, which).order_by(claim.c.claimed_at, claim.c.id)
    return list(connection.execute(question).all())


def reading_of(connection: sa.Connection, id_: UUID) -> list[Row]:
    """The obligations that are named by a claim, and run or ran because of it."""
    return list(connection.execute(sa.select(obligation).where(obligation.c.reading == str(id_)).order_by(obligation.c.sort_at)).all())


def in_plans(connection: sa.Connection, cases: Iterable[UUID]) -> dict[UUID, tuple[Claim, ...]]:
    """Of several cases the claims that planning asks for, oldest first: those that hold and are open, and the starts that were agreed."""
    columns = (obligation.c.source_name, obligation.c.commitment, obligation.c.debtor, obligation.c.creditor, obligation.c.occurrence)
    question = (
        sa.select(claim, party.c.name.label("party"), *columns)
        .join(obligation, obligation.c.id == claim.c.obligation_id)
        .join(party, party.c.id == claim.c.by_party)
        .where(claim.c.case_id.in_(list(cases)), claim.c.holds)
        .where(sa.or_(claim.c.ended_at.is_(None), (claim.c.kind == "start") & (sa.func.cardinality(claim.c.agreed) > 0)))
        .order_by(claim.c.claimed_at, claim.c.id)
    )
    found: dict[UUID, tuple[Claim, ...]] = {}
    for row in connection.execute(question):
        found[row.case_id] = (*found.get(row.case_id, ()), _as_planned(row))
    return found


def asked(row: Row, clocks: Iterable[Row]) -> frozenset[UUID]:
    """Whose counter-signature the claim needs to hold for these obligations."""
    return frozenset(party for each in clocks for party in counterparts(row.by_party, row.about, each.debtor, each.creditor))


def answer(connection: sa.Connection, id_: UUID, *, agreed: Iterable[UUID], refused: Iterable[UUID]) -> None:
    """Keep who has agreed and who has refused."""
    connection.execute(sa.update(claim).where(claim.c.id == id_).values(agreed=sorted(agreed), refused=sorted(refused)))


def end(connection: sa.Connection, id_: UUID, as_: str, now: datetime) -> None:
    """It is open no longer: agreed, refused, withdrawn, or said by the facts themselves."""
    connection.execute(sa.update(claim).where(claim.c.id == id_).values(ended_as=as_, ended_at=now))


def moment_of(row: Row) -> Moment:
    """The instant that is claimed, as it was entered."""
    return Moment(row.earliest_at, row.latest_at, row.precision, row.entered, row.zone, row.fold)


def _as_planned(row: Row) -> Claim:
    key = Key(row.source_name, row.commitment, row.debtor, row.creditor, row.occurrence)
    moment = moment_of(row) if row.fact is not None else None
    agreed, is_open = frozenset(row.agreed), row.ended_at is None
    return Claim(row.id, row.kind, row.by_party, row.party, key, row.fact or "", row.about, moment, agreed, is_open)
