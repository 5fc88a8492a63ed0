"""What the audit asks the database, and what a person does about each answer. Every question is answered from an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

TO_DO = {
    "report.unproven": "A report stands without its evidence. Run `demarche evidence check`, and compare the case with the last backup.",
    "miss.early": "A miss was recorded before the due instant. Check the clocks; the duty may still be done in time.",
    "miss.unsaid": "The duty counts as missed and no act says so. Read the case, and log what happened as an act.",
    "act.doubled": "Something was recorded twice about one duty. Read its timeline; the verdict counts the first.",
    "delivery.unreleased": "Something was sent of a notice that nobody had released. Tell the officer who answers for the case at once.",
    "delivery.unrecorded": "It counts as delivered and no attempt says so. Ask the recipient whether it has come.",
    "dead.untold": "It reached nobody, and nobody was told. See `demarche outbox list --state dead`; retry it, or telephone.",
    "notice.altered": "A notice no longer has the content that it was frozen with. Compare it with its evidence; do not send it again.",
    "late.routing": "Released notices wait for the workers. See that a worker or the timekeeper runs (`demarche doctor`).",
    "late.sending": "Notifications are due and nobody sends them. See that a worker or the timekeeper runs (`demarche doctor`).",
    "late.looking": "Timers are due and nobody looks. See that a worker or the timekeeper runs (`demarche doctor`).",
    "late.verdicts": "Duties are past their due instant and no verdict is recorded. See that a worker or the timekeeper runs.",
    "late.sealing": "Evidence waits to be sealed. See that a worker runs which has the signing key.",
    "evidence.broken": "The evidence does not fit together. Stop the node, keep its data as it is, and run `demarche evidence check`.",
    "evidence.unsigned": "The last checkpoint is not signed by this node's key. See whether the key was changed.",
    "clock.apart": "Set both by the same source of time (`demarche doctor` names the difference); deadlines go by the database's.",
    "clock.moved": "See what set it: it should be slewed, not stepped. Read what was missed since, and what is due soon.",
}  # fmt: skip
"""By kind: what whoever reads the finding does next."""
OF_CLOCKS = ("clock.apart", "clock.moved")
"""What no audit asks: each process says it of the clocks that it sees."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not as it has to be. `subject` names it among those of its kind; `case_id` where it is a case's."""

    kind: str
    subject: str
    what: str
    case_id: UUID | None
    since: datetime | None

    def row(self, now: datetime) -> dict[str, object]:
        """As it is kept."""
        return {
            "kind": self.kind, "subject": self.subject, "case_id": self.case_id, "what": self.what, "to_do": TO_DO[self.kind],
            "since": self.since or now, "seen_at": now,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Each:
    """A question with a row `subject, case_id, what, since` for each finding; `takes`: which of `cases`, `changed` and `late`."""

    kind: str
    sql: str
    takes: tuple[str, ...] = ("cases",)


@dataclass(frozen=True, slots=True)
class Count:
    """A question with one row `number, since`; a finding when there are any, under `counted` in the heartbeat."""

    kind: str
    says: str
    sql: str
    counted: str


TOUCHED = """
select id from (select (select i.id from demarche.incident i where i.id = t.stream) as id from (
  select stream from demarche.evidence_order where position > :position and position <= :until
  union select stream from demarche.evidence_head where sealed < seq
  union select case_id from demarche.obligation where changed >= cast(:changed as xid8)
  union select case_id from demarche.finding where case_id is not null and gone_at is null) t) touched where id is not null
"""
"""A lookup for each stream, so that no plan reads all cases to find a few."""
_UNTIMED = """
insert into demarche.timer (obligation_id, case_id, step, look_at)
select id, case_id, 'due', due_at + interval '1 microsecond' from demarche.obligation o
 where settled_as is null and superseded_by is null and not predicted and due_at is not null
   and not exists (select from demarche.timer t where t.obligation_id = o.id and t.step = 'due')
"""
UNTIMED = _UNTIMED + " and case_id = any (:cases) on conflict do nothing"
UNTIMED_SOON = _UNTIMED + " and due_at < :soon on conflict do nothing"
UNSAID = """
select distinct o.case_id from demarche.obligation o
 where o.case_id = any (:cases) and o.superseded_by is null and (o.settled_as is null or o.settled_as = 'missed')
   and exists (select from demarche.act a where a.obligation_id = o.id
               and a.kind in ('acknowledged', 'submitted', 'received', 'waived', 'confirmed'))
"""
"""Cases in which an act may have settled a duty whose settled column does not say so."""

CASES = (
    Each("report.unproven", """
        select c.id::text as subject, c.id as case_id,
               c.ref || ': ' || (r.number - e.number) || ' of ' || r.number || ' reports without evidence' as what,
               cast(null as timestamptz) as since
          from demarche.incident c
          cross join lateral (select count(*) as number from demarche.report r where r.case_id = c.id) r
          cross join lateral (select count(*) as number from demarche.evidence_entry e where e.stream = c.id and e.kind = 'report.filed') e
         where c.id = any (:cases) and r.number > e.number"""),
    Each("miss.early", """
        select a.id::text as subject, a.case_id, 'recorded ' || (a.occurred_at - a.recorded_at) || ' before it was due' as what,
               a.recorded_at as since
          from demarche.act a where a.case_id = any (:cases) and a.kind = 'missed' and a.recorded_at < a.occurred_at"""),
    Each("miss.unsaid", """
        select o.id::text as subject, o.case_id, o.commitment as what, o.settled_at as since
          from demarche.obligation o where o.case_id = any (:cases) and o.settled_as = 'missed' and o.superseded_by is null
           and not exists (select from demarche.act a where a.obligation_id = o.id and a.kind = 'missed')"""),
    Each("act.doubled", """
        select a.obligation_id::text || ' ' || a.kind as subject, a.case_id, a.kind || ' is recorded ' || count(*) || ' times' as what,
               max(a.recorded_at) as since
          from demarche.act a where a.case_id = any (:cases) and a.kind in ('sent', 'received', 'missed') and not a.detail ? 'carried_from'
         group by a.obligation_id, a.case_id, a.kind, case when a.kind = 'missed' then a.occurred_at end having count(*) > 1"""),
    Each("dead.untold", """
        select n.id::text as subject, n.case_id, n.kind || ' to ' || p.slug as what, cast(null as timestamptz) as since
          from demarche.notification n join demarche.party p on p.id = n.party_id
         where n.state = 'dead' and n.case_id is not null
           and not exists (select from demarche.notice w where w.case_id = n.case_id and w.effect_key like '%dead:' || n.id || '%')""", ()),
)  # fmt: skip
"""About the cases that were touched, and about what reached nobody."""

DELIVERIES = (
    Each("delivery.unreleased", """
        select n.id::text as subject, n.case_id, n.kind || ' of a notice that was never released' as what, n.created_at as since
          from demarche.notification n join demarche.notice w on w.id = n.notice_id
         where (n.changed >= cast(:changed as xid8) or n.case_id = any (:cases)) and w.released_at is null""", ("changed", "cases")),
    Each("delivery.unrecorded", """
        select n.id::text as subject, n.case_id, n.kind || ' counts as ' || n.state as what, n.state_at as since
          from demarche.notification n
         where (n.changed >= cast(:changed as xid8) or n.case_id = any (:cases) or n.id = any (array(select subject::uuid
                from demarche.finding where kind = 'delivery.unrecorded' and gone_at is null)))
           and n.state in ('sent', 'delivered', 'opened', 'acknowledged')
           and not exists (select from demarche.attempt a where a.notification_id = n.id)""", ("changed", "cases")),
)  # fmt: skip
"""About the notifications that changed; what was found of a letter without a case, such as a gathering, is asked again by its id."""

FROZEN = """
select id, case_id, kind, items, digest from demarche.notice where changed >= cast(:changed as xid8) or case_id = any (:cases)
"""

COUNTS = (
    Count("late.routing", "{n} released notices have no channel chosen", """
        select count(*) as number, min(released_at) as since from demarche.notice
         where coalesce(route_again_at, released_at) < :late
           and released_at is not null and routed_at is null and cancelled_at is null""", "unrouted"),
    Count("late.sending", "{n} notifications are overdue", """
        select count(*) as number, min(look_at) as since from demarche.notification where look_at < :late""", "overdue_notifications"),
    Count("late.looking", "{n} timers are overdue", """
        select count(*) as number, min(look_at) as since from demarche.timer where look_at < :late""", "overdue_timers"),
    Count("late.verdicts", "{n} duties are past due without a verdict", """
        select count(*) as number, min(due_at) as since from demarche.obligation
         where settled_as is null and superseded_by is null and not predicted and due_at is not null and due_at < :late""", "unjudged"),
    Count("late.sealing", "{n} entries of evidence are not sealed", """
        select coalesce(sum(h.seq - h.sealed), 0) as number, min(e.at) as since from demarche.evidence_head h
          join demarche.evidence_entry e on e.stream = h.stream and e.seq = h.sealed + 1
         where h.sealed < h.seq and e.at < :late""", "unsealed"),
)  # fmt: skip
"""What is due and lies: a count with the oldest of it."""
