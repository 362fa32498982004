-- The newest that the portal said of who holds which post, by the number that it gave it: of two that pass
-- each other on the way the older changes nothing. No row before the first that has a number.
create table dispatch.holders_version (
    one boolean primary key default true check (one),
    version bigint not null
);
