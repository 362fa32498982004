-- What was done, in the worker's own words: sealed, with a key for each work order that has some.
-- Destroying the key erases the words.
create table dispatch.note (
    work_order uuid primary key references dispatch.work_order,
    -- The master key that wrapped the key.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null
);
