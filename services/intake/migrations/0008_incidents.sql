-- Which places an open or ended incident touches, so that it is found by each of them; all else that
-- it is, its case says.
create table intake.incidents (
    case_id uuid primary key,
    places text[] not null
);

-- Where somebody was who called about an incident: of a call that opens a case, the case says it.
alter table intake.contacts add column place text;
