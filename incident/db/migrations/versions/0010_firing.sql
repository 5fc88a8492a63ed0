set local role demarche_owner;
set local search_path = demarche;

-- When each step of a timer was to be looked at, and when it was: our own lateness, one narrow row a firing. What a timer asks for is
-- in the acts; this says only how punctual we were. The key lets a step that is given anew for the same instant change nothing.
create table firing (
  obligation_id uuid not null references obligation, case_id uuid not null references incident, step text not null,
  look_at timestamptz not null, fired_at timestamptz not null, primary key (obligation_id, step, look_at), check (fired_at >= look_at));
create index on firing (case_id);
create index on firing (fired_at);

alter table firing enable row level security;
alter table firing force row level security;
create policy worker on firing to demarche_worker using (true) with check (true);
create policy of_the_clock on firing for select to demarche_web using (exists (   -- whoever sees a clock sees how punctually it was kept
  select from obligation o where o.case_id = firing.case_id and o.id = firing.obligation_id));
create policy looks on firing for select to demarche_definer using (true);
grant select, insert on firing to demarche_worker;
grant select on firing to demarche_web, demarche_definer;
reset role;
grant create on schema demarche to demarche_definer;
set local role demarche_definer;
set local search_path = demarche;
-- Figures of the whole node for whoever watches it; they name no case. The last thousand at most, through the index.
create function lateness_since(since timestamptz) returns table (fired bigint, p50 float8, p99 float8, worst float8)
  language sql stable security definer set search_path = demarche, pg_temp as $$
  select count(*), percentile_disc(0.5) within group (order by late), percentile_disc(0.99) within group (order by late), max(late)
    from (select extract(epoch from fired_at - look_at)::float8 as late from firing where fired_at > since order by fired_at desc limit 1000) f $$;
revoke all on function lateness_since(timestamptz) from public;
grant execute on function lateness_since(timestamptz) to demarche_web, demarche_worker;
reset role;
revoke create on schema demarche from demarche_definer;
