-- The first schema, with its walls. Run by a role that may become demarche_owner; the roles exist already (see incident/db/roles.py).
-- demarche_owner owns the tables and sees no row; demarche_definer owns the few functions that must look behind a wall.
create schema demarche authorization demarche_owner;
grant usage on schema demarche to demarche_web, demarche_worker, demarche_definer;
set local role demarche_owner;
set local search_path = demarche;

create function me() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.party', true), '')::uuid;

-- parties ------------------------------------------------------------------------------------------------------------
create table party (
  id uuid primary key, uri text not null unique, slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null, kind text not null check (kind in ('cert', 'regulator', 'vendor', 'operator', 'ministry', 'spoc')),
  jurisdiction text not null check (jurisdiction ~ '^[A-Z]{2}$'), zone text not null, calendar text not null,
  languages text[] not null default '{}', competences text[] not null default '{}', created_at timestamptz not null);
create table profile_fact (
  id uuid primary key, party_id uuid not null references party, name text not null, value jsonb not null,
  valid_from date not null, valid_until date, source text not null, recorded_at timestamptz not null,
  check (valid_until is null or valid_until > valid_from));
create index on profile_fact (party_id, name);
create table contact (
  id uuid primary key, party_id uuid not null references party, role text not null check (role in ('duty_desk', 'deputy', 'manager')),
  name text not null, unique (party_id, role));
create table channel (
  id uuid primary key, contact_id uuid not null references contact, party_id uuid not null references party,
  kind text not null check (kind in ('webhook', 'email', 'inbox')), address text not null, secret bytea,
  disabled_at timestamptz, disabled_because text, created_at timestamptz not null, changed_at timestamptz not null,
  unique (contact_id, kind), check ((kind = 'webhook') = (secret is not null)));
create index on channel (party_id);
create table deployment (
  id uuid primary key, slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'), name text not null,
  operator_id uuid not null references party, jurisdiction text not null check (jurisdiction ~ '^[A-Z]{2}$'),
  system text not null, system_version text not null, models text[] not null default '{}', data_may_live text[] not null,
  registered_by uuid not null references party, created_at timestamptz not null);
create table deployment_party (
  deployment_id uuid not null references deployment, party_id uuid not null references party,
  role text not null check (role in ('operator', 'supplier', 'cert')), position int not null default 0,
  primary key (deployment_id, party_id, role));
create index on deployment_party (party_id);
create table api_key (
  id uuid primary key, party_id uuid not null references party, name text not null, prefix text not null,
  hash bytea not null unique, created_at timestamptz not null, revoked_at timestamptz);
create index on api_key (party_id);
create table person (
  id uuid primary key, party_id uuid not null references party, email text not null unique check (email = lower(email)),
  name text not null, password_hash text not null, created_at timestamptz not null, disabled_at timestamptz);
create table signed_in (
  id uuid primary key, person_id uuid not null references person, party_id uuid not null references party,
  hash bytea not null unique, csrf text not null, created_at timestamptz not null, seen_at timestamptz not null, expires_at timestamptz not null);
create index on signed_in (party_id);
create table reply (
  party_id uuid not null references party, key text not null check (length(key) between 1 and 200), digest text not null,
  status int not null, body jsonb not null, at timestamptz not null, primary key (party_id, key));

-- agreements ---------------------------------------------------------------------------------------------------------
create table agreement_version (
  id uuid primary key, name text not null, version text not null, title text not null, digest text not null unique,
  text text not null, document jsonb not null, in_force_from timestamptz not null, in_force_until timestamptz,
  published_by uuid not null references party, published_at timestamptz not null, accepted_at timestamptz,
  unique (published_by, name, version), check (in_force_until is null or in_force_until > in_force_from));
create table agreement_party (
  version_id uuid not null references agreement_version, party_id uuid not null references party,
  accepted_at timestamptz, accepted_by text, primary key (party_id, version_id));
create index on agreement_party (version_id);

-- cases --------------------------------------------------------------------------------------------------------------
create table incident (
  id uuid primary key, ref text not null unique, filed_by uuid not null references party, operator_id uuid not null references party,
  deployment_id uuid not null references deployment, reference text not null, summary text not null,
  severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
  tlp text not null check (tlp in ('CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED')), affected_countries text[] not null default '{}',
  exercise boolean not null, stage text not null, status text not null default 'open' check (status in ('open', 'closed')),
  closed_as text check (closed_as in ('resolved', 'false_alarm', 'below_threshold', 'duplicate', 'withdrawn')),
  duplicate_of uuid references incident, mandate text, origin text not null, filed_at timestamptz not null, bound_at timestamptz not null,
  revision int not null default 1, changed xid8 not null default pg_current_xact_id(),
  check ((status = 'closed') = (closed_as is not null)));
