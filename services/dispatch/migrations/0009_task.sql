-- What is asked of a post in a part of a case that was split off, in the words of who split it:
-- sealed, with a key for each. Destroying the key erases the words.
create table dispatch.task (
    work_order uuid primary key references dispatch.work_order,
    -- The master key that wrapped the key.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null
);
