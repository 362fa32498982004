-- Only what is open is offered, and what is opened again is written then.
update intake.cases set received_at = (state -> 'open' ->> 'received_at')::timestamptz
where status = 'open';

create index cases_open_of_item on intake.cases (item, received_at) where status = 'open';
