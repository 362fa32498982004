-- One row per key: the lock that every writer of the key takes before anything else, the source of
-- its next sequence, and its next wake-up. The fill factor leaves room for updates in place.
create table delivery.aggregate (
    key uuid primary key,
    -- The sequence of its last event here; 0 before the first.
    sequence bigint not null default 0 check (sequence >= 0),
    -- In the service's time. Indexed, so an update that changes it is never in place.
    next_at timestamptz
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);

create index aggregate_next_at on delivery.aggregate (next_at) where next_at is not null;

-- Wake-ups that failed: the row sleeps until `next_at` of its aggregate, which was put back.
create table delivery.wake_fault (
    key uuid primary key references delivery.aggregate,
    tries integer not null,
    fault text not null,
    -- Machine time of the last failure.
    at timestamptz not null
);
