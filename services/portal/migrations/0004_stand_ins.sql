-- Who stands in at which post, and when, as dispatch says: they see what the post is told, as its
-- holders do.
create table portal.stand_in (
    post text not null,
    account uuid not null,
    -- Null where it has begun, and where no end is known.
    from_at timestamptz,
    until_at timestamptz
);

create index stand_in_post on portal.stand_in (post);
create index stand_in_account on portal.stand_in (account);
