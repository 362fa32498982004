-- What comes next, as the requester is told it in the words of who completed the work order: sealed, with
-- a key for each. Destroying the key erases the words.
create table dispatch.next_steps (
    work_order uuid primary key references dispatch.work_order,
    -- The master key that wrapped the key.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null
);