create index on incident (filed_at desc, id);
create index on incident (changed, id);
create table visibility (
  case_id uuid not null references incident, party_id uuid not null references party, why text not null,
  primary key (party_id, case_id));
create index on visibility (case_id);
create table report (
  id uuid primary key, case_id uuid not null references incident, filed_by uuid not null references party,
  deployment_id uuid not null references deployment, reference text not null, stage text not null, revision int not null check (revision >= 1),
  body_digest text not null, body jsonb not null, answer jsonb not null, recorded_at timestamptz not null, recorded_by text not null,
  unique (filed_by, deployment_id, reference, stage, revision));
create index on report (case_id);
create table fact (
  id uuid primary key, case_id uuid not null references incident, report_id uuid references report deferrable initially deferred,
  name text not null, value jsonb, earliest_at timestamptz, latest_at timestamptz, precision text, entered text, zone text, fold int,
  about uuid not null references party, said_by uuid not null references party, supersedes uuid references fact,
  origin text not null, recorded_at timestamptz not null,
  check ((earliest_at is null) = (latest_at is null)), check (earliest_at <= latest_at));
create index on fact (case_id, name, about);
create index on fact (supersedes) where supersedes is not null;

-- obligations --------------------------------------------------------------------------------------------------------
create table obligation (
  id uuid primary key, case_id uuid not null references incident, commitment text not null, title text not null,
  source_kind text not null check (source_kind in ('agreement', 'regime', 'planning')), source_name text not null, source_version text not null,
  source_digest text not null, cite text not null, debtor uuid not null references party, creditor uuid references party,
  owed_to_role text not null, occurrence text not null, reading text not null default 'stated', group_key text,
  target_at timestamptz, due_at timestamptz, started_at timestamptz, basis text, because jsonb not null, inputs jsonb not null,
  rule_version text, calendar_version text, tzdata_version text, provisional boolean not null, predicted boolean not null, discharged_by text not null,
  stage text, extendable text, waivable text, spec jsonb not null,
  superseded_by uuid references obligation deferrable initially deferred, missed_at timestamptz,
  settled_as text check (settled_as in ('met', 'met_late', 'missed', 'waived', 'lapsed', 'unresolved', 'superseded')), settled_at timestamptz,
  created_at timestamptz not null, sort_at timestamptz not null generated always as (coalesce(target_at, '9999-12-31 00:00:00+00'::timestamptz)) stored,
  changed xid8 not null default pg_current_xact_id(),
  check ((settled_as is null) = (settled_at is null)), check (target_at <= due_at), check ((target_at is null) = (due_at is null)),
  check (settled_as is distinct from 'superseded' or superseded_by is not null));
create unique index obligation_once on obligation (case_id, source_name, commitment, debtor, coalesce(creditor, '00000000-0000-0000-0000-000000000000'::uuid), occurrence, reading)
  where superseded_by is null and settled_as is distinct from 'lapsed';
create index on obligation (case_id);
create index obligation_page on obligation (sort_at, id);
create index obligation_changed on obligation (changed, id);
create table act (
  id uuid primary key, case_id uuid not null references incident, obligation_id uuid references obligation, notice_id uuid,
  kind text not null, by_party uuid not null references party, by_name text not null, occurred_at timestamptz not null,
  recorded_at timestamptz not null, detail jsonb not null, origin text not null, position bigint generated always as identity);
create index on act (case_id);
create index on act (obligation_id);
create table timer (
  obligation_id uuid not null references obligation, case_id uuid not null references incident, step text not null, look_at timestamptz not null,
  primary key (obligation_id, step));
create index timer_due on timer (look_at);
create table line (
  party_id uuid not null references party, sort_at timestamptz not null, obligation_id uuid not null references obligation, case_id uuid not null references incident,
  target_at timestamptz, due_at timestamptz, started_at timestamptz, title text not null, cite text not null, source_name text not null,
  debtor uuid not null, creditor uuid, incident_ref text not null, summary text, tlp text not null, severity text not null,
  exercise boolean not null, provisional boolean not null, predicted boolean not null, settled_as text,
  primary key (party_id, sort_at, obligation_id));
