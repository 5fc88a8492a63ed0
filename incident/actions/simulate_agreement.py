"""Try out an agreement, signed or not, on a described case, on typical ones or on those on record. Nothing is kept, nobody is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions import file_report, permission
from incident.actions.commands import FileReport
from incident.actions.consequences import trying, trying_answers, typical_scenes
from incident.errors import Fault, Invalid, NotFound
from incident.records import cases
from incident.rules import terms
from incident.rules.simulate import Simulated, simulate
from incident.rules.typical import asked
from incident.work import Work

BATCH = 50
_COUNTED = 100_000


def simulate_agreement(
    work: Work, text: str, *, case: FileReport | None = None, typical: str | None = None, at: datetime | None = None,
    limit: int = 100, after: UUID | None = None,
) -> answers.Json:  # fmt: skip
    """What the document would do with `case`, or with the `typical` one of that id (`all`: with every one), whose operator becomes
    aware at `at`; with neither, what it would have done with the cases on record that the caller sees.

    Those come newest first, `limit` of them at most; `after` is the `next` of an answer before. A described case is filed and
    undone within the work, so that it is planned as a filing would be: now, or as if it were filed `at` another instant. On record
    nothing can change: the database is told to refuse every write until this has ended.

    Raises:
        Invalid: the document has faults, or there is no such typical case, or no case `after`.
        NotAllowed, NotFound, Conflict: as `file_report`, for a described case.
    """
    party = permission.speaks_for(work, what="try out an agreement")
    agreement = terms.load(text)
    if case is not None:
        return trying_answers.described(agreement, _described(work, agreement, case, at or work.now))
    with work.undone():
        work.connection.execute(sa.text("set transaction read only"))
        if typical is not None:
            played = typical_scenes.tried(work, party, agreement, asked(typical, at), at)
            return trying_answers.typical(agreement, played, full=typical != "all")
        rows = _past(work, limit, after)
        total = cases.how_many(work.connection, _COUNTED)
        tried = zip(rows, _each(work, agreement, rows), strict=True)
        following = str(rows[-1].id) if len(rows) == limit else None
        return trying_answers.past(agreement, tried, total=total, following=following)


def _described(work: Work, agreement: terms.Agreement, command: FileReport, at: datetime) -> Simulated:
    with work.undone():
        work.now = at
        filed = file_report.file_report(work, command)
        work.flush()
        row = cases.find(work.connection, UUID(filed.answer["incident"]))
        return next(_each(work, agreement, [row]))


def _each(work: Work, agreement: terms.Agreement, rows: list[cases.Row]) -> Iterator[Simulated]:
    reader = trying.Reader(work)
    for batch in _in_batches(rows):
        yield from (simulate(setting, agreement) for setting in reader.settings(batch))


def _in_batches(rows: list[cases.Row]) -> Iterable[list[cases.Row]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def _past(work: Work, limit: int, after: UUID | None) -> list[cases.Row]:
    try:
        return cases.past(work.connection, limit, before=after)
    except NotFound as absent:
        raise Invalid([Fault("/after", "unknown_case", "expected the `next` of an earlier answer")]) from absent
