-- How far each source has taken effect here, per key: moved in the transaction of the effect.
create table delivery.inbox_head (
    key uuid not null,
    source text not null,
    sequence bigint not null check (sequence > 0),
    primary key (key, source)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);

-- The newest revision of the definitions that arrived whole. One row, none before the first.
create table delivery.definitions_head (
    one boolean primary key default true check (one),
    revision bigint not null
);

-- Events that came too early, and those that failed for their own fault and are tried again.
create table delivery.inbox_waiting (
    key uuid not null,
    source text not null,
    sequence bigint not null,
    event uuid not null,
    stream text not null,
    -- The definitions that it was decided under.
    revision bigint,
    payload bytea not null,
    reason text not null check (reason in ('gap', 'after', 'revision', 'version', 'dead', 'fault')),
    -- Failures for its own fault so far, and the last of them.
    tries integer not null default 0,
    fault text,
    -- Machine times: kept since, and not to be judged again (`fault`) or asked for again before.
    since timestamptz not null,
    again_at timestamptz not null,
    primary key (key, source, sequence)
) with (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);

create index inbox_waiting_again_at on delivery.inbox_waiting (again_at);

-- Events that failed for their own fault too often. Their key waits behind them for a person.
create table delivery.dead (
    event uuid primary key,
    key uuid not null,
    source text not null,
    sequence bigint not null,
    stream text not null,
    revision bigint,
    payload bytea not null,
    tries integer not null,
    fault text not null,
    at timestamptz not null,
    unique (key, source, sequence, stream)
);
