-- What was asked of a work order, and what was answered, in the words of who did: sealed, with a key
-- for each. Destroying a key erases the words. What is decided on is in the state of the case.
create table dispatch.question (
    id uuid primary key,
    work_order uuid not null references dispatch.work_order,
    -- `requester`, `desk` or `department`.
    asked text not null,
    asked_by uuid not null,
    asked_at timestamptz not null,
    answered_by uuid,
    answered_at timestamptz,
    -- The reporter whose answer it is: one alone of those who reported it is shown it. Absent where the
    -- desk wrote it down and may have asked any of several.
    answer_of uuid,
    -- When the answer is due, as escalation-timer said last; none is promised of what a requester is
    -- asked.
    due timestamptz,
    -- The master key that wrapped the key of the question.
    key_id bytea not null,
    wrapped bytea not null,
    sealed bytea not null,
    -- The same of the answer.
    answer_key_id bytea,
    answer_wrapped bytea,
    answer_sealed bytea
);

create index question_work_order on dispatch.question (work_order);
-- What the desk looks for: what it is asked and has not answered, the oldest first.
create index question_open on dispatch.question (asked_at, id) where answered_at is null;

-- Who reported the case, as the state has it: what its requester is asked is shown to them.
alter table dispatch.work add column reporters uuid[] not null default '{}';
