-- One more way to stand to a case: by a post that was told of it, as a rung of a ladder.
alter table intake.relations drop constraint relations_relation_check;
alter table intake.relations add constraint relations_relation_check check (
    relation in ('own', 'first-receiver', 'assigned', 'in-my-department', 'escalated-to-me'));
