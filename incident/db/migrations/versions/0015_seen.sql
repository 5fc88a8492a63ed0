set local role demarche_owner;
set local search_path = demarche;

-- A finding that is mended stays for a while, so that a person sees what was and how often; those of the whole node are seen by the
-- parties that file, which rely on it. `detail`: for what tells one from the next by a number.
alter table finding add column id uuid not null default gen_random_uuid() unique, add column times int not null default 1 check (times > 0),
  add column gone_at timestamptz, add column detail jsonb not null default '{}';
create index finding_open on finding (since) where gone_at is null;
create policy of_the_node on finding for select to demarche_web using (case_id is null
  and exists (select from party p where p.id = me() and p.kind in ('cert', 'operator', 'ministry')));

-- Who of a party has seen it, first; when it comes again, nobody has.
create table finding_seen (
  finding_id uuid not null references finding (id) on delete cascade, party_id uuid not null references party,
  by_name text not null, at timestamptz not null, primary key (finding_id, party_id));
alter table finding_seen enable row level security;
alter table finding_seen force row level security;
create policy worker on finding_seen to demarche_worker using (true) with check (true);
create policy own on finding_seen for select to demarche_web using (party_id = me());
create policy sees on finding_seen for insert to demarche_web
  with check (party_id = me() and exists (select from finding f where f.id = finding_seen.finding_id));
grant select, insert on finding_seen to demarche_web;
grant select, insert, delete on finding_seen to demarche_worker;
reset role;
