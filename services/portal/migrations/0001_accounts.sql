-- Who may log in. Names and phones are sealed with a key per account; erasing an account destroys
-- its key.
create table portal.account (
    id uuid primary key,
    -- What they log in by; not a name.
    login text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    roles text[] not null,
    department text,
    -- The highest level that they are cleared for.
    level text not null,
    -- The same human being as requester, under the id that intake was given.
    person uuid unique,
    -- Argon2id as a PHC string; without one nobody logs in by password.
    password text,
    name bytea,
    phone bytea,
    -- What equal phones have in common: for a search by phone.
    phone_index bytea,
    -- Whether the file of people says who they are: who is missing there is closed.
    imported boolean not null,
    -- In the service's time; a closed account keeps its history and cannot log in.
    closed_at timestamptz
);

create index account_phone on portal.account (phone_index) where phone_index is not null;

-- The account's own key, wrapped by the installation's master key.
create table portal.account_key (
    account uuid primary key references portal.account,
    key_id bytea not null,
    wrapped bytea not null
);

-- Which posts (岗) they hold.
create table portal.post_held (
    account uuid not null references portal.account,
    post text not null,
    primary key (account, post)
);

create index post_held_post on portal.post_held (post);

-- Logins that are not over. The token itself is known to its bearer alone.
create table portal.session (
    -- SHA-256 of the token, which is random.
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    account uuid not null references portal.account,
    -- Both in machine time.
    authenticated_at timestamptz not null,
    expires_at timestamptz not null
);

create index session_account on portal.session (account);
create index session_expires_at on portal.session (expires_at);

-- Service accounts: programs that come by a key. Each key is an account of its own, so that a
-- record of what was done says which key did it.
create table portal.api_key (
    id uuid primary key,
    name text not null unique,
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    roles text[] not null,
    department text,
    level text not null,
    created_by uuid not null,
    -- All in machine time.
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);

-- The public keys of internal tokens. Each replica writes here what it signs with, again and again;
-- a key that nobody has used for an hour is no longer published.
create table portal.token_key (
    id text primary key,
    public_key bytea not null check (octet_length(public_key) = 32),
    -- Machine time.
    used_at timestamptz not null
);
