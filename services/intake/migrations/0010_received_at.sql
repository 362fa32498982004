-- When a case was received: what was received within the hours of the policy is offered to who reports
-- the same. A row that an earlier release adds is offered to nobody until it is written again. In a
-- migration of its own, so that its lock is short.
alter table intake.cases add column received_at timestamptz not null default '-infinity';
