-- What was left when somebody was shown the handover, by the name that they sign it with: they may still
-- sign a little later, and are told what came since. Gone with the next signature once it is too old.
create table dispatch.handover_shown (
    shown_to uuid not null,
    version text not null,
    shown_at timestamptz not null,
    -- The last handover when it was shown, which tells one shift from the next; absent before the first.
    handover uuid references dispatch.handover,
    -- What was left, as far as they saw it.
    work_orders uuid[] not null,
    questions uuid[] not null,
    primary key (shown_to, version)
);
