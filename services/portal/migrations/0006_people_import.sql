-- The last import of people, so that it can be undone: of each account that it changed what that was
-- before, sealed as the account is, and what the import made of it. The next import that changes
-- something takes its place, and an undoing takes it away. Whatever destroys the key of an account takes
-- its rows here along: they hold the key of what it was.
create table portal.people_import (
    account uuid not null references portal.account on delete cascade,
    -- An account that the import added was nothing before.
    state text not null check (state in ('before', 'after')),
    imported_at timestamptz not null,
    -- As in `account`, `account_key` and `post_held`.
    roles text[] not null,
    department text,
    level text not null,
    name bytea,
    phone bytea,
    phone_index bytea,
    imported boolean not null,
    closed_at timestamptz,
    key_id bytea,
    wrapped bytea,
    posts text[] not null,
    primary key (account, state)
);

create function portal.forget_import() returns trigger language plpgsql as $$
begin
    delete from portal.people_import where account = old.account;
    return old;
end
$$;

create trigger forget_import after delete on portal.account_key
for each row execute function portal.forget_import();