create index on line (obligation_id);
create index on line (case_id);

-- outbox -------------------------------------------------------------------------------------------------------------
create table notice (
  id uuid primary key, case_id uuid not null references incident, recipient uuid not null references party,
  kind text not null check (kind in ('duties', 'information', 'correction', 'reminder', 'escalation', 'missed')), title text not null,
  obligations uuid[] not null, performs uuid[] not null default '{}', items jsonb not null, digest text not null,
  tlp text not null, contact text not null default 'duty_desk', channels text[] not null, pre_authorised_by text,
  acknowledge_by timestamptz, created_at timestamptz not null, released_at timestamptz, released_by text, routed_at timestamptz,
  cancelled_at timestamptz, cancelled_because text, acknowledged_at timestamptz, acknowledged_by text, effect_key text not null unique,
  changed xid8 not null default pg_current_xact_id(),
  check (cancelled_at is null or released_at is null or routed_at is not null or cancelled_because is not null));
create index on notice (case_id);
create index on notice (recipient, case_id);
create index on notice (changed, id);
create index notice_to_route on notice (released_at) where released_at is not null and routed_at is null and cancelled_at is null;
create table withholding (
  notice_id uuid not null references notice, case_id uuid not null references incident, field text not null, rule text not null, why text not null,
  primary key (notice_id, field));
create table notification (
  id uuid primary key, notice_id uuid references notice, case_id uuid references incident, party_id uuid not null references party,
  channel_id uuid references channel, contact text not null, kind text not null, address text not null, effect_key text not null unique,
  state text not null check (state in ('due', 'leased', 'delivered', 'dead', 'cancelled')), attempt int not null default 0,
  look_at timestamptz, leased_until timestamptz, due_at timestamptz, created_at timestamptz not null, delivered_at timestamptz, last_error text,
  changed xid8 not null default pg_current_xact_id(),
  check ((notice_id is null) = (case_id is null)), -- neither: a test of the channel
  check ((state = 'leased') = (leased_until is not null)), check ((state in ('due', 'leased')) = (look_at is not null)));
create index notification_due on notification (look_at) where look_at is not null;
create index on notification (notice_id);
create index on notification (case_id);
create index on notification (party_id, created_at desc, id);
create index on notification (changed, id);
create table attempt (
  notification_id uuid not null references notification, number int not null, case_id uuid references incident,
  at timestamptz not null, outcome text not null check (outcome in ('delivered', 'try_later', 'gave_up', 'stale')), detail jsonb not null,
  primary key (notification_id, number, outcome));

-- evidence -----------------------------------------------------------------------------------------------------------
create table evidence_head (
  stream uuid primary key, seq int not null, hash bytea not null, sealed int not null default 0);
create index evidence_unsealed on evidence_head (stream) where sealed < seq;
create table evidence_entry (
  stream uuid not null, seq int not null, id uuid not null unique, kind text not null, at timestamptz not null, actor text not null,
  commitment bytea not null, hash bytea not null, primary key (stream, seq));
create table evidence_payload (
  stream uuid not null, seq int not null, salt bytea not null, payload bytea not null,
  primary key (stream, seq), foreign key (stream, seq) references evidence_entry);
create table evidence_order (
  position bigint primary key, stream uuid not null, seq int not null, hash bytea not null, running bytea not null,
  unique (stream, seq), foreign key (stream, seq) references evidence_entry);
create table evidence_checkpoint (
  position bigint primary key, running bytea not null, at timestamptz not null, key_id text not null, signature bytea not null);
create table heartbeat (name text primary key, at timestamptz not null, detail jsonb not null);

-- functions that look behind a wall, each for one narrow question ---------------------------------------------------------
reset role;
grant create on schema demarche to demarche_definer;
grant execute on function me() to demarche_web, demarche_worker, demarche_definer;
do $$ declare t text; begin
  foreach t in array array['incident', 'obligation', 'notice', 'deployment_party', 'deployment', 'agreement_party', 'agreement_version', 'api_key',
                           'person', 'signed_in', 'notification', 'party', 'visibility', 'line', 'timer'] loop
    execute format('grant select on demarche.%I to demarche_definer', t);
  end loop; end $$;
set local role demarche_definer;
set local search_path = demarche;

create function my_deployments() returns table (id uuid) language sql stable security definer set search_path = demarche, pg_temp as $$
  select deployment_id from deployment_party where party_id = me() union select d.id from deployment d where registered_by = me() $$;
