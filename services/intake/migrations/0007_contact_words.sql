-- What was asked and answered in a contact that became no case, sealed with the caller's key, or the
-- contact's own for an unknown caller.
alter table intake.contacts add column words bytea;
