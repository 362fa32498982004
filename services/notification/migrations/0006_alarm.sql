-- Whether anybody has an alarm, which each cycle of its case raises anew. Its aggregate is the case.
create table notification.alarm (
    case_id uuid not null references notification.matter,
    cycle integer not null,
    state text not null check (state in ('ringing', 'acknowledged', 'over')),
    -- Since when it is as it is: for one that rings, the anchor of its steps.
    at timestamptz not null,
    -- How many times somebody was alerted.
    steps integer not null,
    -- Whose turn the last step was: its place in the order of the policy, from 0.
    turn integer check ((turn is not null) = (state = 'ringing')),
    -- When somebody is alerted next, in the service's time.
    next_at timestamptz check ((next_at is not null) = (state = 'ringing')),
    -- Who has it.
    said_by uuid check ((said_by is not null) = (state = 'acknowledged')),
    primary key (case_id, cycle)
) with (fillfactor = 80);

create index alarm_ringing on notification.alarm (next_at) where state = 'ringing';

-- It carries an alarm, and nothing else.
alter table notification.sending add column alarm boolean not null default false;

-- A copy of dispatch's roster: who is at work at a post.
create table notification.roster (
    post text primary key,
    stays jsonb not null
);
