-- When who of the assistants is in class, as a whole; who is in none has no row. Written under the lock of
-- the roster.
create table dispatch.timetable (
    account uuid primary key,
    -- The core's, in the order in which they were written down.
    classes jsonb not null
);
