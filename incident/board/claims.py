"""What is claimed against a clock, for those who see the clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.board.pages import case_names
from incident.errors import NotFound
from incident.records import cases, obligations
from incident.records.obligations import claims as records
from incident.records.parties import directory
from incident.work import Work

Row = sa.Row[Any]


def claim(work: Work, id_: UUID) -> answers.Json:
    """One claim, as far as the caller sees its clocks.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    return _shown(work, [records.find(work.connection, id_)])[0]


def claims(work: Work, obligation_id: UUID) -> list[answers.Json]:
    """Every claim about an obligation: those made about it, and the one whose reading it is; oldest first.

    Raises:
        NotFound: there is no such obligation for the caller.
    """
    row = obligations.find(work.connection, obligation_id)
    return _shown(work, records.about(work.connection, row))


def claims_of_case(work: Work, case_id: UUID) -> list[answers.Json]:
    """Every claim in a case that the caller may see, oldest first."""
    return _shown(work, records.of_case(work.connection, case_id))


def _shown(work: Work, rows: list[Row]) -> list[answers.Json]:
    refs = case_names(work, rows)
    return [_one(work, row, refs.get(row.case_id, "")) for row in rows]


def _one(work: Work, row: Row, ref: str) -> answers.Json:
    """The clocks are those behind the caller's walls; who has answered is told to those whose clock it is, and inside the case."""
    running = records.reading_of(work.connection, row.id)
    clocks = [*obligations.by_ids(work.connection, [row.obligation_id]), *running]
    asked = records.asked(row, clocks)
    inside = work.actor.party == row.by_party or _sees_the_case(work, row.case_id)
    answered = {*row.agreed, *row.refused} if inside else {*row.agreed, *row.refused} & asked
    named = {row.by_party, *asked, *answered} | ({row.about} if row.about else set())
    slugs = {id_: party.slug for id_, party in directory.by_ids(work.connection, named).items()}
    return answers.claim(row._mapping, slugs=slugs, asked=asked, readings=[each.id for each in running], incident_ref=ref)


def _sees_the_case(work: Work, case_id: UUID) -> bool:
    try:
        cases.find(work.connection, case_id)
    except NotFound:
        return False
    return True
