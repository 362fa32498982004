-- For which items somebody was trained, before which an assistant takes no work order of those that need
-- it. Who recorded it is in the audit rows.
create table dispatch.training (
    account uuid not null,
    item text not null,
    recorded_at timestamptz not null,
    primary key (account, item)
);
