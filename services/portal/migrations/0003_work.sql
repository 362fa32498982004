-- How far the work of the running cycle is, in the words of dispatch, and what it waits for, if it does.
alter table portal.board_case add column work text, add column held_for text;
