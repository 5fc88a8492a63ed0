set local role demarche_owner;
set local search_path = demarche;

-- After an outage: one message for a party says what was late because of us. The notices stay what they are, each in its case; what is
-- gathered is how they are carried. `late_since` is when a notice would have been said, had this node been in service.
create table gathering (
  id uuid primary key, party_id uuid not null references party, from_at timestamptz not null, until_at timestamptz not null,
  created_at timestamptz not null, check (from_at < until_at));
create index on gathering (party_id, created_at desc);
alter table notice add column late_since timestamptz, add column gathering_id uuid references gathering,
  add constraint notice_gathered_check check (gathering_id is null or (late_since is not null and routed_at is not null));
create index notice_to_gather on notice (late_since) where late_since is not null and routed_at is null and cancelled_at is null;
create index notice_gathered on notice (gathering_id) where gathering_id is not null;
alter table notification add column gathering_id uuid references gathering, add check (gathering_id is null or notice_id is null);
create unique index notification_of_a_gathering on notification (gathering_id, contact, kind) where gathering_id is not null;

alter table gathering enable row level security;
alter table gathering force row level security;
create policy worker on gathering to demarche_worker using (true) with check (true);
create policy recipient on gathering for select to demarche_web using (party_id = me());
grant select, insert on gathering to demarche_worker;
grant select on gathering to demarche_web;
reset role;
