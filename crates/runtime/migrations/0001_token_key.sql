-- The portal's public keys as they were when this service last fetched them, so that it verifies
-- tokens while the portal is down.
create table runtime.token_key (
    id text primary key,
    bytes bytea not null check (length(bytes) = 32),
    fetched_at timestamptz not null
);
