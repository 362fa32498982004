-- Whether something is promised beyond what the calendar had decided, and by the calendars of which
-- revision it was counted: it is counted anew when a later one changes a calendar. Of rows from before,
-- and of those that an earlier release writes, neither is known, so they are looked at once.
alter table escalation_timer.watch
    add column provisional boolean not null default true,
    add column counted_by bigint not null default 0;

create index watch_provisional on escalation_timer.watch (counted_by) where provisional;
