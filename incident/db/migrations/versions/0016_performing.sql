set local role demarche_owner;
set local search_path = demarche;

-- Whether its notice performs a duty, kept beside the instant, so that what does is found at once however much else is due.
alter table notification add column performing boolean not null default false;
alter table notification no force row level security;    -- the owner sees no row otherwise
alter table notice no force row level security;
update notification n set performing = true from notice o where o.id = n.notice_id and cardinality(o.performs) > 0 and n.look_at is not null;
alter table notification force row level security;
alter table notice force row level security;
create index notification_due_performing on notification (look_at) where look_at is not null and performing;
reset role;
