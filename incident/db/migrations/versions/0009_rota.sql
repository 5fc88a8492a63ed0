set local role demarche_owner;
set local search_path = demarche;

-- What a party says of who is on call: weekly windows, and where its dated turns come from. The text of the calendar is kept, so that
-- turns further ahead can be worked out from it, and so that a feed that fails takes nothing away. `horizon_at`: until when they are.
create table rota (
  party_id uuid primary key references party, windows jsonb not null default '[]' check (jsonb_typeof(windows) = 'array'),
  changed_at timestamptz not null, changed_by text not null,
  feed text check (feed in ('file', 'url')), feed_url text, mapping jsonb not null default '[]' check (jsonb_typeof(mapping) = 'array'),
  feed_text text check (length(feed_text) <= 1048576), set_at timestamptz, fetched_at timestamptz, tried_at timestamptz,
  trouble text, horizon_at timestamptz, unmatched jsonb not null default '[]', look_at timestamptz,
  check ((feed = 'url') = (feed_url is not null)), check (feed is not null or (feed_text is null and look_at is null)));
create index rota_due on rota (look_at) where look_at is not null;

create table turn (
  party_id uuid not null references rota, contact text not null check (contact in ('duty_desk', 'deputy', 'manager')),
  since timestamptz not null, until timestamptz not null check (since < until), said text not null,
  primary key (party_id, until, since, contact, said));

-- Derived: the hours ahead in which nobody of a party can be reached. Those who have a part in a deployment with it see them too.
create table reach (party_id uuid primary key references party, looked_at timestamptz not null, gaps jsonb not null);

do $$ declare t text; begin
  foreach t in array array['rota', 'turn', 'reach'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy worker on %I to demarche_worker using (true) with check (true)', t);
    execute format('create policy own on %I to demarche_web using (party_id = me()) with check (party_id = me())', t);
    execute format('grant select, insert, update on %I to demarche_worker, demarche_web', t);
  end loop; end $$;
revoke update on turn from demarche_worker, demarche_web;
grant delete on turn to demarche_worker, demarche_web;
create policy partners on reach for select to demarche_web using (party_id in (select my_partners.id from my_partners()));
reset role;
