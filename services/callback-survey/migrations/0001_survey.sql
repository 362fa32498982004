-- The asking after one case. Its key is the aggregate that every writer locks.
create table callback_survey.survey (
    case_id uuid primary key,
    -- The core's state. A later release adds only optional fields, so that an older one reads it.
    state jsonb not null
) with (fillfactor = 80);

-- What lists find callbacks (回访) by; what they show is in the state.
create table callback_survey.callback (
    id uuid primary key,
    case_id uuid not null references callback_survey.survey,
    level text not null,
    status text not null check (status in ('due', 'answered', 'unreachable', 'withdrawn')),
    -- When it should be tried next, and from when on it may be.
    due timestamptz not null,
    not_before timestamptz not null,
    -- Who claimed, was assigned or completed the work: none of them may call back.
    workers uuid[] not null
) with (fillfactor = 80);

create index callback_case on callback_survey.callback (case_id);
create index callback_place on callback_survey.callback (due, id);
create index callback_due on callback_survey.callback (due, id) where status = 'due';
