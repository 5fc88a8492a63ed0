set local role demarche_owner;
set local search_path = demarche;

-- A clock that stands still since `paused_at`. Its instants are those that it has if nobody resumes it by `paused_until`; where a
-- pause has no limit it has none. `prohibited_at`: since when it is on record, in time, that the duty may not be performed.
alter table obligation add column paused_at timestamptz, add column paused_until timestamptz, add column prohibited_at timestamptz;
alter table obligation add constraint obligation_is_paused_from_some_instant check (paused_until is null or (paused_at is not null and paused_at < paused_until));
alter table line add column paused_at timestamptz, add column paused_until timestamptz, add column prohibited_at timestamptz;
grant update (paused_at, paused_until, prohibited_at) on obligation to demarche_web;

-- What was granted about a duty is said to those who know of it, and that one has come again.
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (
  kind in ('duties', 'information', 'correction', 'reminder', 'escalation', 'missed', 'paused', 'resumed', 'excused', 'again'));

-- The board's lines say it too.
reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
create or replace function put_lines(obligations uuid[], only_for uuid) returns void language sql security definer set search_path = demarche, pg_temp as $$
  insert into line (party_id, sort_at, obligation_id, case_id, target_at, due_at, started_at, title, cite, source_name, debtor, creditor,
      incident_ref, summary, tlp, severity, exercise, provisional, predicted, settled_as, paused_at, paused_until,
      prohibited_at)
    select w.party_id, o.sort_at, o.id, o.case_id, o.target_at, o.due_at, o.started_at, o.title, o.cite, o.source_name, o.debtor, o.creditor,
      i.ref, case when w.inside then i.summary end, i.tlp, i.severity, i.exercise, o.provisional, o.predicted, o.settled_as, o.paused_at, o.paused_until,
      o.prohibited_at
    from obligation o join incident i on i.id = o.case_id
    cross join lateral (
      select v.party_id, true as inside from visibility v where v.case_id = o.case_id
      union all
      select distinct n.recipient, false from notice n where n.case_id = o.case_id and n.released_at is not null and n.cancelled_at is null
        and o.id = any (n.obligations)
        and not exists (select from visibility v where v.case_id = o.case_id and v.party_id = n.recipient)) w
    where o.id = any (obligations) and (o.settled_as is null or o.settled_as = 'missed') and (only_for is null or w.party_id = only_for)
      and (w.inside or not o.provisional)
    on conflict do nothing $$;
reset role;
revoke create on schema demarche from demarche_definer;
