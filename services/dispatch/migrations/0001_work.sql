-- The work on one case. Its key is the aggregate that every writer locks.
create table dispatch.work (
    case_id uuid primary key,
    -- The core's state. A later release adds only optional fields, so that an older one reads it.
    state jsonb not null,
    -- What is shown of it besides: the number that people say, the running cycle, what was promised
    -- for it (commitment, due, provisional), and the highest rung of leaders told in it, 0 for none.
    number text not null,
    cycle integer not null check (cycle > 0),
    promise jsonb,
    rung smallint not null check (rung >= 0),
    -- Whose holders may see it, since a rung of theirs was told.
    escalated_to text[] not null
) with (fillfactor = 80);

create index work_number on dispatch.work (number);

-- What lists find work orders by; what they show is in the state.
create table dispatch.work_order (
    id uuid primary key,
    case_id uuid not null references dispatch.work,
    department text not null,
    level text not null,
    urgency text not null,
    status text not null,
    claimed_by uuid,
    offered_at timestamptz not null,
    -- The most urgent first.
    haste smallint not null generated always as (
        case urgency when 'critical' then 0 when 'urgent' then 1 else 2 end
    ) stored
) with (fillfactor = 80);

create index work_order_case on dispatch.work_order (case_id);
create index work_order_place on dispatch.work_order (haste, offered_at, id);
create index work_order_open on dispatch.work_order (haste, offered_at, id)
    where status in ('offered', 'claimed', 'in-progress');
create index work_order_claimed_by on dispatch.work_order (claimed_by)
    where claimed_by is not null;
