set local role demarche_owner;
set local search_path = demarche;

-- What the audit found to be otherwise than it has to be; a row goes when the thing is mended. `since`: when it began, or was first seen.
create table finding (
  kind text not null, subject text not null, case_id uuid references incident, what text not null, to_do text not null,
  since timestamptz not null, seen_at timestamptz not null, primary key (kind, subject));
create index on finding (case_id);
-- How far the audit has looked: what changed in earlier transactions, and stands earlier in the order of the evidence, it has seen.
create table audited (
  one boolean primary key default true check (one), changed xid8 not null, position bigint not null, at timestamptz not null);

alter table finding enable row level security;
alter table finding force row level security;
alter table audited enable row level security;
alter table audited force row level security;
create policy worker on finding to demarche_worker using (true) with check (true);
create policy worker on audited to demarche_worker using (true) with check (true);
create policy of_the_case on finding for select to demarche_web
  using (exists (select from visibility v where v.case_id = finding.case_id and v.party_id = me()));
create policy anyone on audited for select to demarche_web using (true);
grant select, insert, update, delete on finding to demarche_worker;
grant select, insert, update on audited to demarche_worker;
grant select on finding, audited to demarche_web;

-- What runs, by when it ends: the audit asks for those alone, however many are settled.
create index obligation_running on obligation (due_at)
  where settled_as is null and superseded_by is null and not predicted and due_at is not null;
reset role;
