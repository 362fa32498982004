-- The number of the newest that dispatch was told of who holds which post: of two that pass each other on
-- the way it takes the greater for the later.
create table portal.hand_over (
    one boolean primary key default true check (one),
    version bigint not null
);
