-- Until when whoever reported a case was promised another answer; absent of all who were not, or have it.
alter table portal.board_case add column follow_up_due timestamptz;

create index board_case_follow_up on portal.board_case (follow_up_due, key)
    where follow_up_due is not null;
