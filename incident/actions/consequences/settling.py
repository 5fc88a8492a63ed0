"""Settling: the verdicts of a case brought in step with its acts, and misses recorded once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incident.actions.consequences import acting, backlog, doubting, readings, silence, telling
from incident.actions.consequences.planning import matter_of
from incident.actions.consequences.replanning import Replan, replan
from incident.records import cases, obligations
from incident.records.cases import Row
from incident.records.obligations import allowing
from incident.rules.planning import STATED, Done, Verdict, may_hang_on
from incident.work import Work

_RUNNING = Verdict.RUNNING
_PERFORMING = ("sent", "received", "acknowledged", "submitted", "confirmed")
_DATED_ANEW = ("redated", "revived")


def after_an_act(work: Work, case_id: UUID, *, why: str) -> Replan:
    """What an act sets in motion: clocks that run from it are dated, verdicts settle, members of a group are released."""
    work.flush()
    matter = matter_of(work, cases.find(work.connection, case_id, for_update=True))
    result = replan(work, matter, why=why, may_lapse=False)
    telling.comes_again(work, case_id, result.added)
    if result.changed:
        settle_case(work, case_id)
    else:
        _settle(work, case_id, result.rows, result.acts)
    return result


@dataclass(frozen=True, slots=True)
class Performed:
    """What deliveries did: the live obligations of their cases, by case, see `standing_beside`, and by obligation as what it was noted."""

    beside: Mapping[UUID, Sequence[Row]]
    kinds: Mapping[UUID, Sequence[str]]


def after_deliveries(work: Work, done: Performed) -> None:
    """What it sets in motion that obligations were sent or received. Their cases are held, and the acts are left to be written.

    A case is planned again, once, where anything of it may hang on that; where nothing does, to plan it again would find the same.
    """
    verdicts: dict[UUID, Verdict | None] = {}
    others: list[tuple[UUID, Verdict]] = []
    for case_id in sorted(done.beside):
        live = done.beside[case_id]
        handed = [row for row in live if row.id in done.kinds]
        if handed and _may_hang(handed, live, work.now):
            after_an_act(work, case_id, why="a delivery")
            continue
        for row in handed:
            acts = [*obligations.done_of(row), *(Done(kind, work.now, work.now) for kind in done.kinds[row.id])]
            stands = obligations.verdict_of(row, acts, work.now)
            if stands is Verdict.MET and row.settled_as is None:
                verdicts[row.id] = stands
                _say(work, row, stands)
            elif stands.value != (row.settled_as or _RUNNING.value):
                others.append((row.id, stands))
    if verdicts:
        work.leave({}, changes=[obligations.settled(verdicts, work.now)])
    for id_, stands in others:
        work.flush()
        _keep(work, obligations.find(work.connection, id_), stands)


def _may_hang(handed: Sequence[Row], live: Sequence[Row], now: datetime) -> bool:
    """Whether more of the case than the verdicts of these may change: its plan, its readings, a group, what is overdue."""
    if any(row.group_key for row in handed) or any(row.reading != STATED or _is_overdue(row, now) for row in live):
        return True
    ids = {row.id for row in handed}
    return may_hang_on([obligations.looks_of(row) for row in live if row.id in ids], map(obligations.looks_of, live))


def _is_overdue(row: Row, now: datetime) -> bool:
    """Whether its verdict is another than the one that is kept, because time went by."""
    return row.settled_as is None and row.due_at is not None and row.due_at < now and not row.predicted


def settle_case(work: Work, case_id: UUID) -> None:
    """Bring the settled column of every obligation in step with its acts and the time; harmless to repeat."""
    _settle(work, case_id, obligations.of_case(work.connection, case_id))


def _settle(work: Work, case_id: UUID, found: Iterable[Row], known: Iterable[Row] | None = None) -> None:
    """The same, of the obligations as they were just read, and the acts of the case if they were."""
    rows = [row for row in found if row.superseded_by is None]
    if any(row.reading != STATED for row in rows):
        readings.share_acts(work, [row for row in rows if row.settled_as != "lapsed"])
        rows, known = [row for row in obligations.of_case(work.connection, case_id) if row.superseded_by is None], None
    acts = obligations.acts_about(work.connection, [row.id for row in rows]) if known is None else _by_obligation(known)
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


def _by_obligation(acts: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for act in acts:
        found.setdefault(act.obligation_id, []).append(act)
    return found


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
    _say(work, row, stands)


def _say(work: Work, row: Row, stands: Verdict) -> None:
    work.record("verdict", row.case_id, {"obligation": str(row.id), "from": row.settled_as, "to": stands.value})
