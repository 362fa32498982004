-- What a message says with marks of what is sealed elsewhere and put in at the last moment: who has the
-- case, what comes next. `text` is what is said without it, and all that an earlier release reads.
alter table notification.message add column full_text text;
