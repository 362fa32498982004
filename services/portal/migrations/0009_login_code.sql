-- Logins by unified login that the command line has not come for yet. Whoever has the code and the secret
-- whose challenge this is gets the session: once, and within a minute.
create table portal.login_code (
    -- SHA-256 of the code, which is random.
    code_hash bytea primary key check (octet_length(code_hash) = 32),
    account uuid not null references portal.account,
    -- The base64url of the SHA-256 of the secret, as in RFC 7636.
    challenge text not null,
    -- What proved who they are, as a word: `oidc`, `cas`.
    proved_by text not null,
    -- Both in machine time.
    authenticated_at timestamptz not null,
    expires_at timestamptz not null
);

create index login_code_expires_at on portal.login_code (expires_at);