create function my_partners() returns table (id uuid) language sql stable security definer set search_path = demarche, pg_temp as $$
  select me() union select party_id from deployment_party where deployment_id in (select m.id from my_deployments() m) $$;
create function my_agreements() returns table (id uuid) language sql stable security definer set search_path = demarche, pg_temp as $$
  select version_id from agreement_party where party_id = me() union select v.id from agreement_version v where published_by = me() $$;
create function key_holder(given bytea) returns table (key_id uuid, party_id uuid, party text, uri text, name text)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select k.id, k.party_id, p.slug, p.uri, k.name from api_key k join party p on p.id = k.party_id where k.hash = given and k.revoked_at is null $$;
create function person_of(given text) returns table (person_id uuid, party_id uuid, password_hash text)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select id, p.party_id, p.password_hash from person p where p.email = lower(given) and p.disabled_at is null $$;
create function signed_in_as(given bytea) returns table (id uuid, person_id uuid, party_id uuid, party text, uri text, name text, email text, csrf text, seen_at timestamptz, expires_at timestamptz)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select s.id, s.person_id, s.party_id, o.slug, o.uri, p.name, p.email, s.csrf, s.seen_at, s.expires_at
  from signed_in s join person p on p.id = s.person_id join party o on o.id = s.party_id where s.hash = given and p.disabled_at is null $$;
create function linked_notice(given uuid) returns table (notice_id uuid, party_id uuid, party text, uri text)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select n.notice_id, n.party_id, p.slug, p.uri from notification n join party p on p.id = n.party_id where n.id = given $$;
create function holder_of(given uuid) returns uuid language sql stable security definer set search_path = demarche, pg_temp as $$
  select i.filed_by from incident i where i.id = given and (
    exists (select from visibility v where v.case_id = i.id and v.party_id = me())
    or exists (select from notice n where n.case_id = i.id and n.recipient = me() and n.released_at is not null and n.cancelled_at is null)) $$;

create function case_becomes_visible() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  insert into visibility select id, filed_by, 'filer' from new_rows
    union all select id, operator_id, 'operator' from new_rows where operator_id <> filed_by;
  return null;
end $$;
create function put_lines(obligations uuid[], only_for uuid) returns void language sql security definer set search_path = demarche, pg_temp as $$
  insert into line select w.party_id, o.sort_at, o.id, o.case_id, o.target_at, o.due_at, o.started_at, o.title, o.cite, o.source_name, o.debtor, o.creditor,
      i.ref, case when w.inside then i.summary end, i.tlp, i.severity, i.exercise, o.provisional, o.predicted, o.settled_as
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
create function lines_appear() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin perform put_lines(array(select id from new_rows), null); return null; end $$;
create function lines_move() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  delete from line where obligation_id in (select id from new_rows);
  perform put_lines(array(select id from new_rows), null);
  delete from timer where obligation_id in (select id from new_rows where settled_as is not null and settled_as <> 'missed');
  return null;
end $$;
create function lines_follow_the_case() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  update line l set summary = case when l.summary is null then null else i.summary end, tlp = i.tlp, severity = i.severity
    from new_rows i where l.case_id = i.id;
  return null;
end $$;
create function the_recipient_is_told() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  delete from line l using new_rows n                        -- withdrawn before it left: the recipient was not told after all
    where n.cancelled_at is not null and l.party_id = n.recipient and l.obligation_id = any (n.obligations)
      and not exists (select from visibility v where v.case_id = l.case_id and v.party_id = l.party_id)
      and not exists (select from notice o where o.case_id = n.case_id and o.recipient = n.recipient and o.released_at is not null
                      and o.cancelled_at is null and l.obligation_id = any (o.obligations));
  perform put_lines(n.obligations, n.recipient) from new_rows n where n.released_at is not null and n.cancelled_at is null;
  return null;
end $$;
create function agreement_is_accepted() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  update agreement_version v set accepted_at = (select max(p.accepted_at) from agreement_party p where p.version_id = v.id)
    where v.id in (select version_id from new_rows) and v.accepted_at is null
      and not exists (select from agreement_party p where p.version_id = v.id and p.accepted_at is null);
  return null;
end $$;
create function it_changed() returns trigger language plpgsql as $$ begin new.changed := pg_current_xact_id(); return new; end $$;
reset role;
revoke create on schema demarche from demarche_definer;
revoke all on all functions in schema demarche from public;
grant execute on function me(), my_deployments(), my_partners(), my_agreements(), key_holder(bytea), person_of(text), signed_in_as(bytea),
  linked_notice(uuid), holder_of(uuid) to demarche_web, demarche_worker;
