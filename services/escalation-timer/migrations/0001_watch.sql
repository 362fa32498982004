-- What is watched of one case. Its key is the aggregate that every writer locks, and whose next
-- wake-up is the earliest rung that is planned.
create table escalation_timer.watch (
    case_id uuid primary key,
    -- The core's state. A later release adds only optional fields, so that an older one reads it.
    state jsonb not null,
    -- Who may see it: its level, and who stands in which relation to it.
    level text not null,
    reporters uuid[] not null,
    first_receiver uuid not null,
    departments text[] not null,
    workers uuid[] not null
) with (fillfactor = 80);
