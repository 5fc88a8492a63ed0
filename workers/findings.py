"""Findings, as they are kept: raised, raised again, and gone; what is gone stays for a while to be read."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa

from incident.work import Work
from workers.auditing_questions import Found


def keep(work: Work, found: Iterable[Found], kinds: Iterable[str]) -> int:
    """Of these kinds, exactly what is found stands from now on; how many findings of all kinds do."""
    raised = {(each.kind, each.subject): each for each in found}
    keys = {"kinds": [kind for kind, _ in raised], "subjects": [subject for _, subject in raised]}
    work.connection.execute(sa.text(_GONE), {**keys, "among": list(kinds), "now": work.now})
    for _, each in sorted(raised.items()):
        put(work, each)
    work.connection.execute(sa.text(_FORGET), {"now": work.now})
    return int(work.connection.execute(sa.text("select count(*) from demarche.finding where gone_at is null")).scalar_one())


def put(work: Work, found: Found) -> None:
    """This stands. When it was gone it has come once more, and nobody has seen that yet."""
    row = found.row(work.now)
    work.connection.execute(sa.text(_UNSEEN), row)
    work.connection.execute(sa.text(_PUT), row)


def happened(work: Work, found: Found, by_ms: int | None) -> bool:
    """Something happened, which several may report; False where one of them did before, with about the same number.

    `by_ms` None: whatever was reported of it lately is the same.
    """
    row = found.row(work.now) | {"by": by_ms, "detail": json.dumps({"by_ms": by_ms})}
    id_ = work.connection.execute(sa.text(_HAPPENED), row).scalar()
    work.connection.execute(sa.text("delete from demarche.finding_seen where finding_id = :id"), {"id": id_})
    return id_ is not None


def count(work: Work) -> None:
    """How many stand, told where the last audit told it: what is found between two audits is in the metrics at once."""
    work.connection.execute(sa.text(_COUNT))


def gone(work: Work, kind: str, subject: str) -> None:
    """This stands no more."""
    question = "update demarche.finding set gone_at = :now where kind = :kind and subject = :subject and gone_at is null"
    work.connection.execute(sa.text(question), {"now": work.now, "kind": kind, "subject": subject})


_COUNT = """
update demarche.heartbeat
   set detail = detail || jsonb_build_object('findings', (select count(*) from demarche.finding where gone_at is null))
 where name = 'audit'
"""
_GONE = """
update demarche.finding set gone_at = :now where gone_at is null and kind = any (:among)
   and (kind, subject) not in (select * from unnest(cast(:kinds as text[]), cast(:subjects as text[])))
"""
_UNSEEN = """
delete from demarche.finding_seen s using demarche.finding f
 where f.id = s.finding_id and f.kind = :kind and f.subject = :subject and f.gone_at is not null
"""
_PUT = """
insert into demarche.finding as f (kind, subject, case_id, what, to_do, since, seen_at)
values (:kind, :subject, :case_id, :what, :to_do, :since, :seen_at)
on conflict (kind, subject) do update set what = excluded.what, to_do = excluded.to_do, seen_at = excluded.seen_at, gone_at = null,
  times = f.times + (f.gone_at is not null)::int, since = case when f.gone_at is null then f.since else excluded.since end
"""
_HAPPENED = """
insert into demarche.finding as f (kind, subject, case_id, what, to_do, since, seen_at, detail)
values (:kind, :subject, :case_id, :what, :to_do, :since, :seen_at, cast(:detail as jsonb))
on conflict (kind, subject) do update set what = excluded.what, to_do = excluded.to_do, since = excluded.since,
  seen_at = excluded.seen_at, gone_at = null, times = f.times + 1, detail = excluded.detail
 where not (f.seen_at between excluded.seen_at - interval '5 minutes' and excluded.seen_at + interval '5 minutes'
            and coalesce(abs((f.detail ->> 'by_ms')::bigint - cast(:by as bigint)) <= 2000, true))
returning f.id
"""
_FORGET = """
with old as (update demarche.finding set gone_at = :now where gone_at is null
   and (kind = 'clock.moved' and seen_at < :now - interval '1 day' or kind = 'clock.apart' and seen_at < :now - interval '10 minutes'))
delete from demarche.finding where gone_at < :now - interval '90 days'
"""
"""What happened is said for a day; what a process said of its own clock ends when nobody says it any more."""
