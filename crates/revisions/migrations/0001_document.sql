-- What each revision changed. A document holds from its revision on, until a later one changes it;
-- null says that it is removed.
create table definitions.document (
    kind text not null,
    id text not null,
    revision bigint not null check (revision > 0),
    document jsonb,
    primary key (kind, id, revision)
);

create index document_revision on definitions.document (revision);

-- The revisions that are here whole. Append-only.
create table definitions.revision (
    revision bigint primary key check (revision > 0)
);
