-- What else the file of people says of somebody: how else they are reached and known, and where they
-- live; sealed as one, with the account's own key.
alter table portal.account add column more bytea;

-- An import may call an account otherwise: what it was called is undone with all else. Of an import by an
-- earlier release neither is known.
alter table portal.people_import add column login text;
alter table portal.people_import add column more bytea;

-- An earlier release that writes an account gives it another key and knows nothing of this: it would
-- leave what no key opens.
create function portal.forget_more() returns trigger language plpgsql as $$
begin
    if new.name is distinct from old.name and new.more is not distinct from old.more then
        new.more := null;
    end if;
    return new;
end
$$;

create trigger forget_more before update on portal.account
for each row execute function portal.forget_more();
