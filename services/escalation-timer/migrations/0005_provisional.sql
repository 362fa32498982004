-- Whether something is promised beyond what the calendar had decided: it is counted anew when another
-- year is announced. Of rows from before it is not known, so they are looked at once.
alter table escalation_timer.watch add column provisional boolean not null default true;

create index watch_provisional on escalation_timer.watch (case_id) where provisional;
