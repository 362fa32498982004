-- Alarms that notification has not taken yet. The event goes to it directly, because 60 s cannot hang
-- on a broker; a row goes as soon as it is taken there.
create table intake.alarm (
    case_id uuid primary key references intake.cases,
    -- The event that says that it was accepted, as the broker carries it: ids and codes.
    event bytea not null
);

-- Who may know of a contact: of one about a person at risk, who may know of its case.
alter table intake.contacts add column level text not null default 'internal';
