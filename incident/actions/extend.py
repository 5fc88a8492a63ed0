"""Grant more time, where a clause of the agreement allows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from incident import answers
from incident.actions import permission
from incident.actions.consequences import acting, excusing, granting, outcomes, settling
from incident.errors import Conflict, Fault, Invalid, NotAllowed
from incident.records import obligations
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.rules.commitment import Extension
from incident.work import Work


def extend(work: Work, obligation_id: UUID, until: datetime, clause: str, reason: str, ground: str | None = None) -> answers.Json:
    """The due instant moves to `until` under `clause`; by the creditor, unless the clause says by whom else.

    Granted after the due instant it stands beside the miss and moves nothing.

    Raises:
        NotAllowed: the clock is statutory, or the clause gives it to another side.
        Invalid: another clause or ground than those that allow it, or an instant that is not later, or later than it allows.
        Conflict: the obligation is settled, its clock has not started, or it stands still.
    """
    row, sides = permission.takes_part(work, obligation_id, what="extend it")
    _check_clause(row, sides, clause, ground)
    acting.widen(work, row.case_id)
    row = obligations.find(work.connection, obligation_id)
    _check_clock(work, row, until)
    granting.more_time(work, row, until, clause, reason, by=work.actor.party, side=_side(work, row), detail={"ground": ground})
    settling.after_an_act(work, row.case_id, why="an extension")
    return outcomes.obligation(work, obligation_id)


def _check_clause(row: Row, sides: frozenset[str], clause: str, ground: str | None) -> None:
    if row.extendable is None:
        raise NotAllowed(f"Nobody may extend this clock: {row.cite} has no clause for it.", code="not_extendable")
    allowed = allowing.extension(row)
    excusing.may_take(allowed.by, sides, f"extend it, under {row.extendable}")
    if clause != row.extendable:
        raise Invalid([Fault("/clause", "wrong_clause", f"an extension rests on {row.extendable!r}, not {clause!r}")])
    if allowed.grounds and ground not in allowed.grounds:
        named = ", ".join(allowed.grounds)
        raise Invalid([Fault("/ground", "wrong_ground", f"{row.extendable} allows it on these grounds: {named}; not {ground!r}")])


def _check_clock(work: Work, row: Row, until: datetime) -> None:
    if row.paused_at is not None and (row.paused_until is None or work.now < row.paused_until):
        raise Conflict("Its clock stands still; resume it first.", code="paused")
    if row.due_at is None or row.settled_as not in (None, "missed"):
        raise Conflict(f"There is no running clock to extend: it is {row.settled_as or 'not started'}.", code="not_running")
    if until <= row.due_at:
        raise Invalid([Fault("/until", "not_later", f"expected an instant after the present due instant {answers.at(row.due_at)}")])
    _check_most(work, row, allowing.extension(row), until)


def _check_most(work: Work, row: Row, allowed: Extension, until: datetime) -> None:
    """All extensions together: `most` counts from the instant that was due before the first one."""
    if allowed.most is None:
        return
    acts = obligations.acts_about(work.connection, [row.id]).get(row.id, [])
    moved = [each.detail["from"] for each in acts if each.kind == "extended" and not each.detail["after_the_due_instant"]]
    last = excusing.at_most(row, allowed.most, datetime.fromisoformat(moved[0]) if moved else row.due_at, row.extendable)
    if until > last:
        words = f"{row.extendable} allows more time up to {answers.at(last)}, all extensions together"
        raise Invalid([Fault("/until", "too_late", words)])


def _side(work: Work, row: Row) -> str:
    return (
        "by the debtor" if work.actor.party == row.debtor else "by the creditor" if work.actor.party == row.creditor else "for the debtor"
    )
