-- When each revision of the definitions was applied; its documents are in the schema `definitions`.
create table intake.revisions (
    revision bigint primary key check (revision > 0),
    applied_at timestamptz not null,
    applied_by text not null
);
