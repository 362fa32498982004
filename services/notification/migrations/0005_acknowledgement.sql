-- Who is told something critical is asked to say that they know; if they do not, the desk phones
-- them. Its aggregate is the case.
create table notification.acknowledgement (
    message_id uuid primary key references notification.message,
    case_id uuid not null references notification.matter,
    state text not null check (state in ('awaited', 'to-phone', 'acknowledged', 'over')),
    -- Until when it is awaited, else since when it is as it is.
    at timestamptz not null,
    -- While they are to be phoned: why, how often nobody was reached, and who is phoning until when.
    why text check ((why is not null) = (state = 'to-phone')),
    tries integer not null default 0,
    taken_by uuid,
    taken_until timestamptz check ((taken_until is null) = (taken_by is null)),
    -- Who said that they know.
    said_by uuid check ((said_by is not null) = (state = 'acknowledged'))
) with (fillfactor = 80);

create index acknowledgement_open on notification.acknowledgement (case_id)
    where state in ('awaited', 'to-phone');
create index acknowledgement_to_phone on notification.acknowledgement (tries, at, message_id)
    where state = 'to-phone';

alter table notification.message
    -- No way led to its recipient: what is left of it is a line in the log.
    add column undelivered boolean not null default false;

-- People say the number.
create index matter_number on notification.matter ((state ->> 'number'));
