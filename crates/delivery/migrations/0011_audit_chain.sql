-- Rows that are in no link yet. Filled by the store, so that no writer of audit rows can forget it.
create table delivery.audit_pending (seq bigint primary key) with (
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 1000
);

insert into delivery.audit_pending select seq from delivery.audit;

create function delivery.await_chaining() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into delivery.audit_pending values (new.seq);
    return null;
end
$$;

create trigger audit_pending after insert on delivery.audit
    for each row execute function delivery.await_chaining();

-- The chain of audit rows: each link's hash covers its row and the link before.
create table delivery.audit_chain (
    place bigint primary key check (place > 0),
    seq bigint not null unique,
    hash bytea not null check (octet_length(hash) = 32)
);

-- How far the chains of others had come when they said so.
create table delivery.audit_checkpoint (
    service text not null,
    place bigint not null,
    hash bytea not null check (octet_length(hash) = 32),
    at timestamptz not null,
    primary key (service, place)
);

-- As before, and what the audit rests on stays as it was written too.
create or replace function delivery.open_schema(name text, role text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    opened record;
begin
    execute format('grant usage on schema %I to %I', name, role);
    -- Never a partition by itself: what may be done to history is said of the whole table.
    for opened in
        select c.relname as name from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(open_schema.name))
          and c.relkind in ('r', 'p') and not c.relispartition
    loop
        execute format('grant select, insert, update, delete on %I.%I to %I',
            name, opened.name, role);
    end loop;
    execute format('grant usage, select on all sequences in schema %I to %I', name, role);
    -- What a migration decides is only read.
    execute format('revoke insert, update, delete on %I._migrations from %I', name, role);
    if name <> 'delivery' then
        return;
    end if;
    execute format('grant execute on function delivery.make_partition(date),
        delivery.drop_partitions(date) to %I', role);
    -- Days that nobody made a partition for in time are looked for.
    execute format('grant select on delivery.outbox_rest to %I', role);
    -- What is history stays as it was written.
    execute format('revoke update, delete on delivery.outbox, delivery.audit,
        delivery.audit_chain, delivery.audit_checkpoint from %I', role);
    execute format('revoke update on delivery.audit_pending from %I', role);
    execute format('revoke insert, update, delete on delivery.schema from %I', role);
end
$$;
