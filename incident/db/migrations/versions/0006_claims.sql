set local role demarche_owner;
set local search_path = demarche;

-- What one party says against a clock: that it started at another instant, was extended, or was waived. It changes no fact; the
-- obligations of its reading are named by its id. Who has agreed and who has refused is said by acts too, with name, time and reason.
create table claim (
  id uuid primary key, case_id uuid not null references incident, obligation_id uuid not null references obligation,
  kind text not null check (kind in ('start', 'more_time', 'waiver')), holds boolean not null,
  by_party uuid not null references party, by_name text not null,
  fact text, about uuid references party, earliest_at timestamptz, latest_at timestamptz, precision text, entered text, zone text, fold int,
  until_at timestamptz, reason text not null check (reason <> ''), proof jsonb,
  agreed uuid[] not null default '{}', refused uuid[] not null default '{}', claimed_at timestamptz not null,
  ended_at timestamptz, ended_as text check (ended_as in ('agreed', 'refused', 'withdrawn', 'said')), origin text not null,
  check ((kind = 'start') = (fact is not null)), check ((fact is null) = (about is null)), check ((fact is null) = (earliest_at is null)),
  check ((earliest_at is null) = (latest_at is null)), check (earliest_at <= latest_at),
  check ((kind = 'more_time') = (until_at is not null)), check (kind <> 'start' or holds),
  check ((ended_at is null) = (ended_as is null)), check (not agreed && refused), check (not by_party = any (agreed || refused)));
create index on claim (case_id);
create index on claim (obligation_id);
create unique index claim_once_of_a_start on claim (case_id, by_party, fact, about) where kind = 'start' and ended_at is null;
create unique index claim_once on claim (obligation_id, by_party, kind) where kind <> 'start' and ended_at is null;

alter table claim enable row level security;
alter table claim force row level security;
create policy worker on claim to demarche_worker using (true) with check (true);
create policy of_the_case on claim to demarche_web
  using (exists (select from visibility v where v.case_id = claim.case_id and v.party_id = me()))
  with check (exists (select from visibility v where v.case_id = claim.case_id and v.party_id = me()));
create policy of_the_clock on claim for select to demarche_web using (exists (   -- whoever sees a clock sees what is said against it
  select from obligation o where o.case_id = claim.case_id and (o.id = claim.obligation_id or o.reading = claim.id::text)));
grant select, insert on claim to demarche_worker, demarche_web;
grant update (agreed, refused, ended_at, ended_as) on claim to demarche_worker, demarche_web;
grant update (reading) on obligation to demarche_web;    -- what was agreed becomes the stated reading

alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check
  check (kind in (
  'duties', 'information', 'correction', 'reminder', 'escalation', 'missed', 'paused', 'resumed', 'excused', 'again', 'dispute'));

-- The board says of which reading a line is, and whether its clock stands still.
alter table line add column reading text not null default 'stated';
reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
create or replace function put_lines(obligations uuid[], only_for uuid) returns void language sql security definer set search_path = demarche, pg_temp as $$
  insert into line (party_id, sort_at, obligation_id, case_id, target_at, due_at, started_at, title, cite, source_name, debtor, creditor,
      incident_ref, summary, tlp, severity, exercise, provisional, predicted, settled_as, paused_at, paused_until,
      prohibited_at, reading)
    select w.party_id, o.sort_at, o.id, o.case_id, o.target_at, o.due_at, o.started_at, o.title, o.cite, o.source_name, o.debtor, o.creditor,
      i.ref, case when w.inside then i.summary end, i.tlp, i.severity, i.exercise, o.provisional, o.predicted, o.settled_as, o.paused_at, o.paused_until,
      o.prohibited_at, o.reading
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
