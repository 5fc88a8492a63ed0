"""Obligations: rows with their reasons, the acts about them, and the verdict that follows from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incident.db import Change
from incident.errors import NotFound
from incident.records.obligations.tables import act, firing, obligation, timer
from incident.rules.commitment import Discharge
from incident.rules.planning import STATED, Done, Looks, Pause, Standing, Verdict, pauses_of, verdict

Row = sa.Row[Any]


def find(connection: sa.Connection, id_: UUID, *, for_update: bool = False) -> Row:
    """The obligation with that id.

    Raises:
        NotFound: there is none, or the caller may not know of it.
    """
    question = sa.select(obligation).where(obligation.c.id == id_)
    row = connection.execute(question.with_for_update(key_share=True) if for_update else question).first()
    if row is None:
        raise NotFound("There is no such obligation.")
    return row


def of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every obligation of a case, superseded ones too, soonest target first."""
    return list(
        connection.execute(sa.select(obligation).where(obligation.c.case_id == case).order_by(obligation.c.sort_at, obligation.c.id)).all()
    )


def readings_of(connection: sa.Connection, row: Row) -> list[Row]:
    """The live obligations of the same duty in every reading, the stated one first."""
    columns = ("case_id", "source_name", "commitment", "debtor", "creditor", "occurrence")
    same = [obligation.c[name].is_not_distinct_from(row._mapping[name]) for name in columns]
    question = sa.select(obligation).where(*same, obligation.c.superseded_by.is_(None))
    return list(connection.execute(question.order_by(obligation.c.reading != STATED, obligation.c.created_at, obligation.c.id)).all())


def by_ids(connection: sa.Connection, ids: Iterable[UUID]) -> list[Row]:
    """These obligations, as far as the caller may see them."""
    return list(
        connection.execute(
            sa.select(obligation).where(obligation.c.id.in_(list(ids))).order_by(obligation.c.sort_at, obligation.c.id)
        ).all()
    )


def due_ats(connection: sa.Connection, ids: Iterable[UUID]) -> list[datetime | None]:
    """When these obligations are due, as far as the caller may see them."""
    return list(connection.execute(sa.select(obligation.c.due_at).where(obligation.c.id.in_(list(ids)))).scalars())


def acts_of_case(connection: sa.Connection, case: UUID) -> list[Row]:
    """Every act of a case, oldest first."""
    return list(connection.execute(sa.select(act).where(act.c.case_id == case).order_by(act.c.recorded_at, act.c.position)).all())


