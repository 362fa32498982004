-- What was said to whom: the mailbox, and what is to be sent. Texts are made of the campus's
-- templates and of codes, numbers and times; what people write is never in them.
create table notification.message (
    id uuid primary key,
    case_id uuid not null references notification.matter,
    -- `person/<uuid>`, `account/<uuid>` or `post/<department>/<post>`.
    recipient text not null,
    -- Of a post.
    department text,
    template text not null,
    -- The event that it tells of.
    cause uuid not null,
    channel text not null,
    state text not null check (state in ('queued', 'sending', 'sent', 'failed')),
    title text not null,
    text text not null,
    queued_at timestamptz not null,
    sent_at timestamptz check ((sent_at is not null) = (state = 'sent')),
    -- However often an event comes, each is told of it once.
    unique (recipient, cause)
) with (fillfactor = 80);

create index message_unsent on notification.message (case_id, id)
    where state in ('queued', 'sending');
create index message_case on notification.message (case_id, queued_at, id);
create index message_recipient on notification.message (recipient, queued_at, id);
create index message_department on notification.message (department, queued_at, id)
    where department is not null;
create index message_newest on notification.message (queued_at, id);
