"""Clauses of several layers about one duty, in a case: which of them is due first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from incident.records.cases import Row
from incident.rules.planning import STATED


def earliest_of(rows: Iterable[Row]) -> dict[UUID, int]:
    """By obligation, of how many clauses about its duty that its debtor owes it is the first due; no others are in it.

    Only what stands for certain is counted: no reading that somebody claims, nothing provisional, lapsed or superseded.
    """
    by_duty: dict[tuple[str, UUID], list[Row]] = {}
    for row in rows:
        if row.superseded_by is None and row.settled_as != "lapsed" and row.reading == STATED and not row.provisional:
            by_duty.setdefault((row.spec.get("duty") or row.commitment, row.debtor), []).append(row)
    found: dict[UUID, int] = {}
    for each in by_duty.values():
        clauses = {(row.source_name, row.commitment) for row in each}
        dated = [row for row in each if row.due_at is not None]
        if len(clauses) > 1 and dated:
            found[min(dated, key=lambda row: (row.due_at, row.id)).id] = len(clauses)
    return found
