-- When the cycle of a callback was completed, by which figures of a month find it. A release before
-- this one leaves it out; the next one that writes the row says it.
alter table callback_survey.callback add column completed_at timestamptz;

update callback_survey.callback c
set completed_at = (call.one ->> 'completed_at')::timestamptz
from callback_survey.survey s,
     lateral jsonb_path_query(s.state, '$.**.call') as call (one)
where s.case_id = c.case_id and call.one ->> 'id' = c.id::text;

create index callback_completed on callback_survey.callback (completed_at);

-- What whoever asked noted of somebody who is dissatisfied and does not complain, sealed as words are.
create table callback_survey.quality_note (
    callback uuid not null references callback_survey.callback,
    -- Which answer, from 1.
    answer integer not null check (answer > 0),
    sealed bytea not null,
    primary key (callback, answer)
);
