"""What becomes of the readings of a case: how a claimed one begins, what every reading shares, how one becomes the stated one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident import answers
from incident.actions.consequences import acting, granting, telling
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.obligations import claims
from incident.records.obligations.tables import obligation
from incident.rules.planning import STATED, Key, Verdict, counterparts
from incident.work import Work

_SHARED = ("submitted", "acknowledged", "sent", "received", "confirmed", "waived", "extended")
"""One act ends, or moves, the duty however its clock is read; each reading has its verdict by its own instant."""


def key_of(row: Row) -> Key:
    """What makes the obligation this one and no other, within its case."""
    return Key(row.source_name, row.commitment, row.debtor, row.creditor, row.occurrence, row.reading)


def asked_of(claim: Row, row: Row) -> frozenset[UUID]:
    """Whose counter-signature makes the claim hold for that obligation."""
    return counterparts(claim.by_party, claim.about, row.debtor, row.creditor)


def started(work: Work, row: Row) -> None:
    """An obligation of a claimed reading is new: what is claimed to have been done stands on it alone, and both sides are told of it."""
    claim = claims.find(work.connection, UUID(row.reading))
    if claim.kind == "more_time":
        detail = {"claim": str(claim.id), "reason": claim.reason}
        granting.more_time(work, row, claim.until_at, row.extendable or "", f"as claimed: {claim.reason}", by=claim.by_party, detail=detail)
    elif claim.kind == "waiver":
        granting.waiver(work, row, row.waivable or "", claim.reason, by=claim.by_party, detail={"claim": str(claim.id)})
        obligations.settle(work.connection, row.id, Verdict.WAIVED, work.now)
    _tell_of(work, claim, row)


def share_acts(work: Work, rows: Iterable[Row]) -> None:
    """Bring the acts about one reading of a duty to its other readings, where they are not yet."""
    by_duty: dict[Key, list[Row]] = {}
    for row in rows:
        by_duty.setdefault(key_of(row).stated, []).append(row)
    several = [each for each in by_duty.values() if len(each) > 1]
    acts = obligations.acts_about(work.connection, [row.id for each in several for row in each])
    for readings in several:
        every = {_same(act): act for row in readings for act in acts.get(row.id, []) if act.kind in _SHARED and "claim" not in act.detail}
        for row in readings:
            has = {_same(act) for act in acts.get(row.id, [])}
            for same, act in every.items():
                if same not in has:
                    _carry(work, act, row)


def end_what_is_said(work: Work, case_id: UUID) -> None:
    """A correction by the filer that says what was claimed ends the claim, and its reading becomes the stated one."""
    waiting = [row for row in claims.open_of_case(work.connection, case_id) if row.kind == "start"]
    if not waiting:
        return
    facts = cases.standing_facts(cases.fact_rows(work.connection, case_id), cases.corrections_of(work.connection, case_id))
    for claim in waiting:
        said = facts.value(claim.fact, claim.about)
        if (getattr(said, "earliest", None), getattr(said, "latest", None)) == (claim.earliest_at, claim.latest_at):
            promote(work, claim, why="The filer's correction says what was claimed.", everywhere=True)
            claims.end(work.connection, claim.id, "said", work.now)
            acting.note(work, case_id, "claim_ended", obligation=claim.obligation_id, detail={"claim": str(claim.id), "as": "said"})


def promote(work: Work, claim: Row, *, why: str, everywhere: bool = False) -> int:
    """Where the other side has agreed (or `everywhere`) the claimed reading becomes the stated one; how many are still disputed.

    The obligation that was the stated one is superseded and keeps its reasons and, if it was missed, its verdict.
    """
    disputed = 0
    for row in claims.reading_of(work.connection, claim.id):
        if row.superseded_by is not None or row.settled_as == "lapsed":
            continue
        asked = asked_of(claim, row)  # empty: the other side is not on this node, and nobody can agree in its place
        if everywhere or (asked and asked <= frozenset(claim.agreed)):
            _make_stated(work, claim, row, why)
        else:
            disputed += 1
    return disputed


def lapse(work: Work, row: Row, why: str) -> list[UUID]:
    """A reading that is claimed no longer, or comes to the same as the stated one, runs no more; its id, if it ran. The row stays."""
    if row.settled_as not in (None, "missed", "unresolved", "waived"):
        return []
    acting.note(work, row.case_id, "lapsed", obligation=row.id, detail={"why": why})
    obligations.settle(work.connection, row.id, Verdict.LAPSED, work.now)
    return [row.id]


def _make_stated(work: Work, claim: Row, row: Row, why: str) -> None:
    before = [each for each in obligations.of_case(work.connection, row.case_id) if _is_stated(each, row)]
    for each in before:
        kept: dict[str, Any] = {} if each.settled_as else {"settled_as": "superseded", "settled_at": work.now}
        work.connection.execute(sa.update(obligation).where(obligation.c.id == each.id).values(superseded_by=row.id, **kept))
        obligations.drop_timers(work.connection, [each.id])
        detail = {"why": why, "by": str(row.id), "claim": str(claim.id), "from": _instants(each), "to": _instants(row)}
        acting.note(work, row.case_id, "superseded", obligation=each.id, detail=detail)
    line = {"code": "agreed", "text": why, "cite": None, "at": answers.at(work.now)}
    values = {"reading": STATED, "because": [*row.because, line]}
    work.connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(**values))


def _is_stated(each: Row, row: Row) -> bool:
    return each.superseded_by is None and each.settled_as != "lapsed" and each.reading == STATED and key_of(each) == key_of(row).stated


def _instants(row: Row) -> Mapping[str, Any]:
    return {"target_at": row.target_at, "due_at": row.due_at}


def _same(act: Row) -> tuple[Any, ...]:
    return (act.kind, act.by_party, act.occurred_at, act.recorded_at)


def _carry(work: Work, act: Row, row: Row) -> None:
    if act.kind != "extended":
        acting.carry(work, act, to=row.id)
        return
    until, late = act.detail.get("until"), row.due_at is None or act.recorded_at > row.due_at
    acting.carry(work, act, to=row.id, after_the_due_instant=late)
    if not late and until:
        granting.move(work, row, until, act.detail.get("clause") or row.extendable, act.detail.get("reason", ""))


def _tell_of(work: Work, claim: Row, row: Row) -> None:
    """To the claimant, to the other side as far as it knows of the duty, and to the filer: that a second clock runs, and until when."""
    incident = cases.find(work.connection, row.case_id)
    about = obligations.find(work.connection, claim.obligation_id)
    sides = {claim.by_party, *asked_of(claim, row)}
    stated = next((each for each in obligations.of_case(work.connection, row.case_id) if _is_stated(each, row)), about)
    knowing = {each for each in sides if telling.knows(work, incident, stated, each)} | {incident.filed_by}
    telling.tell(
        work, incident, knowing, kind="dispute", title=f"Disputed clock: {row.title}", effect=f"dispute:{row.id}", about=[row.id],
        extra=telling.dated(obligations.find(work.connection, row.id)), rule="A dispute is told to those between whom the clock runs",
    )  # fmt: skip
