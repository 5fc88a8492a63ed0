set local role demarche_owner;
set local search_path = demarche;

-- A service's URL is its key: the row keeps it as the secret, and in `address` only what may be shown of it.
do $$ declare found text; begin
  for found in select conname from pg_constraint where conrelid = 'demarche.channel'::regclass and contype = 'c'
      and pg_get_constraintdef(oid) like '%webhook%' loop
    execute format('alter table channel drop constraint %I', found);
  end loop; end $$;
alter table channel add constraint channel_kind_check check (kind in ('webhook', 'email', 'inbox', 'chat', 'pager'));
alter table channel add constraint channel_secret_check check ((kind in ('webhook', 'chat', 'pager')) = (secret is not null));

-- What a channel has shown of itself. Verified: something arrived over it, and how we know. Taken: a carrier took something, which
-- shows less. Failed: the last time that it did not go.
alter table channel add column verified_at timestamptz, add column verified_how text, add column taken_at timestamptz,
  add column failed_at timestamptz, add column failed_because text,
  add constraint channel_verified_check check ((verified_at is null) = (verified_how is null)),
  add constraint channel_failed_check check ((failed_at is null) = (failed_because is null));

reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
-- Learnt by a trigger from what becomes of each notification, at most once a minute where nothing new is shown: a busy channel is
-- one row, and its letters are settled side by side.
create function channel_learns() returns trigger language plpgsql security definer set search_path = demarche, pg_temp as $$
begin
  update channel c set verified_at = s.at, verified_how = s.how
    from (select distinct on (n.channel_id) n.channel_id as id, n.state_at as at,
                 case n.kind when 'webhook' then 'its receiver answered' when 'email' then 'its mail server reported' else 'it was collected' end as how
            from new_rows n join old_rows o on o.id = n.id
            where n.state = 'delivered' and o.state <> 'delivered' and n.channel_id is not null order by n.channel_id, n.state_at desc) s
    where c.id = s.id and (c.verified_at is null or c.verified_at < s.at - interval '1 minute' or c.failed_at > c.verified_at);
  update channel c set taken_at = s.at
    from (select n.channel_id as id, max(n.state_at) as at from new_rows n join old_rows o on o.id = n.id
            where n.state = 'sent' and o.state <> 'sent' and n.channel_id is not null group by 1) s
    where c.id = s.id and (c.taken_at is null or c.taken_at < s.at - interval '1 minute' or c.failed_at > c.taken_at);
  update channel c set failed_at = s.at, failed_because = s.why
    from (select distinct on (n.channel_id) n.channel_id as id, n.state_at as at, n.last_error as why
            from new_rows n join old_rows o on o.id = n.id
            where n.state in ('pending', 'failed', 'dead') and o.state in ('claimed', 'sent') and n.channel_id is not null
              and n.last_error is not null order by n.channel_id, n.state_at desc) s
    where c.id = s.id and (c.failed_at is null or c.failed_at < s.at - interval '1 minute' or c.failed_because <> s.why);
  return null;
end $$;
reset role;
revoke create on schema demarche from demarche_definer;
revoke all on function channel_learns() from public;
grant execute on function channel_learns() to demarche_owner;
set local role demarche_owner;
set local search_path = demarche;
create trigger channel_learns after update on notification referencing old table as old_rows new table as new_rows
  for each statement execute function channel_learns();
create policy derives on channel to demarche_definer using (true) with check (true);
grant select, update (verified_at, verified_how, taken_at, failed_at, failed_because) on channel to demarche_definer;
grant update (verified_at, verified_how, taken_at, failed_at, failed_because) on channel to demarche_web;

-- What came back of a mail: that it bounced, that it is late, that it was handed over.
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
  check (outcome in ('sent', 'delivered', 'try_later', 'gave_up', 'stale', 'bounced', 'delayed', 'relayed'));

grant update (delivered_at) on notification to demarche_web;   -- a recipient says that it collected what lay in its inbox
reset role;
