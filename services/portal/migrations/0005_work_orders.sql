-- Where each work order of a case lies, who has it, how far it is and what it waits for: several of a
-- cycle may be open at once. Of these a case shows one in its own columns, the first that is still open.
create table portal.board_order (
    work_order uuid primary key,
    -- The case.
    key uuid not null,
    cycle integer not null check (cycle > 0),
    -- When it was offered first: what was split off later comes later.
    since timestamptz not null,
    department text not null,
    post text not null,
    holder uuid,
    work text not null,
    held_for text
) with (fillfactor = 80);

create index board_order_key on portal.board_order (key, cycle);