def keys_of_cases(connection: sa.Connection, cases: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """Of several cases every obligation, with what names it and when it is due, and nothing else of it."""
    columns = obligation.c
    wanted = (
        *(columns.id, columns.case_id, columns.commitment, columns.source_kind, columns.source_name, columns.debtor, columns.creditor),
        *(columns.occurrence, columns.reading, columns.discharged_by, columns.superseded_by, columns.due_at, columns.sort_at),
    )
    question = sa.select(*wanted).where(columns.case_id.in_(list(cases))).order_by(columns.sort_at, columns.id)
    return _by_case([*connection.execute(question)])


def acts_of_cases(connection: sa.Connection, cases: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """As `acts_of_case`, of several cases."""
    question = sa.select(act).where(act.c.case_id.in_(list(cases))).order_by(act.c.recorded_at, act.c.position)
    return _by_case([*connection.execute(question)])


def _by_case(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def acts_about(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """The acts about each of these obligations, oldest first, as far as the caller may see them."""
    found: dict[UUID, list[Row]] = {}
    rows = connection.execute(sa.select(act).where(act.c.obligation_id.in_(list(ids))).order_by(act.c.recorded_at, act.c.position))
    for row in rows:
        found.setdefault(row.obligation_id, []).append(row)
    return found


def standing_beside(connection: sa.Connection, ids: Iterable[UUID], *, cases: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """The live obligations of these cases, by case, soonest target first, as far as it matters to what was done of those with `ids`, and
    to whether anything hangs on it.

    See `looks_of` and `done_of`; `acts` is of these obligations alone, and None of the others.
    """
    wanted, columns = list(ids), obligation.c
    said = sa.func.jsonb_agg(sa.func.jsonb_build_array(act.c.kind, act.c.occurred_at, act.c.recorded_at))
    acts = sa.select(said).where(act.c.obligation_id == columns.id, columns.id.in_(wanted)).scalar_subquery()
    given = (
        *(columns.id, columns.case_id, columns.source_name, columns.commitment, columns.reading, columns.settled_as, columns.due_at),
        *(columns.debtor, columns.discharged_by, columns.provisional, columns.predicted, columns.group_key),
        *(columns.spec["runs_from"].label("runs_from"), columns.spec["comes_again"].label("comes_again")),
        acts.label("acts"),
    )
    beside = sa.select(*given).where(columns.case_id.in_(list(cases)), columns.superseded_by.is_(None))
    return _by_case(connection.execute(beside.order_by(columns.sort_at, columns.id)))


def done_of(row: Row) -> list[Done]:
    """The acts about an obligation of `standing_beside`."""
    return [Done(kind, datetime.fromisoformat(occurred), datetime.fromisoformat(recorded)) for kind, occurred, recorded in row.acts or ()]


def looks_of(row: Row) -> Looks:
    """What the clock of an obligation of `standing_beside` looks at; of what was kept before that was kept, nobody knows."""
    known = row.runs_from is not None and row.comes_again is not None
    return Looks(row.source_name, row.commitment, frozenset(row.runs_from) if known else None, bool(row.comes_again))


def verdict_of(row: Row, acts: Iterable[Row | Done], now: datetime) -> Verdict:
    """Derived anew from the deadline, the acts and the time."""
    standing = Standing(row.due_at, Discharge(row.discharged_by), row.provisional, row.predicted, superseded=row.settled_as == "superseded")
    return verdict(standing, [Done(each.kind, each.occurred_at, each.recorded_at) for each in acts], now)


def pauses(acts: Iterable[Row]) -> tuple[Pause, ...]:
    """The times that a clock stood still, by the acts about its obligation; those that began after the miss moved nothing."""
    in_order = sorted(acts, key=lambda act: (act.recorded_at, act.position))
    return pauses_of((each.kind, each.recorded_at, each.detail) for each in in_order)


def seen_verdict(row: Row, now: datetime) -> Verdict:
    """The same from the settled column alone, for whoever does not see the acts."""
    if row.settled_as is not None:
        return Verdict(row.settled_as)
    if row.due_at is None or now <= row.due_at or row.predicted:
        return Verdict.RUNNING
    return Verdict.UNRESOLVED if row.provisional or row.prohibited_at else Verdict.MISSED


def settle(connection: sa.Connection, id_: UUID, as_: Verdict | None, now: datetime, **also: object) -> None:
    """Keep the derived verdict for indexed reads; None while it runs. Lines and timers follow by themselves."""
    settled = {"settled_as": None if as_ is None else as_.value, "settled_at": None if as_ is None else now}
    connection.execute(sa.update(obligation).where(obligation.c.id == id_).values(settled | also))


def settled(verdicts: Mapping[UUID, Verdict | None], now: datetime) -> Change:
    """The same of several obligations, to be written with what settles them."""
    kept = [None if each is None else each.value for each in verdicts.values()]
    return Change(_SETTLED, {"obligations": list(verdicts), "verdicts": kept, "verdicts_at": now})


_SETTLED = (
    "update demarche.obligation o set settled_as = v.verdict,"
    " settled_at = case when v.verdict is not null then cast(%(verdicts_at)s as timestamptz) end"
    " from unnest(cast(%(obligations)s as uuid[]), cast(%(verdicts)s as text[])) as v(id, verdict)"
    " where o.id = any(cast(%(obligations)s as uuid[])) and o.id = v.id"
)


def looked_at(connection: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """These obligations by their ids, each with what a look at it needs.

    `acts`, see `done_of`; `debtor_heard`, whether its debtor was told of it by a notice that was released; `said_before`, the effect
    keys of the reminders and escalations of it that were told.
    """
    return {row.id: row for row in connection.execute(sa.text(_LOOKED_AT), {"ids": list(ids)})}


def fire(connection: sa.Connection, ids: Iterable[UUID], now: datetime) -> dict[UUID, Row]:
    """Take the steps of these obligations that are due, and keep when we came to each: the obligations by their ids as `looked_at`.

    Each with its `steps`, see `steps_of`. Whoever takes them does what they ask for; everybody else gets none.
    """
    return {row.id: row for row in connection.execute(sa.text(_FIRE), {"ids": list(ids), "now": now})}


def steps_of(row: Row) -> dict[str, datetime]:
    """The steps that were taken with an obligation of `fire`, each since when it was due, the longest due first."""
    return {step: datetime.fromisoformat(since) for step, since in row.steps}


_WITHOUT_INPUTS = ", ".join(f"o.{column.name}" for column in obligation.c if column.name != "inputs")
"""What an instant was computed from is long, and no look needs it."""
_ABOUT_IT = """
       (select jsonb_agg(jsonb_build_array(kind, occurred_at, recorded_at)) from demarche.act where obligation_id = o.id) as acts, n.*
  from {these} cross join lateral (
       select coalesce(bool_or(recipient = o.debtor and released_at is not null), false) as debtor_heard,
              coalesce(array_agg(effect_key) filter (where kind in ('reminder', 'escalation')), '{{}}') as said_before
         from demarche.notice where case_id = o.case_id and o.id = any(obligations)) n
"""
_LOOKED_AT = f"select {_WITHOUT_INPUTS}, {_ABOUT_IT.format(these='demarche.obligation o')} where o.id = any(:ids)"
_FIRE = f"""
with taken as (delete from demarche.timer where obligation_id = any(:ids) and look_at <= :now
  returning obligation_id, case_id, step, look_at),
kept as (insert into demarche.firing (obligation_id, case_id, step, look_at, fired_at)
  select obligation_id, case_id, step, look_at, :now from taken on conflict do nothing),
due as (select obligation_id, jsonb_agg(jsonb_build_array(step, look_at) order by look_at, step) as steps from taken group by 1)
select {_WITHOUT_INPUTS}, due.steps,
{_ABOUT_IT.format(these="due cross join lateral (select * from demarche.obligation where id = due.obligation_id offset 0) o")}
"""  # noqa: S608 - our own text


def most_urgent(connection: sa.Connection, now: datetime, limit: int) -> list[Row]:
    """`(case_id, obligation_id)` with steps that are due, of the thousand longest due steps the most urgent first; not held.

    First what can still be met, soonest deadline first; then what is past. Of equals the law before a contract, the more severe, the
    longer due.
    """
    return list(connection.execute(sa.text(_MOST_URGENT), {"now": now, "limit": limit}).all())


def take_most_urgent(connection: sa.Connection, now: datetime, limit: int) -> list[Row]:
    """The same, each as its case with the `obligation_id`, and the cases held; those that somebody else holds are left out.

    With `head_seq` and `head_hash`, which are the case's evidence's, held too.
    """
    return list(connection.execute(sa.text(_TAKE_MOST_URGENT), {"now": now, "limit": limit}).all())


def with_case(connection: sa.Connection, ids: Iterable[UUID]) -> list[Row]:
    """The cases of these obligations, each with the `obligation_id`."""
    return list(connection.execute(sa.text(_WITH_CASE), {"ids": list(ids)}).all())


_WITH_CASE = """
select i.*, o.id as obligation_id from demarche.obligation o join demarche.incident i on i.id = o.case_id where o.id = any(:ids)
"""
_BY_URGENCY = """
  from (select case_id, obligation_id, min(look_at) as look_at
          from (select case_id, obligation_id, look_at from demarche.timer where look_at <= :now order by look_at limit 1000) longest
         group by case_id, obligation_id) t
  join demarche.obligation o on o.id = t.obligation_id join demarche.incident i on i.id = t.case_id {beside}
 order by o.due_at is null or o.due_at <= :now, case when o.due_at > :now then o.due_at end, o.source_kind <> 'regime',
          array_position(array['critical', 'high', 'medium', 'low'], i.severity), t.look_at, t.obligation_id
 limit :limit
"""
_MOST_URGENT = "select t.case_id, t.obligation_id" + _BY_URGENCY.format(beside="")
_TAKE_MOST_URGENT = (
    "select i.*, t.obligation_id, h.seq as head_seq, h.hash as head_hash"
    + _BY_URGENCY.format(beside="join demarche.evidence_head h on h.stream = i.id")
    + " for no key update of i, h skip locked"
)


def firings_of(connection: sa.Connection, ids: Iterable[UUID]) -> list[Row]:
    """When each step of these obligations was looked at, in that order, as far as the caller may see the obligations."""
    question = sa.select(firing).where(firing.c.obligation_id.in_(list(ids)))
    return list(connection.execute(question.order_by(firing.c.fired_at, firing.c.look_at, firing.c.step)).all())


def lateness_since(connection: sa.Connection, since: datetime) -> Row:
    """`(fired, p50, p99, worst)`: of the steps looked at since then, the last thousand at most, how many and how late, in seconds.

    The three are None when there was none. Of the whole node, whoever asks.
    """
    return connection.execute(sa.text("select * from demarche.lateness_since(:since)"), {"since": since}).one()


def drop_timers(connection: sa.Connection, ids: Iterable[UUID]) -> None:
    """Look at these obligations no more."""
    connection.execute(sa.delete(timer).where(timer.c.obligation_id.in_(list(ids))))
