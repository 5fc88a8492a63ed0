"""The audit: what has to hold is looked at on live data. What can be derived is mended, the rest becomes a finding that a person sees.

It reads what is due, what is unfinished, and the cases that were touched since it last looked, never everything that there is: who
touches a case leaves evidence, and the evidence has one order. A case with a finding is looked at again until it is mended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from incident.actions.consequences import acting, settling
from incident.canonical import digest
from incident.work import Node, Work
from workers import clocks, findings
from workers.auditing_evidence import broken_evidence, resigned
from workers.auditing_questions import CASES, COUNTS, DELIVERIES, FROZEN, OF_CLOCKS, TO_DO, TOUCHED, UNSAID, UNTIMED, UNTIMED_SOON, Found

GRACE = timedelta(seconds=60)
"""How long a thing that is due may lie before it is one of these findings."""
AHEAD = timedelta(hours=1)
"""A duty that ends within this is looked at although nobody touched it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What this audit looks at: `cases`, and what changed or was ordered between the two marks."""

    since_changed: str
    since_position: int
    until_changed: str
    until_position: int
    cases: list[UUID]


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, how much is late by the names of the heartbeat, and whether the evidence up to the mark is whole."""

    found: list[Found]
    counts: dict[str, int]
    sound: bool


def audit(node: Node) -> int:
    """Check the invariants and mend what can be derived; the number of things that were mended.

    A running obligation without a timer gets one; a settled column that does not follow from the acts is derived anew. What
    cannot be mended is a row of `finding`, and is gone when it is found no more.
    """
    scope = node.perform(_scope)
    mended = node.perform(partial(_give_timers, scope=scope))
    for case_id in node.perform(partial(_lagging, scope=scope)):
        mended += node.perform(partial(_derive_again, case_id=case_id))
    node.perform(partial(_look_and_say, scope=scope, mended=mended))
    return mended


def note_beat(work: Work, name: str, detail: dict[str, int], *, every: timedelta = timedelta()) -> None:
    """Say that a sweep ran, where nobody has said so for `every`: then nothing is written, and the commit costs nothing."""
    work.connection.execute(
        sa.text(
            "insert into demarche.heartbeat (name, at, detail) select :name, cast(:at as timestamptz), cast(:detail as jsonb)"
            " where not exists (select from demarche.heartbeat where name = :name and :every > interval '0'"
            "                     and at between cast(:at as timestamptz) - :every and cast(:at as timestamptz))"
            " on conflict (name) do update set at = excluded.at, detail = excluded.detail"
        ),
        {"name": name, "at": work.now, "detail": json.dumps(detail, sort_keys=True), "every": every},
    )


def _scope(work: Work) -> Scope:
    """The marks first: what commits after them is looked at next time."""
    ahead = work.connection.execute(
        sa.text(
            "select pg_snapshot_xmin(pg_current_snapshot())::text as changed,"
            " (select coalesce(max(position), 0) from demarche.evidence_order) as position"
        )
    ).one()
    last = work.connection.execute(sa.text("select changed::text as changed, position from demarche.audited")).first()
    changed, position = (last.changed, last.position) if last else ("0", 0)
    marks = {"changed": changed, "position": position, "until": ahead.position}
    touched = list(work.connection.execute(sa.text(TOUCHED), marks).scalars())
    return Scope(changed, position, ahead.changed, ahead.position, touched)


def _give_timers(work: Work, scope: Scope) -> int:
    touched = work.connection.execute(sa.text(UNTIMED), {"cases": scope.cases}).rowcount
    soon = work.connection.execute(sa.text(UNTIMED_SOON), {"soon": work.now + AHEAD}).rowcount
    return touched + soon


def _lagging(work: Work, scope: Scope) -> list[UUID]:
    return list(work.connection.execute(sa.text(UNSAID), {"cases": scope.cases}).scalars())


def _derive_again(work: Work, case_id: UUID) -> int:
    """One case, held as by whoever changes it, in a transaction of its own, so that none waits for the audit of all others."""
    acting.hold(work, [case_id])
    settling.settle_case(work, case_id)
    return len(work.recorded)


def _look_and_say(work: Work, scope: Scope, mended: int) -> None:
    """Audits at the same time do this one after the other: what a slower one saw never replaces what a later one said."""
    work.connection.execute(sa.text(_ALONE))
    _keep(work, scope, _look(work, scope), mended)


def _look(work: Work, scope: Scope) -> Result:
    given = {"cases": scope.cases, "changed": scope.since_changed}
    found: list[Found] = []
    for question in (*CASES, *DELIVERIES):
        rows = work.connection.execute(sa.text(question.sql), {name: given[name] for name in question.takes})
        found += [Found(question.kind, row.subject, row.what, row.case_id, row.since) for row in rows]
    rows = work.connection.execute(sa.text(FROZEN), {"changed": scope.since_changed, "cases": scope.cases})
    found += [
        Found("notice.altered", str(row.id), f"the content of {row.kind} is not what was frozen", row.case_id, None)
        for row in rows
        if digest(row.items) != row.digest
    ]
    counts = {}
    for each in COUNTS:
        row = work.connection.execute(sa.text(each.sql), {"late": work.now - GRACE}).one()
        counts[each.counted] = int(row.number)
        found += [Found(each.kind, "node", each.says.format(n=row.number), None, row.since)] if row.number else []
    counts["dead"] = work.connection.execute(sa.text("select count(*) from demarche.notification where state = 'dead'")).scalar_one()
    faults = [*broken_evidence(work.connection, scope.since_position, scope.until_position), *resigned(work.connection, work.node.key)]
    return Result([*found, *faults], counts, not faults)


def _keep(work: Work, scope: Scope, result: Result, mended: int) -> None:
    """The findings as they now are, how far this audit has looked, and its heartbeat.

    Where the evidence is broken the mark in it stays, so that it is found again until it is whole.
    """
    clocks.caught_up(work)
    standing = findings.keep(work, result.found, [kind for kind in TO_DO if kind not in OF_CLOCKS])
    position = scope.until_position if result.sound else scope.since_position
    work.connection.execute(sa.text(_MARK), {"changed": scope.until_changed, "position": position, "at": work.now})
    note_beat(work, "audit", {"mended": mended, "findings": standing, **result.counts})


_ALONE = "select pg_advisory_xact_lock(hashtextextended('audit', 4))"
_MARK = """
insert into demarche.audited (changed, position, at) values (cast(:changed as xid8), :position, :at)
on conflict (one) do update set changed = excluded.changed, position = excluded.position, at = excluded.at
"""