grant execute on function me() to demarche_definer;
grant execute on all functions in schema demarche to demarche_owner;
set local role demarche_owner;
set local search_path = demarche;
create trigger case_becomes_visible after insert on incident referencing new table as new_rows for each statement execute function case_becomes_visible();
create trigger lines_follow_the_case after update on incident referencing new table as new_rows for each statement execute function lines_follow_the_case();
create trigger lines_appear after insert on obligation referencing new table as new_rows for each statement execute function lines_appear();
create trigger lines_move after update on obligation referencing new table as new_rows for each statement execute function lines_move();
create trigger told_at_once after insert on notice referencing new table as new_rows for each statement execute function the_recipient_is_told();
create trigger told_on_release after update on notice referencing new table as new_rows for each statement execute function the_recipient_is_told();
create trigger accepted_at_birth after insert on agreement_party referencing new table as new_rows for each statement execute function agreement_is_accepted();
create trigger accepted_by_the_last after update on agreement_party referencing new table as new_rows for each statement execute function agreement_is_accepted();
create trigger it_changed before update on incident for each row execute function it_changed();
create trigger it_changed before update on obligation for each row execute function it_changed();
create trigger it_changed before update on notice for each row execute function it_changed();
create trigger it_changed before update on notification for each row execute function it_changed();

-- walls --------------------------------------------------------------------------------------------------------------
do $$ declare t text; begin
  for t in select relname from pg_class where relnamespace = 'demarche'::regnamespace and relkind = 'r' loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy worker on %I to demarche_worker using (true) with check (true)', t);
  end loop; end $$;

create policy reads on party for select to demarche_web using (me() is not null);
create policy own on contact to demarche_web using (party_id = me()) with check (party_id = me());
create policy own on channel to demarche_web using (party_id = me()) with check (party_id = me());
create policy own on api_key to demarche_web using (party_id = me()) with check (party_id = me());
create policy own on person for select to demarche_web using (party_id = me());
create policy own on signed_in to demarche_web using (party_id = me()) with check (party_id = me());
create policy own on reply to demarche_web using (party_id = me()) with check (party_id = me());
create policy own on line for select to demarche_web using (party_id = me());
create policy reads on visibility for select to demarche_web using (party_id = me());
create policy anyone on heartbeat for select to demarche_web using (true);

create policy member on deployment_party for select to demarche_web using (deployment_id in (select my_deployments.id from my_deployments()));
create policy registers on deployment_party for insert to demarche_web
  with check (exists (select from deployment d where d.id = deployment_id and d.registered_by = me()));
create policy member on deployment for select to demarche_web using (registered_by = me() or id in (select my_deployments.id from my_deployments()));
create policy registers on deployment for insert to demarche_web with check (registered_by = me());
create policy partner on profile_fact for select to demarche_web using (party_id in (select my_partners.id from my_partners()));

create policy party_to_it on agreement_version for select to demarche_web
  using (published_by = me() or id in (select my_agreements.id from my_agreements())); -- not agreement_party itself, whose policy looks here
create policy publishes on agreement_version for insert to demarche_web with check (published_by = me() and accepted_at is null);
create policy party_to_it on agreement_party for select to demarche_web using (version_id in (select my_agreements.id from my_agreements()));
create policy publishes on agreement_party for insert to demarche_web
  with check (accepted_at is null and exists (select from agreement_version v where v.id = version_id and v.published_by = me()));
create policy accepts on agreement_party for update to demarche_web                  -- once, and not taken back
  using (party_id = me() and accepted_at is null) with check (party_id = me() and accepted_at is not null);

create policy reads on incident for select to demarche_web using (
  filed_by = me() or operator_id = me() or exists (select from visibility v where v.case_id = incident.id and v.party_id = me()));
