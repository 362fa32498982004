-- Why a work order was given away, and why it is where it is, in the words of who said so: sealed,
-- with a key for each. Destroying the key erases the words.
create table dispatch.reason (
    -- The offer that ended by it; of an adjudication the work order.
    about uuid primary key,
    work_order uuid not null references dispatch.work_order,
    -- The master key that wrapped the key.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null
);

create index reason_work_order on dispatch.reason (work_order);
