-- Whether anybody has an alarm. Its aggregate is the case.
create table notification.alarm (
    case_id uuid primary key references notification.matter,
    state text not null check (state in ('ringing', 'acknowledged', 'over')),
    -- Since when it is as it is: for one that rings, the anchor of its steps.
    at timestamptz not null,
    -- How many times somebody was alerted.
    steps integer not null,
    -- When somebody is alerted next, in the service's time.
    next_at timestamptz check ((next_at is not null) = (state = 'ringing')),
    -- Who has it.
    said_by uuid check ((said_by is not null) = (state = 'acknowledged'))
) with (fillfactor = 80);

create index alarm_ringing on notification.alarm (next_at) where state = 'ringing';

-- It carries an alarm, and nothing else.
alter table notification.sending add column alarm boolean not null default false;

-- A copy of dispatch's roster: who is at work at a post.
create table notification.roster (
    post text primary key,
    stays jsonb not null
);