create policy files on incident for insert to demarche_web with check (filed_by = me());
create policy changes on incident for update to demarche_web using (filed_by = me()) with check (filed_by = me());
do $$ declare t text; begin                                  -- everything that hangs on a case: one rule
  foreach t in array array['report', 'fact', 'obligation', 'act', 'timer', 'notice', 'withholding', 'notification', 'attempt'] loop
    execute format('create policy of_the_case on %1$I to demarche_web
      using (exists (select from visibility v where v.case_id = %1$I.case_id and v.party_id = me()))
      with check (exists (select from visibility v where v.case_id = %1$I.case_id and v.party_id = me()))', t);
  end loop;
  foreach t in array array['evidence_head', 'evidence_entry', 'evidence_payload'] loop
    execute format('create policy of_the_stream on %1$I to demarche_web
      using (stream = me() or exists (select from visibility v where v.case_id = %1$I.stream and v.party_id = me())
             or exists (select from agreement_party p where p.version_id = %1$I.stream and p.party_id = me()))
      with check (stream = me() or exists (select from visibility v where v.case_id = %1$I.stream and v.party_id = me())
             or exists (select from agreement_party p where p.version_id = %1$I.stream and p.party_id = me()))', t);
  end loop; end $$;
create policy of_the_stream on evidence_order for select to demarche_web
  using (exists (select from evidence_entry e where e.stream = evidence_order.stream and e.seq = evidence_order.seq));
create policy anyone on evidence_checkpoint for select to demarche_web using (true);
create policy recipient on notice for select to demarche_web using (recipient = me() and released_at is not null and cancelled_at is null);
create policy recipient on notification for select to demarche_web using (party_id = me());
create policy tests on notification for insert to demarche_web with check (party_id = me() and case_id is null and exists (
  select from channel c where c.id = channel_id and c.party_id = me() and c.kind = notification.kind and c.address = notification.address));
create policy told on obligation for select to demarche_web using (exists (
  select from notice n where n.recipient = me() and n.case_id = obligation.case_id and n.released_at is not null and n.cancelled_at is null
    and obligation.id = any (n.obligations)));
create policy told on act for select to demarche_web using (by_party = me());

-- grants -------------------------------------------------------------------------------------------------------------
grant select, insert on all tables in schema demarche to demarche_worker;
revoke insert on visibility, line from demarche_worker;         -- derived by triggers, as for everybody
grant update on party, contact, channel, api_key, person, signed_in, agreement_party, incident, obligation, timer, notice,
  notification, evidence_head, heartbeat, deployment to demarche_worker;
grant delete on timer, evidence_payload, signed_in, reply to demarche_worker;
grant select on party, profile_fact, line, visibility, heartbeat, evidence_order, evidence_checkpoint to demarche_web;
grant select, insert on contact, channel, api_key, signed_in, reply, deployment, deployment_party, agreement_version, agreement_party,
  incident, report, fact, obligation, act, timer, notice, withholding, notification, attempt, evidence_head, evidence_entry, evidence_payload to demarche_web;
grant select (id, party_id, email, name, created_at, disabled_at) on person to demarche_web;
grant update (name) on contact to demarche_web;
grant update (address, secret, disabled_at, disabled_because, changed_at) on channel to demarche_web;
grant update (revoked_at) on api_key to demarche_web;
grant update (seen_at), delete on signed_in to demarche_web;
grant update (accepted_at, accepted_by) on agreement_party to demarche_web;
grant update (summary, severity, tlp, affected_countries, stage, status, closed_as, duplicate_of, revision) on incident to demarche_web;
grant update (answer) on report to demarche_web;
grant update (settled_as, settled_at, missed_at, superseded_by, target_at, due_at, started_at, basis, because, inputs, predicted, provisional, rule_version, calendar_version, tzdata_version, spec) on obligation to demarche_web;
grant update (look_at), delete on timer to demarche_web;
grant update (released_at, released_by, cancelled_at, cancelled_because, acknowledged_at, acknowledged_by) on notice to demarche_web;
grant update (state, look_at, leased_until) on notification to demarche_web;
grant update (seq, hash) on evidence_head to demarche_web;

-- what is derived: written by triggers, never by the application ---------------------------------------------------------
create policy derives on visibility to demarche_definer using (true) with check (true);
create policy derives on line to demarche_definer using (true) with check (true);
create policy derives on timer to demarche_definer using (true);
create policy derives on agreement_version to demarche_definer using (true) with check (true);
do $$ declare t text; begin
  foreach t in array array['incident', 'obligation', 'notice', 'deployment_party', 'deployment', 'agreement_party', 'api_key', 'person', 'signed_in', 'notification', 'party'] loop
    execute format('create policy looks on %I for select to demarche_definer using (true)', t);
  end loop; end $$;
grant insert on visibility, line to demarche_definer;
grant update, delete on line to demarche_definer;
grant delete on timer to demarche_definer;
grant update (accepted_at) on agreement_version to demarche_definer;
reset role;
