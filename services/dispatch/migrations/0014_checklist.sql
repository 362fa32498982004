-- What passed from hand to hand with a shift (检查清单), by the codes of the campus's list as it was then:
-- what was there when somebody left, and what was missing. Both are empty where the desk had no list, and
-- for what a release before signs.
alter table dispatch.handover
    add column checked text[] not null default '{}',
    add column missing text[] not null default '{}';
