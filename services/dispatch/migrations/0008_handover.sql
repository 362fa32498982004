-- Handovers of the desk's shift (交接): who left and who took over. All of them are written under the
-- lock of one aggregate, the desk's.
create table dispatch.handover (
    id uuid primary key,
    left_by uuid not null,
    left_at timestamptz not null,
    -- They, or the duty counsellor for who went without.
    left_signed_by uuid not null,
    -- Names what was left, words included: who takes over signs for it by this name.
    version text not null,
    -- Since when the duty counsellor is told that nobody has taken over; absent where they are not.
    untaken_at timestamptz,
    -- Nobody has taken over yet where these are absent.
    taken_by uuid,
    taken_at timestamptz,
    -- What was left to be done, as far as who left saw it.
    work_orders uuid[] not null,
    questions uuid[] not null,
    -- What who left wrote down, sealed with a key of its own; absent where they wrote nothing.
    -- Destroying the key erases the words.
    key_id bytea,
    wrapped bytea,
    sealed bytea,
    check ((taken_by is null) = (taken_at is null))
);

create index handover_left_at on dispatch.handover (left_at desc);
-- There is one shift, and so one handover of it at a time.
create unique index handover_waits on dispatch.handover ((true)) where taken_at is null;
