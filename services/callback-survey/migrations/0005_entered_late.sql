-- Whether a case was received before it was entered: written on paper while nothing could be entered.
-- Of those that were accepted before this column it is not known, and a release before this one does not
-- write it: they count as entered when they were received.
alter table callback_survey.survey add column entered_late boolean not null default false;
