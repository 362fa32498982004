-- A work order may be open in more ways than three: assigned, contained, on hold, disputed.
drop index dispatch.work_order_open;
create index work_order_open on dispatch.work_order (haste, offered_at, id)
    where status not in ('completed', 'cancelled');
