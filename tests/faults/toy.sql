-- What a toy keeps: nothing but what took effect.
create schema toy;

-- One row per effect, in the order of effects. No unique constraint: a doubled effect must show.
create table toy.effect (
    place bigint generated always as identity,
    key uuid not null,
    source text not null,
    sequence bigint not null,
    -- The heads that its producer had, by service.
    after jsonb not null
);

-- One row per wake-up.
create table toy.woken (
    key uuid not null
);
