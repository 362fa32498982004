-- Who is at work at which post, as dispatch said last. A post of which nothing was said counts as
-- one that somebody is at.
create table escalation_timer.roster (
    post text primary key,
    -- Accounts and times: `events::dispatch::Stay`.
    stays jsonb not null
);
