set local role demarche_owner;
set local search_path = demarche;

-- A clock that stands still since `paused_at`. Its instants are those that it has if nobody resumes it by `paused_until`; where a
-- pause has no limit it has none. `prohibited_at`: since when it is on record, in time, that the duty may not be performed.
alter table obligation add column paused_at timestamptz, add column paused_until timestamptz, add column prohibited_at timestamptz;
alter table obligation add constraint obligation_is_paused_from_some_instant check (paused_until is null or (paused_at is not null and paused_at < paused_until));
alter table line add column paused_at timestamptz, add column paused_until timestamptz, add column prohibited_at timestamptz;
grant update (paused_at, paused_until, prohibited_at) on obligation to demarche_web;

-- What was granted about a duty is said to those who know of it, and that one has come again.
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (
  kind in ('duties', 'information', 'correction', 'reminder', 'escalation', 'missed', 'paused', 'resumed', 'excused', 'again'));
reset role;
