-- What people wrote about the clocks of a case, sealed, each text with a key of its own. Destroying
-- the key erases the words.
create table escalation_timer.words (
    id uuid primary key,
    case_id uuid not null references escalation_timer.watch,
    -- `order` of a leader, for a clock; `evidence` for the pause of a work order.
    kind text not null check (kind in ('order', 'evidence')),
    about uuid not null,
    account uuid not null,
    -- As what they wrote it; an order's alone.
    post text,
    at timestamptz not null,
    -- The master key that wrapped the key.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null
);

create index words_case on escalation_timer.words (case_id, at, id);
