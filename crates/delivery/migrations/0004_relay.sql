-- What the relay has recorded of each stream: its fence, moved by compare-and-set alone.
create table delivery.relay_state (
    stream text primary key,
    -- When the stream was created, as the broker says (nanoseconds since 1970): another time is
    -- another stream.
    created bigint not null,
    -- The stream's last sequence after our last publish.
    last bigint not null check (last >= 0)
) with (fillfactor = 50);

-- Where the published events are: `seqs` lie in the stream at `first`, `first + 1` ... without gaps.
create table delivery.relay_batch (
    stream text not null,
    created bigint not null,
    first bigint not null check (first > 0),
    seqs bigint[] not null check (cardinality(seqs) > 0),
    -- Machine time.
    at timestamptz not null,
    primary key (stream, created, first)
);

-- Batches come in the order of time and are forgotten in it.
create index relay_batch_at on delivery.relay_batch using brin (at);
