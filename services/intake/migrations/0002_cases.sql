-- A call, visit or message (接待).
create table intake.contacts (
    id uuid primary key,
    channel text not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    first_receiver uuid not null,
    outcome text not null,
    caller uuid,
    campus_phone text
);

-- An accepted matter (办件): the state that is decided on, and beside it what lists ask for.
create table intake.cases (
    -- Its aggregate's key. In the order of recording.
    id uuid primary key,
    number text not null unique,
    state jsonb not null,
    status text not null check (status in ('open', 'resolved', 'closed')),
    urgency text not null,
    level text not null,
    item text not null,
    place text not null
) with (fillfactor = 70);

create index cases_status on intake.cases (status, id);

-- What came with a case and decides nothing; no row where nothing did.
create table intake.reports (
    case_id uuid primary key,
    -- The inventory id of the thing concerned.
    asset text,
    -- What was said, sealed with the caller's key, or the case's own for an unknown caller.
    words bytea
);

-- Who stands how to a case, by the words of the policy: a person, an account or a department.
create table intake.relations (
    case_id uuid not null,
    relation text not null
        check (relation in ('own', 'first-receiver', 'assigned', 'in-my-department')),
    who text not null,
    primary key (case_id, relation, who)
);

create index relations_who on intake.relations (who, relation, case_id);

-- What a person said when withdrawing or reopening, sealed as the case's words are.
create table intake.remarks (
    case_id uuid not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    words bytea not null,
    primary key (case_id, at, action)
);

-- The last case number taken in a month. Blocks are taken in a transaction of their own.
create table intake.number_series (
    -- The first day of the month.
    month date primary key,
    last integer not null check (last > 0)
);
