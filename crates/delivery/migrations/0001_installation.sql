-- One row: the university that this database belongs to. Set once, by the first service that starts.
create table delivery.installation (
    one boolean primary key default true check (one),
    id text not null check (id ~ '^[a-z0-9-]{1,32}$'),
    -- Raised when this store was restored from a backup: what it numbers anew is told from the old.
    epoch bigint not null default 1 check (epoch > 0)
);

-- What each schema of this database is, and the oldest binary that may run on it.
create table delivery.schema (
    name text primary key,
    version bigint not null,
    compatible_from bigint not null check (compatible_from <= version)
);
