-- What people said in their own words, sealed. The owner is the callback: who was asked is known by
-- an id alone here, and erasing them destroys the keys of the callbacks that asked them.
create table callback_survey.words (
    callback uuid not null references callback_survey.callback,
    -- Which answer, from 1.
    answer integer not null check (answer > 0),
    sealed bytea not null,
    primary key (callback, answer)
);

create table callback_survey.data_key (
    callback uuid primary key references callback_survey.callback,
    -- The master key that wrapped it.
    key_id bytea not null,
    wrapped bytea not null
);
