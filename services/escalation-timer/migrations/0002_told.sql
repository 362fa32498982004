-- The posts that were told of a reopening at once; those of rungs that fired are in the state.
alter table escalation_timer.watch add column told text[] not null default '{}';
