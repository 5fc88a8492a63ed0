"""Settling: the verdicts of a case brought in step with its acts, and misses recorded once."""

from __future__ import annotations

from uuid import UUID

from incident.actions.consequences import acting, backlog, doubting, readings, silence, telling
from incident.actions.consequences.planning import matter_of
from incident.actions.consequences.replanning import Replan, replan
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.rules.planning import STATED, Verdict
from incident.work import Work

_RUNNING = Verdict.RUNNING
_PERFORMING = ("sent", "received", "acknowledged", "submitted", "confirmed")
_DATED_ANEW = ("redated", "revived")


def after_an_act(work: Work, case_id: UUID, *, why: str) -> Replan:
    """What an act sets in motion: clocks that run from it are dated, verdicts settle, members of a group are released."""
    matter = matter_of(work, cases.find(work.connection, case_id, for_update=True))
    result = replan(work, matter, why=why, may_lapse=False)
    telling.comes_again(work, case_id, result.added)
    settle_case(work, case_id)
    return result


def settle_case(work: Work, case_id: UUID) -> None:
    """Bring the settled column of every obligation in step with its acts and the time; harmless to repeat."""
    rows = [row for row in obligations.of_case(work.connection, case_id) if row.superseded_by is None]
    if any(row.reading != STATED for row in rows):
        readings.share_acts(work, [row for row in rows if row.settled_as != "lapsed"])
        rows = [row for row in obligations.of_case(work.connection, case_id) if row.superseded_by is None]
    acts = obligations.acts_about(work.connection, [row.id for row in rows])
    met_groups: dict[str, UUID] = {}
    running: list[Row] = []
    for row in rows:
        stands = obligations.verdict_of(row, acts.get(row.id, ()), work.now)
        _keep(work, row, stands)
        if stands in (Verdict.MET, Verdict.MET_LATE) and row.group_key:
            met_groups.setdefault(row.group_key, row.id)
        if stands is _RUNNING and row.settled_as is None:
            running.append(row)
    for row in running:
        done = met_groups.get(row.group_key or "")
        if done and not any(act.kind in _PERFORMING for act in acts.get(row.id, ())):
            acting.note(
                work, case_id, "met_elsewhere", obligation=row.id, detail={"by": str(done), "why": "Another member did it for all."}
            )
            obligations.settle(work.connection, row.id, Verdict.LAPSED, work.now)
    if any(allowing.silent_after(row.spec) for row in rows):
        silence.arm(work, [row for row in obligations.of_case(work.connection, case_id) if row.superseded_by is None])


def record_miss(work: Work, row: Row) -> None:
    """A due instant has passed unmet: recorded once, with how late we ourselves looked, and said to those who know of the duty.

    A duty that was due before it was filed, or before it was dated anew, could not be seen earlier: that is no lateness of ours.
    """
    anew = [each.recorded_at for each in obligations.acts_about(work.connection, [row.id]).get(row.id, []) if each.kind in _DATED_ANEW]
    could_be_seen = max([row.due_at, row.created_at, *anew])
    late = max((work.now - could_be_seen).total_seconds(), 0)
    obligations.settle(work.connection, row.id, Verdict.MISSED, work.now, missed_at=row.due_at)
    detail = {"recorded_late_by_ms": int(late * 1000), **doubting.said(work, row)}
    acting.note(work, row.case_id, "missed", obligation=row.id, by="node", occurred_at=row.due_at, detail=detail)
    telling.missed(work, row, _what_follows(work, row), late_since=backlog.since(could_be_seen, work.now))


def _what_follows(work: Work, row: Row) -> list[Row]:
    """The obligations that the clause puts after the miss: planned as ever, so that planning again finds the same."""
    if not allowing.follows_a_miss(row):
        return []
    matter = matter_of(work, cases.find(work.connection, row.case_id))
    made = replan(work, matter, why=f"a miss of {row.commitment}", may_lapse=False)
    pair = {row.debtor, row.creditor}
    added = obligations.by_ids(work.connection, made.added)
    return [each for each in added if each.commitment.startswith(f"{row.commitment}.") and {each.debtor, each.creditor} == pair]


def _keep(work: Work, row: Row, stands: Verdict) -> None:
    wanted = None if stands is _RUNNING else stands
    if (row.settled_as or None) == (wanted.value if wanted else None):
        return
    if wanted is Verdict.MISSED:
        if not doubting.holds(work, row):
            record_miss(work, row)
        return
    if row.settled_as == "missed" and wanted is None:  # nothing erases a miss
        return
    if wanted is Verdict.MET_LATE and row.settled_as is None and allowing.follows_a_miss(row):
        record_miss(work, row)  # it was missed before it was done, although nobody had looked yet: the same follows
    obligations.settle(work.connection, row.id, wanted, work.now)
    work.record("verdict", row.case_id, {"obligation": str(row.id), "from": row.settled_as, "to": wanted.value if wanted else "running"})
