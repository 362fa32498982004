-- The links by which reporters answer. What is in a link is in no row: only its SHA-256 is, and the
-- callback's data key, from which the service can say it again.
create table callback_survey.link (
    hash bytea primary key,
    callback uuid not null references callback_survey.callback,
    -- Who reported it.
    person uuid not null,
    unique (callback, person)
);
