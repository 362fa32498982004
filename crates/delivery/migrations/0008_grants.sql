-- Opens a schema to the run-time role: rows, not structure. Called by the owner after each
-- migration, so that new tables are open too.
create function delivery.open_schema(name text, role text) returns void
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
    execute format('revoke update, delete on delivery.outbox, delivery.audit from %I', role);
    execute format('revoke insert, update, delete on delivery.schema from %I', role);
end
$$;

revoke execute on function delivery.open_schema(text, text) from public;
