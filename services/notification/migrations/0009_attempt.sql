-- Each attempt that may have left the installation: by these the budget of a way is counted, for as long as
-- it is for. A release before this one counts the last attempt of each sending (`tried_at`), and what it
-- tries beside this one is not counted here.
create table notification.attempt (
    id bigint generated always as identity primary key,
    sending_id uuid not null references notification.sending,
    channel text not null,
    -- What the way is called; none of one to a person.
    address text,
    -- In machine time.
    at timestamptz not null
);

create index attempt_of_way on notification.attempt (channel, address, at);
create index attempt_of_sending on notification.attempt (sending_id, id);
create index attempt_over on notification.attempt (at);
