-- Messages to one recipient go out together. Who writes what: a fact inserts a queued message, the
-- recipient's wake-up moves it on, and once it is sent its case's wake-up tells of it.
create table notification.sending (
    id uuid primary key,
    -- The aggregate of its recipient.
    recipient_key uuid not null,
    channel text not null,
    state text not null check (state in ('sending', 'sent')),
    begun_at timestamptz not null,
    sent_at timestamptz check ((sent_at is not null) = (state = 'sent'))
) with (fillfactor = 80);

create index sending_under_way on notification.sending (recipient_key, id)
    where state = 'sending';

alter table notification.message
    -- The aggregate of its recipient; an earlier release leaves it out, and sends by the case.
    add column recipient_key uuid,
    -- `critical` goes at once, whatever the hour.
    add column weight text not null default 'normal' check (weight in ('normal', 'critical')),
    -- When it goes out, in the service's time, unless another takes it along earlier.
    add column goes_at timestamptz,
    -- What it raises or calls off: a rung by clock, promise, rung and round.
    add column rung jsonb,
    add column sending_id uuid references notification.sending,
    -- Whether the event that it was sent is in the outbox.
    add column told boolean not null default true;

alter table notification.message drop constraint message_state_check;
alter table notification.message add constraint message_state_check
    check (state in ('queued', 'sending', 'sent', 'failed', 'withdrawn'));

create index message_waiting on notification.message (recipient_key, id) where state = 'queued';
create index message_of_sending on notification.message (sending_id, id)
    where sending_id is not null;
create index message_untold on notification.message (case_id, id) where not told;
