-- Requesters and reporters.
create table intake.persons (
    id uuid primary key,
    -- The same human being in the portal, if imported from there.
    account uuid unique
);

-- What tells who a person is, each sealed with the person's own key.
create table intake.details (
    person uuid not null references intake.persons,
    field text not null check (field in ('name', 'phone', 'mail', 'number')),
    sealed bytea not null,
    -- Equal for equal values of a field, and says nothing else: a keyed index.
    lookup bytea,
    primary key (person, field)
);

create index details_lookup on intake.details (field, lookup) where lookup is not null;

-- One key per person; of an unknown caller's words the case is the owner. Destroying the row erases
-- all that was sealed with it.
create table intake.data_keys (
    owner uuid primary key,
    -- The master key that wrapped it.
    key_id bytea not null,
    wrapped bytea not null
);
