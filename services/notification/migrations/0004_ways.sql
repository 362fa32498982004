-- Each recipient has an order of ways: if one fails, the next is taken.
alter table notification.message
    -- As the definitions had them when it was queued; none of an earlier release.
    add column ways jsonb;

alter table notification.sending
    -- The ways that are left, the first of them in use; of an earlier release its channel alone.
    add column ways jsonb,
    -- Of the way in use: what it is called, by which its budget is counted.
    add column address text,
    add column critical boolean not null default false,
    -- How often the way in use was tried.
    add column tries integer not null default 0,
    -- In machine time: when it is tried next, and when it was tried last. While it is being tried,
    -- the former is when nobody believes any more that it is.
    add column try_at timestamptz,
    add column tried_at timestamptz;

alter table notification.sending drop constraint sending_state_check;
alter table notification.sending add constraint sending_state_check
    check (state in ('sending', 'sent', 'failed'));

create index sending_to_try on notification.sending (try_at)
    where state = 'sending' and try_at is not null;
create index sending_tried on notification.sending (channel, address, tried_at)
    where tried_at is not null;
