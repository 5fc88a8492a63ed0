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
-- reaches beyond obligations between two signatories. (Relaxations and displacements do not: they hold between two who signed both.)
alter table agreement_version
  add column by_party boolean not null generated always as (document ? 'transcription' or coalesce(document ->> 'layer', '') = 'multilateral') stored,
  add column survives boolean not null generated always as (document ? 'survival') stored,
  add column beyond boolean not null generated always as (document ?| array['restrictions', 'planning_targets']
    or jsonb_path_exists(document, '$.commitments[*].owed_to ? (@.role == "persons")')) stored;

create index on agreement_version (name);
create index on agreement_version (id) where beyond;

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
create policy looks on agreement_act for select to demarche_definer using (true);
grant select on agreement_act to demarche_definer;
reset role;

-- What may bind a case, asked on every filing. The policies list all that the caller is party to before they let one row through; these
-- begin with the parties of the case. A version comes if two of the given parties are in it, or one where it reaches beyond two, and
-- with it every version of its name, since a newer one takes its parties from an older. `members` and `acts` are null where nothing but
-- plain signatures by all is on record: nearly always. The second is what the first gives whoever asks, of its own versions.
-- One plan, made once, by indexes alone, is right for every size of the tables; planning it each time cost more than running it.
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
create function versions_among(given uuid[], who uuid) returns table (name text, digest text, accepted_at timestamptz, in_force_from timestamptz,
    in_force_until timestamptz, published_at timestamptz, by_party boolean, survives boolean, members jsonb, acts jsonb)
  language plpgsql stable security definer set search_path = demarche, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  others uuid[] := array_remove(given, who);
  enough int := case when who = any (given) then 1 else 2 end;
  few boolean := who is not null and (select count(*) < 100 from (select from agreement_party m where m.party_id = who limit 100) mine);
begin
  return query
  with near as (                                             -- from the side that has fewer
    select m.version_id from agreement_party m
      cross join lateral (select from agreement_party p where p.version_id = m.version_id and p.party_id = any (others)) p
      where few and m.party_id = who
    union all
    select p.version_id from agreement_party p where not few and p.party_id = any (others)
      and (who is null or (select true from agreement_party m where m.version_id = p.version_id and m.party_id = who))),
  found as (
    select n.version_id from near n group by n.version_id having count(*) >= enough
    union all
    select v.id from agreement_version v where v.beyond
      and (who is null or (select true from agreement_party m where m.version_id = v.id and m.party_id = who))
      and (who = any (given) or (select true from agreement_party p where p.version_id = v.id and p.party_id = any (given) limit 1))),
  named as (select distinct n.name from found f join agreement_version n on n.id = f.version_id)
  select v.name, v.digest, v.accepted_at, v.in_force_from, v.in_force_until, v.published_at, v.by_party, v.survives,
      case when v.by_party then (
        select jsonb_agg(jsonb_build_array(o.uri, p.accepted_at)) from agreement_party p join party o on o.id = p.party_id where p.version_id = v.id) end,
      (select jsonb_agg(jsonb_build_array(o.uri, a.kind, a.effective_at, a.reserved, a.recorded_at) order by a.position)
        from agreement_act a join party o on o.id = a.party_id
        where a.version_id = v.id and (a.kind <> 'sign' or a.effective_at is not null or a.reserved <> '[]'))
    from named n join agreement_version v on v.name = n.name
    where who is null or (select true from agreement_party m where m.version_id = v.id and m.party_id = who);
end $$;
create function my_versions_among(given uuid[]) returns table (name text, digest text, accepted_at timestamptz, in_force_from timestamptz,
    in_force_until timestamptz, published_at timestamptz, by_party boolean, survives boolean, members jsonb, acts jsonb)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select * from versions_among(given, me()) where me() is not null $$;
reset role;
revoke create on schema demarche from demarche_definer;
revoke all on function versions_among(uuid[], uuid), my_versions_among(uuid[]) from public;
grant execute on function versions_among(uuid[], uuid) to demarche_worker;
grant execute on function my_versions_among(uuid[]) to demarche_web, demarche_worker;
