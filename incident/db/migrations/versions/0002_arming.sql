set local role demarche_owner;
set local search_path = demarche;

-- A duty without a legal number may have an agreed instant to plan for: a target, and nothing that is due.
alter table obligation drop constraint obligation_check2;
alter table obligation add constraint obligation_due_is_planned_for check (due_at is null or target_at is not null);

-- What ships unarmed starts clocks in the cases of a party once an officer of it has named the source that was checked.
create table arming (
  id uuid primary key, party_id uuid not null references party, regime text not null, stage text, regime_digest text not null,
  binds_from date not null, source text not null check (source <> ''), armed_by text not null, armed_at timestamptz not null,
  withdrawn_by text, withdrawn_at timestamptz, withdrawn_because text,
  check ((withdrawn_at is null) = (withdrawn_by is null)));
create unique index arming_once on arming (party_id, regime, coalesce(stage, '')) where withdrawn_at is null;

alter table arming enable row level security;
alter table arming force row level security;
create policy worker on arming to demarche_worker using (true) with check (true);
create policy own on arming to demarche_web using (party_id = me()) with check (party_id = me());
grant select, insert on arming to demarche_worker, demarche_web;
grant update (withdrawn_by, withdrawn_at, withdrawn_because) on arming to demarche_web;
reset role;
