-- The answers of commands that were accepted, for 7 days.
create table delivery.idempotency (
    principal text not null,
    method text not null,
    key text not null,
    -- SHA-256 of the command.
    digest bytea not null check (octet_length(digest) = 32),
    -- Null only inside the transaction that is deciding.
    status integer,
    answer bytea,
    at timestamptz not null,
    primary key (principal, method, key)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 1000
);

create index idempotency_at on delivery.idempotency using brin (at);

-- Who did what. Append-only: the run-time role can neither change nor delete a row.
create sequence delivery.audit_seq;

create table delivery.audit (
    seq bigint primary key default nextval('delivery.audit_seq'),
    -- In the service's time.
    at timestamptz not null,
    actor text not null,
    action text not null,
    -- The aggregate concerned, if it was one.
    key uuid,
    -- Codes and ids, never personal text.
    detail jsonb not null
);

create index audit_key on delivery.audit (key) where key is not null;
