-- Wishes that another aggregate be woken. Who writes one key holds its lock and no other; a wish is
-- a row of its own, so that it waits for nobody, and the waker adds it to its aggregate.
create table delivery.nudge (
    key uuid not null,
    -- Not later than this, in the service's time.
    at timestamptz not null
) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);
