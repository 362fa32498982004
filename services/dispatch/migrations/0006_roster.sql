-- What differs for a time from who holds which post: leave, swaps, cover. All of it is written under
-- the lock of one aggregate, the roster's.
create table dispatch.arrangement (
    id uuid primary key,
    -- The core's. A later release adds only optional fields, so that an older one reads it.
    arrangement jsonb not null,
    -- From then on it changes nothing.
    over_at timestamptz not null
);

create index arrangement_over_at on dispatch.arrangement (over_at);

-- Who is at work at each post, as others were told last.
create table dispatch.roster (
    post text primary key,
    stays jsonb not null
);
