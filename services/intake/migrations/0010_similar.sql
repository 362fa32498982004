-- When a case was received: what was received within the hours of the policy is offered to who reports
-- the same. A row that an earlier release adds is offered to nobody until it is written again.
alter table intake.cases add column received_at timestamptz not null default '-infinity';

update intake.cases
set received_at = (coalesce(state -> 'open', state #> '{resolved,case}', state #> '{closed,case}')
                   ->> 'received_at')::timestamptz;

create index cases_open_of_item on intake.cases (item, received_at) where status = 'open';
