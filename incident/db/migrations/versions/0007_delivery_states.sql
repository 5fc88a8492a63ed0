set local role demarche_owner;
set local search_path = demarche;

-- A notification says in one word how far it came, and beside it why. Impossible rows are impossible:
--   pending, claimed    it is looked at again; a claim has a lease
--   sent                a carrier took it          delivered  its endpoint took it, or it lies in the inbox
--   opened, acknowledged  by somebody at the recipient, after it arrived
--   failed              this way gave up, another is there      dead  no way is left: a person's task
--   withheld            this channel may not carry it           cancelled  no longer needed
alter table notification no force row level security;    -- the owner sees no row otherwise, not even to rename its state
alter table notification drop constraint notification_state_check;
do $$ declare found text; begin                           -- the two checks that name the old states
  for found in select conname from pg_constraint where conrelid = 'demarche.notification'::regclass and contype = 'c'
      and pg_get_constraintdef(oid) like '%leased''%' loop
    execute format('alter table notification drop constraint %I', found);
  end loop; end $$;
alter table notification add column cause text not null default '', add column state_at timestamptz,
  add column sent_at timestamptz;
update notification set state_at = coalesce(delivered_at, created_at),
  sent_at = case when state = 'delivered' and kind = 'email' then delivered_at end,
  delivered_at = case when state = 'delivered' and kind = 'email' then null else delivered_at end,
  cause = case state when 'dead' then coalesce(nullif(last_error, ''), 'Given up.') when 'cancelled' then 'The notice was cancelled.' else '' end,
  state = case when state = 'delivered' and kind = 'email' then 'sent' when state = 'due' then 'pending' when state = 'leased' then 'claimed' else state end;
alter table notice no force row level security;
update notification n set state = case when n.state in ('sent', 'delivered') then 'acknowledged' else 'cancelled' end, look_at = null,
  state_at = o.acknowledged_at, cause = 'Acknowledged by ' || coalesce(o.acknowledged_by, 'the recipient') || '.'
  from notice o where o.id = n.notice_id and o.acknowledged_at is not null and n.state in ('sent', 'delivered', 'pending', 'dead');
alter table notification alter column state_at set not null;
alter table notification add constraint notification_state_check check (state in
  ('pending', 'claimed', 'sent', 'delivered', 'opened', 'acknowledged', 'failed', 'dead', 'withheld', 'cancelled'));
alter table notification add constraint notification_lease_check check ((state = 'claimed') = (leased_until is not null));
alter table notification add constraint notification_look_check check ((state in ('pending', 'claimed')) = (look_at is not null));
alter table notification add constraint notification_arrived_check check (case state
  when 'sent' then sent_at is not null when 'delivered' then delivered_at is not null
  when 'opened' then coalesce(sent_at, delivered_at) is not null and notice_id is not null
  when 'acknowledged' then coalesce(sent_at, delivered_at) is not null and notice_id is not null else true end);
alter table notification add constraint notification_cause_check
  check (cause <> '' or state not in ('failed', 'dead', 'withheld', 'cancelled', 'acknowledged'));
create index notification_dead on notification (created_at desc, id) where state = 'dead';

alter table attempt no force row level security;
alter table attempt drop constraint attempt_outcome_check;
update attempt a set outcome = 'sent' from notification n where n.id = a.notification_id and n.kind = 'email' and a.outcome = 'delivered';
alter table attempt add constraint attempt_outcome_check check (outcome in ('sent', 'delivered', 'try_later', 'gave_up', 'stale'));
alter table attempt force row level security;

-- Who opened a notice and who acknowledged it, and how that was said to us. Of what was acknowledged before, how is not known.
alter table notice add column opened_at timestamptz, add column opened_by text,
  add column opened_how text check (opened_how in ('session', 'api', 'link', 'verbal')),
  add column acknowledged_how text check (acknowledged_how in ('session', 'api', 'link', 'verbal')),
  add column route_tries int not null default 0, add column route_again_at timestamptz,   -- what cannot be addressed is tried later, after the others
  add constraint notice_opened_check check ((opened_at is null) = (opened_by is null) and (opened_at is null) = (opened_how is null)),
  add constraint notice_said_how_check check (acknowledged_how is null or acknowledged_at is not null);
