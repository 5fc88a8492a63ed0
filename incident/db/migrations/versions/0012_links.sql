set local role demarche_owner;
set local search_path = demarche;

-- What was done by the one-time link of a notification: each thing once. The token itself is kept nowhere; it is made from the
-- notification's id and the node's secret.
create table link_use (
  notification_id uuid not null references notification, case_id uuid not null references incident, notice_id uuid not null references notice,
  party_id uuid not null references party, at timestamptz not null, by_name text not null,
  what text not null check (what in ('opened', 'acknowledged', 'not_ours', 'human', 'more_time', 'disputed', 'revoked')),
  primary key (notification_id, what));
create index on link_use (notice_id);
create index on link_use (case_id);
create index on link_use (party_id);

-- What a recipient asks of those who told it: that somebody looks whether it is theirs at all, or that a person calls back.
create table ask (
  id uuid primary key, case_id uuid not null references incident, notice_id uuid not null references notice,
  party_id uuid not null references party, kind text not null check (kind in ('not_ours', 'human')),
  how text not null check (how in ('session', 'api', 'link')), by_name text not null, reason text not null check (reason <> ''),
  call_back text, asked_at timestamptz not null, answered_at timestamptz, answered_by text, answer text, origin text not null,
  check ((kind = 'human') = (call_back is not null)), check ((answered_at is null) = (answered_by is null)),
  check ((answered_at is null) = (answer is null)));
create index on ask (case_id);
create index on ask (party_id);
create unique index ask_once on ask (notice_id, kind) where answered_at is null;

-- What one party says that another did: that it acknowledged a notice, on the telephone. It stands by that party's word until the
-- other co-signs or disputes it. `told` is the notice that tells the other so.
create table word (
  id uuid primary key, case_id uuid not null references incident, notice_id uuid not null references notice, told uuid references notice,
  party_id uuid not null references party, said_by uuid not null references party, by_name text not null,
  with_whom text not null check (with_whom <> ''), said text not null, source text not null check (source <> ''), proof jsonb,
  occurred_at timestamptz not null, recorded_at timestamptz not null, ended_at timestamptz,
  ended_as text check (ended_as in ('co_signed', 'disputed', 'taken_back', 'overtaken')), ended_by text, ended_because text, origin text not null,
  check (party_id <> said_by), check (occurred_at <= recorded_at),
  check ((ended_at is null) = (ended_as is null)), check ((ended_at is null) = (ended_by is null)));
create index on word (case_id);
create index on word (party_id);
create unique index word_once on word (notice_id) where ended_at is null;

do $$ declare t text; begin
  foreach t in array array['link_use', 'ask', 'word'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy worker on %I to demarche_worker using (true) with check (true)', t);
    execute format('create policy of_the_case on %1$I to demarche_web
      using (exists (select from visibility v where v.case_id = %1$I.case_id and v.party_id = me()))
      with check (exists (select from visibility v where v.case_id = %1$I.case_id and v.party_id = me()))', t);
    execute format('create policy recipient on %I for select to demarche_web using (party_id = me())', t);
    execute format('grant select, insert on %I to demarche_worker, demarche_web', t);
  end loop; end $$;
grant update (answered_at, answered_by, answer) on ask to demarche_worker, demarche_web;
grant update (told, ended_at, ended_as, ended_by, ended_because) on word to demarche_worker, demarche_web;

alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check
  check (kind in (
  'duties', 'information', 'correction', 'reminder', 'escalation', 'missed', 'paused', 'resumed', 'excused', 'again', 'dispute',
  'ask', 'word'));
reset role;
