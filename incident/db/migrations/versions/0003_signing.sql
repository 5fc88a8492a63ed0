set local role demarche_owner;
set local search_path = demarche;

-- Keys by which a party signs: its own to add and revoke, everybody's to read, nobody's to delete.
create table party_key (
  party_id uuid not null references party, fingerprint text not null, public_key bytea not null check (length(public_key) = 32),
  name text not null check (name <> ''), added_by text not null, added_at timestamptz not null,
  revoked_by text, revoked_at timestamptz, revoked_because text, primary key (party_id, fingerprint),
  check (fingerprint = 'sha256:' || encode(sha256(public_key), 'hex')),
  check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null) = (revoked_because is null)));

-- What a party did about a version: the envelope whole, and beside it what is asked of it. `previous` chains the acts of one party, and
-- no act has two that follow it; `position` is the order in which acts of one version came. An effective instant that was not stated is
-- worked out when the act comes, except for signing.
create table agreement_act (
  id uuid not null, position bigint generated always as identity,
  version_id uuid not null references agreement_version, party_id uuid not null references party,
  kind text not null check (kind in ('sign', 'suspend', 'resume', 'end')), digest text not null unique, previous text,
  effective_at timestamptz, reserved jsonb not null, reason text not null, officer text, key text not null,
  public_key bytea not null check (length(public_key) = 32), envelope jsonb not null,
  issued_at timestamptz not null, recorded_at timestamptz not null, primary key (version_id, id),
  check (kind = 'sign' or (effective_at is not null and reason <> '')));
create unique index agreement_act_follows_once on agreement_act (version_id, party_id, coalesce(previous, ''));
create index agreement_act_beyond_signing on agreement_act (version_id) where kind <> 'sign' or effective_at is not null or reserved <> '[]';

-- Asked on every filing: whether single parties can be bound before all are, whether something outlives the end, and whether it
-- reaches beyond obligations between two signatories.
alter table agreement_version
  add column by_party boolean not null generated always as (document ? 'transcription' or coalesce(document ->> 'layer', '') = 'multilateral') stored,
  add column survives boolean not null generated always as (document ? 'survival') stored,
  add column beyond boolean not null generated always as (document ?| array['restrictions', 'relaxations', 'displacements', 'planning_targets']
    or jsonb_path_exists(document, '$.commitments[*].owed_to ? (@.role == "persons")')) stored;

do $$ declare t text; begin
  foreach t in array array['party_key', 'agreement_act'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy worker on %I to demarche_worker using (true) with check (true)', t);
    execute format('grant select, insert on %I to demarche_worker, demarche_web', t);
  end loop; end $$;
create policy reads on party_key for select to demarche_web using (me() is not null);
create policy adds on party_key for insert to demarche_web with check (party_id = me() and revoked_at is null);
create policy revokes on party_key for update to demarche_web                        -- once, and not taken back
  using (party_id = me() and revoked_at is null) with check (party_id = me() and revoked_at is not null);
grant update (revoked_by, revoked_at, revoked_because) on party_key to demarche_web, demarche_worker;
create policy party_to_it on agreement_act for select to demarche_web using (version_id in (select my_agreements.id from my_agreements()));
create policy acts on agreement_act for insert to demarche_web with check (party_id = me()
  and exists (select from agreement_party p where p.version_id = agreement_act.version_id and p.party_id = me()));
reset role;
