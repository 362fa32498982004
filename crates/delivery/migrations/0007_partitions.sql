-- The run-time role makes and drops partitions through these functions and owns no table.
-- Definer's rights with a fixed search path: nobody can slip in a table of the same name.

-- Makes the partition of a day, unless it is there, and moves in what came before it.
create function delivery.make_partition(of_day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    partition constant text := 'outbox_' || to_char(of_day, 'YYYYMMDD');
begin
    if to_regclass('delivery.' || partition) is not null then
        return false;
    end if;
    -- Waits for those who are writing and for another maker, and lets the next writers wait before
    -- they choose a partition: one that waited at the rest would come to write there what no longer
    -- belongs there, and fail.
    lock table only delivery.outbox in share row exclusive mode;
    if to_regclass('delivery.' || partition) is not null then
        return false;
    end if;
    execute format(
        'create table delivery.%I (like delivery.outbox including defaults including constraints)',
        partition);
    execute format(
        'with moved as (delete from delivery.outbox_rest where day = %L returning *)
         insert into delivery.%I select * from moved', of_day, partition);
    -- Holds up whoever reads the rest, for as long as it takes to see that none of it belongs here.
    execute format(
        'alter table delivery.outbox attach partition delivery.%I for values from (%L) to (%L)',
        partition, of_day, of_day + 1);
    return true;
end
$$;

-- Drops the partitions of the days before `first_kept` into which nothing pending points, and says
-- how many. Never one of the 35 days before the newest partition, whatever is asked for.
create function delivery.drop_partitions(first_kept date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    partition record;
    dropped integer := 0;
    newest date;
begin
    select max(to_date(substr(c.relname, 8), 'YYYYMMDD')) into newest
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'delivery.outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$';
    for partition in
        select c.relname as name, to_date(substr(c.relname, 8), 'YYYYMMDD') as of_day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'delivery.outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$'
        order by 2
    loop
        exit when partition.of_day >= least(first_kept, newest - 35);
        continue when exists (
            select from delivery.outbox_pending p where p.day = partition.of_day);
        -- From here on nothing can be put back that points into it.
        lock table delivery.outbox in access exclusive mode;
        continue when exists (
            select from delivery.outbox_pending p where p.day = partition.of_day);
        execute format('drop table delivery.%I', partition.name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

revoke execute on function delivery.make_partition(date), delivery.drop_partitions(date) from public;
