-- What messages say of one case. Its key is the aggregate that every writer locks.
create table notification.matter (
    case_id uuid primary key,
    -- Codes, ids and times alone. A later release adds only optional fields, so that an older one
    -- reads it.
    state jsonb not null,
    -- Who may see what was said of it.
    level text not null
) with (fillfactor = 80);
