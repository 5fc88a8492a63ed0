set local role demarche_owner;
set local search_path = demarche;

-- The text of a version that is being written. It is its party's own business until it is proposed; nothing here binds anybody.
-- `text_before` is the text of the revision before, so that a change can be undone; discarding hides and can be undone too.
create table agreement_draft (
  id uuid primary key, party_id uuid not null references party, name text not null, text text not null, text_before text,
  based_on uuid references agreement_version, revision integer not null default 1 check (revision > 0),
  created_at timestamptz not null, created_by text not null, changed_at timestamptz not null, changed_by text not null,
  discarded_at timestamptz, discarded_by text, proposed_as uuid references agreement_version,
  check ((discarded_at is null) = (discarded_by is null)));
create index agreement_draft_of_party on agreement_draft (party_id, changed_at desc);

alter table agreement_draft enable row level security;
alter table agreement_draft force row level security;
create policy own on agreement_draft to demarche_web using (party_id = me()) with check (party_id = me());
grant select, insert on agreement_draft to demarche_web;
grant update (name, text, text_before, revision, changed_at, changed_by, discarded_at, discarded_by, proposed_as)
  on agreement_draft to demarche_web;
reset role;
