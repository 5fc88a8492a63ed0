set local role demarche_owner;
set local search_path = demarche;

-- Of each country that was named after the first report, since when: its relay runs from there. Of the others it is the filing.
alter table incident add column affected_since jsonb not null default '{}' check (jsonb_typeof(affected_since) = 'object');
grant update (affected_since) on incident to demarche_web;

-- The affected state that a duty tells of the case. It stands for itself, because a state may have nobody here who could be the creditor.
alter table obligation add column relay_to text check (relay_to ~ '^[A-Z]{2}$');
alter table notice add column relay_to text check (relay_to ~ '^[A-Z]{2}$');    -- so that the cover of a relay can say what it is
create unique index relay_once on obligation (case_id, source_name, commitment, debtor, relay_to, creditor, occurrence, reading)
  nulls not distinct where relay_to is not null and superseded_by is null;
alter table obligation no force row level security;    -- the owner sees no row otherwise
alter table notice no force row level security;
update obligation o set relay_to = p.jurisdiction from party p
  where p.id = o.creditor and o.owed_to_role = 'affected_certs' and p.jurisdiction ~ '^[A-Z]{2}$'
    and exists (select from notice n where n.case_id = o.case_id and o.id = any (n.performs));
alter table obligation force row level security;
alter table notice force row level security;

-- The board says of a case that it crosses a border, and to which states, to those who see the case.
alter table line add column cross_border text[] not null default '{}';
reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
create function affected_elsewhere(countries text[], deployment_id uuid) returns text[] language sql stable
  set search_path = demarche, pg_temp as $$   -- called by the two below alone, in their name
  select coalesce(array_agg(distinct c order by c), '{}') from unnest(countries) c
    where c <> (select d.jurisdiction from deployment d where d.id = affected_elsewhere.deployment_id) $$;
create or replace function put_lines(obligations uuid[], only_for uuid) returns void language sql security definer set search_path = demarche, pg_temp as $$
  insert into line (party_id, sort_at, obligation_id, case_id, target_at, due_at, started_at, title, cite, source_name, debtor, creditor,
      incident_ref, summary, tlp, severity, exercise, provisional, predicted, settled_as, paused_at, paused_until,
      prohibited_at, reading, cross_border)
    select w.party_id, o.sort_at, o.id, o.case_id, o.target_at, o.due_at, o.started_at, o.title, o.cite, o.source_name, o.debtor, o.creditor,
      i.ref, case when w.inside then i.summary end, i.tlp, i.severity, i.exercise, o.provisional, o.predicted, o.settled_as, o.paused_at, o.paused_until,
      o.prohibited_at, o.reading, case when w.inside and i.affected_countries <> '{}' then affected_elsewhere(i.affected_countries, i.deployment_id) else '{}' end
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
create or replace function lines_follow_the_case() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  update line l set summary = case when l.summary is null then null else i.summary end, tlp = i.tlp, severity = i.severity,
      cross_border = case when l.summary is null then '{}' else affected_elsewhere(i.affected_countries, i.deployment_id) end
    from new_rows i where l.case_id = i.id;
  return null;
end $$;
update line l set cross_border = affected_elsewhere(i.affected_countries, i.deployment_id)
  from incident i where i.id = l.case_id and l.summary is not null and i.affected_countries <> '{}';
revoke all on function affected_elsewhere(text[], uuid) from public;
reset role;
revoke create on schema demarche from demarche_definer;
