-- Every event that this service ever committed, for 35 days. Append-only; a day is a partition.
create sequence delivery.outbox_seq;

create table delivery.outbox (
    -- The UTC day of recording, in machine time.
    day date not null,
    -- Taken under the lock of the key: per key it is the order of commits.
    seq bigint not null default nextval('delivery.outbox_seq'),
    stream text not null,
    subject text not null,
    key uuid not null,
    sequence bigint not null check (sequence > 0),
    event uuid not null,
    -- The message, byte for byte as it is published: CloudEvents 1.0, structured JSON.
    payload bytea not null check (octet_length(payload) <= 65536),
    primary key (seq, day)
) partition by range (day);

-- For a redelivery, and to recognise a message that was read back from the stream.
create index outbox_key on delivery.outbox (key, sequence);

-- What no partition was made for in time; the next upkeep makes one and moves it.
create table delivery.outbox_rest partition of delivery.outbox default;

-- What is still to be published: a narrow row that publishing deletes.
create table delivery.outbox_pending (
    stream text not null,
    -- 0 first, 1 when nothing else is pending (put back and older than two days).
    lane smallint not null default 0 check (lane in (0, 1)),
    seq bigint not null,
    day date not null,
    primary key (stream, lane, seq)
) with (
    fillfactor = 90,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- Keys with an event that the broker refuses for good: nothing of theirs is published until a
-- person has looked at it.
create table delivery.outbox_parked (
    key uuid primary key,
    stream text not null,
    seq bigint not null,
    event uuid not null,
    fault text not null,
    at timestamptz not null
);