alter table notice force row level security;
drop index notice_to_route;
create index notice_to_route on notice (coalesce(route_again_at, released_at))
  where released_at is not null and routed_at is null and cancelled_at is null;
alter table timer add column tries int not null default 0;   -- looks that failed by a fault of this node

-- Every change of state, written by a trigger: no code can forget it, and none can write it.
create table notification_step (
  notification_id uuid not null references notification, position bigint generated always as identity, case_id uuid references incident,
  at timestamptz not null, was text, became text not null, attempt int not null, cause text not null,
  primary key (notification_id, position));
insert into notification_step (notification_id, case_id, at, became, attempt, cause)
  select id, case_id, state_at, state, attempt, coalesce(nullif(cause, ''), 'So it stood when steps began to be kept.') from notification;
alter table notification force row level security;

-- From which state to which.
create function notification_moves() returns trigger language plpgsql as $$
begin
  if new.state <> old.state then
    if not (new.state = any (case old.state
        when 'pending' then array['claimed', 'failed', 'dead', 'withheld', 'cancelled']
        when 'claimed' then array['pending', 'sent', 'delivered', 'opened', 'acknowledged', 'failed', 'dead', 'withheld', 'cancelled']
        when 'sent' then array['delivered', 'opened', 'acknowledged', 'failed', 'dead']
        when 'delivered' then array['opened', 'acknowledged']
        when 'opened' then array['acknowledged']
        when 'failed' then array['pending', 'dead', 'cancelled']
        when 'dead' then array['pending', 'failed', 'cancelled']
        when 'withheld' then array['pending', 'cancelled']
        else array[]::text[] end)) then
      raise exception 'a notification that is % does not become %', old.state, new.state using errcode = 'check_violation';
    end if;
  end if;
  return new;
end $$;
create function notification_begins() returns trigger language plpgsql as $$
begin new.state_at := coalesce(new.state_at, new.created_at); return new; end $$;
create trigger notification_begins before insert on notification for each row execute function notification_begins();
create trigger notification_moves before update of state on notification for each row execute function notification_moves();

reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
create function step_begins() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  insert into notification_step (notification_id, case_id, at, became, attempt, cause)
    select id, case_id, state_at, state, attempt, cause from new_rows;
  return null;
end $$;
create function step_follows() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  insert into notification_step (notification_id, case_id, at, was, became, attempt, cause)
    select n.id, n.case_id, n.state_at, o.state, n.state, n.attempt, n.cause
      from new_rows n join old_rows o on o.id = n.id where n.state <> o.state or n.attempt <> o.attempt;
  return null;
end $$;
reset role;
revoke create on schema demarche from demarche_definer;
revoke all on function step_begins(), step_follows(), notification_moves(), notification_begins() from public;
grant execute on function step_begins(), step_follows() to demarche_owner;
set local role demarche_owner;
set local search_path = demarche;
create trigger step_begins after insert on notification referencing new table as new_rows for each statement execute function step_begins();
create trigger step_follows after update on notification referencing old table as old_rows new table as new_rows
  for each statement execute function step_follows();

alter table notification_step enable row level security;
alter table notification_step force row level security;
create policy worker on notification_step to demarche_worker using (true) with check (true);
create policy derives on notification_step to demarche_definer using (true) with check (true);
create policy of_the_case on notification_step for select to demarche_web
  using (exists (select from visibility v where v.case_id = notification_step.case_id and v.party_id = me()));
grant select on notification_step to demarche_worker, demarche_web;
grant insert on notification_step to demarche_definer;
grant update (cause, state_at) on notification to demarche_web;
grant update (opened_at, opened_by, opened_how, acknowledged_how) on notice to demarche_web;
reset role;
